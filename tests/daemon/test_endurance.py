# SPDX-License-Identifier: LGPL-2.1-or-later
"""A million requests leave memory and descriptors where they were."""

import os
import re
import unittest

from deadline import SLOWNESS, wait_for
from lvmpolld import DaemonTest, ours_only, read_file
from protocol import MESSAGE_END, lvid, volume

REQUESTS = (
    b'request="hello"',
    b'request="progress_info"\nlvid="%s"' % lvid("nobody").encode(),
    b'request="progress_info"',
    b'request="dump"',
    b'request="no such thing"\nlvid="' + b"x" * 200 + b'"',
    b"this = { is no message",
    b'request="pvmove"\ninterval="15"\nlvid="-"\nvgname="vg"\nlvname="lv"',
    b'request="pvmove"',
)
BATCH = 1000
TOTAL = 1000000
CONNECTION_BATCHES = 20

# What malloc may keep in reserve, which depends on how far the replies once got ahead of a slow
# reader. A leak has 32 bytes at least, which malloc gives out: were it in one kind of request alone,
# it would come to twice as much.
GROWTH_MAX_KIB = 2048


def resident_kib(pid):
    return int(re.search(r"^VmRSS:\s+(\d+)", read_file("/proc/%d/status" % pid), re.M).group(1))


def descriptors(pid):
    return len(os.listdir("/proc/%d/fd" % pid))


class EnduranceTest(DaemonTest):
    @ours_only("it loses requests that arrive together")
    def test_million_requests(self):
        daemon = self.start_daemon()
        if daemon.has_sanitizer():
            self.skipTest("a sanitizer keeps memory of its own")
        batch = b"".join(REQUESTS[i % len(REQUESTS)] + MESSAGE_END for i in range(BATCH))
        self.run_batches(daemon, batch, TOTAL // BATCH // 10)
        before = resident_kib(daemon.pid)
        at_first = descriptors(daemon.pid)
        self.run_batches(daemon, batch, TOTAL // BATCH)
        after = resident_kib(daemon.pid)
        self.assertLessEqual(after - before, GROWTH_MAX_KIB, (before, after))
        wait_for(lambda: descriptors(daemon.pid) <= at_first, "the descriptors of clients to go")

    def run_batches(self, daemon, batch, count):
        for number in range(count):
            if number % CONNECTION_BATCHES == 0:
                client = daemon.client()
            client.send(batch)
            self.receive_replies(client, BATCH)
            if number % CONNECTION_BATCHES == CONNECTION_BATCHES - 1:
                client.close()
        client.close()

    def receive_replies(self, client, count):
        """Only counts them: to read a million in Python would take longer than all the rest."""
        rest = b""
        while count > 0:
            data = client.socket.recv(1 << 20)
            self.assertTrue(data, "the daemon closed the connection")
            rest += data
            count -= rest.count(MESSAGE_END)
            rest = rest[-(len(MESSAGE_END) - 1):]
        self.assertEqual(count, 0)

    @ours_only("results stay for ever")
    def test_thousands_of_operations(self):
        """Each begun, run by an lvpoll, and its result collected."""
        daemon, client = self.start_and_connect()
        if daemon.has_sanitizer():
            self.skipTest("a sanitizer keeps memory of its own")

        def run(first):
            for number in range(first, first + 300):
                self.assert_ok(client.ask("pvmove", **volume("silent", number)))
            for number in range(first, first + 300):
                client.result(lvid(number))

        run(0)
        before = resident_kib(daemon.pid), descriptors(daemon.pid)
        for first in range(300, 1500, 300):
            run(first)
        after = resident_kib(daemon.pid), descriptors(daemon.pid)
        if SLOWNESS == 1:  # what slows it keeps memory of its own
            self.assertLessEqual(after[0] - before[0], GROWTH_MAX_KIB, (before, after))
        self.assertEqual(after[1], before[1])


if __name__ == "__main__":
    unittest.main()
