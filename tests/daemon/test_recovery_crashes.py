# SPDX-License-Identifier: LGPL-2.1-or-later
"""Daemons that are killed at any moment, while moves of several segments go from step to step."""

import os
import random
import signal
import threading
import time
import unittest

from deadline import wait_for
from kernel_test import KernelTest, REGIONS, identity_in, segments
from lvmpolld import is_running, read_file
from protocol import Client, format_request

CRASHES = 50
SEGMENTS = 6
# A daemon is killed within this time, as a multiple of what its first start has taken: half of them, about,
# die before they answer, however slow the machine is.
STARTS = 4
ALL_ENDED_DEADLINE_S = 300


class CrashTest(KernelTest):
    """All that a client heard OK for is finished in the end, and polled by one lvpoll at a time."""

    def setUp(self):
        super().setUp()
        self.seed = random.randrange(1 << 32)
        self.random = random.Random(self.seed)
        self.configuration = os.path.join(self.temporary_directory(), "lvmpolld.yaml")
        self.write_configuration("")
        self.daemon = self.new_daemon()
        self.accepted = []

    def add_move_in_steps(self, number):
        """A move in a group of its own; each segment is in sync as soon as it is begun."""
        device = self.add_device("move", segments(SEGMENTS, 0, REGIONS), self.group(number))
        device.set_steps(*(segments(SEGMENTS, at, REGIONS) for at in range(1, SEGMENTS)))
        return device

    def group(self, number):
        """What is left over is known by its names, which no test at the same time may have."""
        return "vg%d-%d" % (os.getpid(), number)

    def start_daemon_again(self):
        self.daemon.start("-c", self.configuration, "-l", "info", wait=False,
                          environment=self.daemon.environment(**self.kernel.variables()))

    def kill_soon(self):
        """Kills the daemon at a moment to come, while the test goes on."""
        timer = threading.Timer(self.random.uniform(0, self.most_s), self.daemon.send_signal, (signal.SIGKILL,))
        timer.start()
        return timer

    def try_request(self, number):
        """Asks for a move. The daemon may be gone before it has answered."""
        group = self.group(number)
        try:
            with Client(self.daemon.socket) as client:
                reply = client.ask_raw(format_request("pvmove", {
                    "lvid": identity_in(group, "move"), "vgname": group, "lvname": "move",
                    "interval": "15"}))
        except (OSError, AssertionError):
            return
        self.assertIn(b'response = "OK"', reply)
        self.accepted.append(number)

    def wait_for_start(self):
        wait_for(self.daemon.accepts, "a daemon behind the socket")

    def crash(self, number):
        """Half of the daemons die while they start or take operations up; half when asked."""
        self.start_daemon_again()
        if self.random.random() < 0.5:
            self.wait_for_start()
            timer = self.kill_soon()
            self.try_request(number)
        else:
            timer = self.kill_soon()
        self.assertEqual(self.daemon.wait_end(), -signal.SIGKILL, self.daemon.log()[-2000:])
        timer.join()

    def test_nothing_is_lost(self):
        devices = [self.add_move_in_steps(number) for number in range(CRASHES + 1)]
        begin_s = time.monotonic()
        self.start_daemon_again()
        self.wait_for_start()
        self.most_s = STARTS * (time.monotonic() - begin_s)
        self.try_request(CRASHES)
        self.daemon.send_signal(signal.SIGKILL)
        self.daemon.wait_end()
        for number in range(CRASHES):
            self.crash(number)
        self.start_daemon_again()
        with self.subTest("seed %d, %d requests" % (self.seed, len(self.accepted))):
            self.assertGreater(len(self.accepted), 0)
            try:
                wait_for(lambda: not any(devices[number].exists() for number in self.accepted),
                         "the end of all moves", ALL_ENDED_DEADLINE_S)
            except AssertionError as error:
                raise AssertionError("%s; %s" % (error, self.what_is_left())) from error
            self.assert_nothing_left()

    def what_is_left(self):
        with Client(self.daemon.socket) as client:
            states = [(entry.get("vgname"), entry["operation_state"], entry.get("backing_off_reason"))
                      for entry in client.dump()["poll"].values()]
        return "%s\n%s" % (states, self.daemon.log()[-3000:])

    def assert_nothing_left(self):
        wait_for(lambda: self.daemon.record_files() == [], "the end of all records")
        self.assertFalse(os.path.exists(self.daemon.folder_of_records(".damaged")), "a record was set aside")
        overlaps = os.path.join(self.daemon.directory, "overlaps")
        self.assertFalse(os.path.exists(overlaps) and read_file(overlaps), "polled twice at once")
        for pid, target, _ in self.daemon.starts():
            self.assertFalse(is_running(pid) and self.is_of(pid, target), "lvpoll %d of %s is left" % (pid, target))

    @staticmethod
    def is_of(pid, target):
        """Its id may be another process's by now."""
        try:
            return target in read_file("/proc/%d/cmdline" % pid).split("\0")
        except OSError:
            return False


if __name__ == "__main__":
    unittest.main()
