# SPDX-License-Identifier: LGPL-2.1-or-later
"""A service manager that listens to a daemon, for tests of what it is told."""

import os
import socket

from deadline import DEADLINE_S, scaled
from lvmpolld import DaemonTest


def has_libsystemd(daemon):
    """Whether the running daemon has the library in its memory."""
    with open("/proc/%d/maps" % daemon.pid) as maps:
        return "libsystemd" in maps.read()


class NotifyingTest(DaemonTest):
    """Messages to NOTIFY_SOCKET. They need a daemon that was built with libsystemd."""

    def setUp(self):
        self.manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.addCleanup(self.manager.close)
        self.path = os.path.join(self.temporary_directory(), "notify")
        self.manager.bind(self.path)
        self.manager.settimeout(scaled(DEADLINE_S))
        self.received = []

    def start_notifying(self, *arguments, **variables):
        daemon = self.new_daemon()
        daemon.start(*arguments,
                     environment=daemon.environment(NOTIFY_SOCKET=self.path, **variables))
        if not has_libsystemd(daemon):
            self.skipTest("the daemon was built without libsystemd")
        return daemon

    def receive_until(self, wanted):
        """Reads messages until a line begins with wanted; returns that line."""
        while True:
            try:
                lines = self.manager.recv(4096).decode().splitlines()
            except TimeoutError:
                self.fail("no %r, only %r" % (wanted, self.received))
            self.received += lines
            for line in lines:
                if line.startswith(wanted):
                    return line
