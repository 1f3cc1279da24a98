# SPDX-License-Identifier: LGPL-2.1-or-later
"""A log that is slow, full or gone: no client waits for it, and the log says how many lines were lost."""

import os
import socket
import unittest

import preload
from deadline import wait_for
from lvmpolld import DaemonTest, ours_only
from protocol import lvid, volume

REQUESTS = 300
LOST = b"lines lost here"


class LogTest(DaemonTest):
    """Every request is logged, and answered all the same."""


    def assert_serves(self):
        for _ in range(REQUESTS):
            self.assertEqual(self.client.hello()["response"], "OK")
        self.assert_ok(self.client.ask("pvmove", **volume("flood-1")))
        self.assert_finished(self.client.result(lvid("flood-1")), "retcode", 0)

    def assert_loss_is_told(self, receive):
        """RECEIVE gives what came next; b"" for now. The next lines go through, with the loss."""
        seen = bytearray()
        def told():
            self.client.hello()
            seen.extend(receive())
            return LOST in seen
        wait_for(told, "a line that tells of those that are lost")


class StandardErrorTest(LogTest):
    def start_with_stderr(self, descriptor):
        """The standard error of the daemon is DESCRIPTOR."""
        self.daemon = self.new_daemon()
        self.daemon.start("-l", "all", preexec_fn=lambda: os.dup2(descriptor, 2))
        self.client = self.connect(self.daemon)

    def pipe(self):
        """Both ends."""
        ends = os.pipe()
        for end in ends:
            self.addCleanup(self.close, end)
        return ends

    def close(self, descriptor):
        try:
            os.close(descriptor)
        except OSError:  # the test has closed it
            pass

    def fill(self, descriptor):
        """By a description of its own: the daemon's stays one that waits."""
        own = os.open("/proc/self/fd/%d" % descriptor, os.O_WRONLY | os.O_NONBLOCK)
        try:
            while True:
                os.write(own, b"x" * 4096)
        except BlockingIOError:
            pass
        finally:
            os.close(own)

    @ours_only("it waits for its log")
    def test_full_pipe(self):
        reading, writing = self.pipe()
        self.start_with_stderr(writing)
        self.fill(writing)
        self.assert_serves()
        os.set_blocking(reading, False)
        def receive():
            try:
                return os.read(reading, 1 << 20)
            except BlockingIOError:
                return b""
        self.assert_loss_is_told(receive)

    @ours_only("it waits for its log")
    def test_full_socket(self):
        ours, theirs = socket.socketpair()
        self.addCleanup(ours.close)
        self.addCleanup(theirs.close)
        self.start_with_stderr(theirs.fileno())
        self.assert_serves()
        ours.setblocking(False)
        def receive():
            try:
                return ours.recv(1 << 20)
            except BlockingIOError:
                return b""
        self.assert_loss_is_told(receive)

    def test_reader_that_is_gone(self):
        reading, writing = self.pipe()
        self.start_with_stderr(writing)
        os.close(reading)
        self.assert_serves()

    def test_device_without_room(self):
        full = os.open("/dev/full", os.O_WRONLY)
        self.addCleanup(os.close, full)
        self.start_with_stderr(full)
        self.assert_serves()


@ours_only("it waits for syslog")
class SyslogTest(LogTest):
    def setUp(self):
        folder = self.temporary_directory()
        self.path = os.path.join(folder, "log")
        self.configuration = os.path.join(folder, "lvmpolld.yaml")
        with open(self.configuration, "w") as file:
            file.write("log: {targets: [syslog]}\n")
        self.library = preload.build("other_syslog", folder)

    def listen(self):
        syslog = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.addCleanup(syslog.close)
        syslog.bind(self.path)
        syslog.setblocking(False)
        return syslog

    def start(self):
        self.daemon = self.new_daemon()
        self.daemon.start("-l", "all", "-c", self.configuration,
                          environment=self.daemon.environment(**preload.variables(
                              self.library, LVMPOLLD_OTHER_SYSLOG=self.path)))
        self.client = self.connect(self.daemon)

    def receive_from(self, syslog):
        lines = bytearray()
        try:
            while True:
                lines += syslog.recv(1 << 16) + b"\n"
        except BlockingIOError:
            return bytes(lines)

    def test_full_one(self):
        syslog = self.listen()
        self.start()
        self.assert_serves()
        self.assert_loss_is_told(lambda: self.receive_from(syslog))

    def test_one_that_goes_and_comes_again(self):
        syslog = self.listen()
        self.start()
        self.client.hello()
        self.assertIn(b"hello", self.receive_from(syslog))
        syslog.close()
        os.unlink(self.path)
        self.assert_serves()
        again = self.listen()
        self.assert_loss_is_told(lambda: self.receive_from(again))


if __name__ == "__main__":
    unittest.main()
