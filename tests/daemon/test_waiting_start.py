# SPDX-License-Identifier: LGPL-2.1-or-later
"""A daemon whose pid file, socket or state directory another daemon has: under a manager it waits, not ready."""

import os
import signal
import unittest

import preload
from deadline import DEADLINE_S, scaled, wait_for
from lvmpolld import ours_only
from notify_test import NotifyingTest


class WaitingStartTest(NotifyingTest):
    def start_first(self):
        """A daemon without a manager, which has pid file, socket and state directory."""
        self.start_notifying().stop()
        self.receive_until("STOPPING=1")
        self.received = []
        return self.new_daemon().start()

    def start_waiting(self, first, *arguments, **variables):
        """A second daemon, once it has told the manager that it cannot begin, and why."""
        daemon = self.new_daemon()
        daemon.socket, daemon.pidfile = first.socket, first.pidfile
        daemon.start(*arguments, wait=False,
                     environment=daemon.environment(NOTIFY_SOCKET=self.path, **variables))
        return daemon, self.receive_until("STATUS=Cannot begin, tries again: ")

    def start_endless_pause(self, first, *arguments):
        """A second daemon, at the beginning of its third pause, which nothing but a signal ends."""
        library = preload.build("endless_pause", self.temporary_directory())
        daemon, _ = self.start_waiting(first, *arguments, **preload.variables(library))
        for _ in range(2):
            self.receive_until("STATUS=Cannot begin")
        return daemon

    def assert_begins_when_it_can(self, first, daemon):
        """It goes on waiting, says so once in the log, and begins when the first one has ended."""
        self.receive_until("STATUS=Cannot begin")
        self.assertIsNone(daemon.process.poll())
        self.assertEqual(daemon.log().count("cannot begin"), 1, daemon.log())
        self.assertEqual(self.connect(first).hello()["response"], "OK")
        self.assertNotIn("READY=1", self.received)
        first.stop()
        self.receive_until("READY=1")
        self.assertEqual(self.connect(daemon).hello()["response"], "OK")

    @ours_only("it ends")
    def test_pid_file_of_another_daemon(self):
        first = self.start_first()
        daemon, status = self.start_waiting(first)
        self.assertIn("pid file", status)
        self.assert_begins_when_it_can(first, daemon)

    @ours_only("it ends")
    def test_socket_of_another_daemon(self):
        first = self.start_first()
        daemon, status = self.start_waiting(first, "-p", first.pidfile + ".second")
        self.assertIn("socket", status)
        self.assert_begins_when_it_can(first, daemon)

    @ours_only("it has none")
    def test_state_directory_of_another_daemon(self):
        first = self.start_first()
        path = os.path.join(first.directory, "second.yaml")
        with open(path, "w") as file:
            file.write("daemon: {state_directory: %s}\n"
                       % first.socket.replace(".socket", ".state"))
        second = first.socket.replace(".socket", "2.socket")
        daemon, status = self.start_waiting(
            first, "-p", first.pidfile + ".second", "-s", second, "-c", path)
        self.assertIn("state directory", status)
        # In a pause: an attempt has one while it waits for the state directory.
        wait_for(lambda: not os.path.exists(second), "the end of a socket at which nobody answers")
        first.stop()
        self.receive_until("READY=1")
        daemon.socket = second
        self.assertEqual(self.connect(daemon).hello()["response"], "OK")

    @ours_only("it ends")
    def test_manager_waits_longer(self):
        first = self.start_first()
        self.start_waiting(first)
        longer_us = [int(line.split("=")[1]) for line in self.received
                     if line.startswith("EXTEND_TIMEOUT_USEC=")]
        self.assertGreater(longer_us[0], 30 * 10**6, self.received)

    @ours_only("it ends")
    def test_sigterm_ends_it_at_once(self):
        first = self.start_first()
        for arguments in ((), ("-p", first.pidfile + ".second")):
            with self.subTest(arguments):
                daemon = self.start_endless_pause(first, *arguments)
                daemon.send_signal(signal.SIGTERM)
                self.assertEqual(daemon.wait_end(), 0, daemon.log())
                self.manager.setblocking(False)
                self.assertRaises(BlockingIOError, self.receive_until, "STATUS=Cannot begin")
                self.manager.settimeout(scaled(DEADLINE_S))
        self.assertEqual(self.connect(first).hello()["response"], "OK")

    @ours_only("it ends")
    def test_sighup_cuts_the_pause_short(self):
        first = self.start_first()
        daemon = self.start_endless_pause(first)
        first.stop()
        daemon.send_signal(signal.SIGHUP)
        self.receive_until("READY=1")

    @ours_only("what it says is not looked at")
    def test_who_starts_a_second_one_by_hand_hears_it_at_once(self):
        first = self.start_first()
        daemon = self.new_daemon()
        daemon.socket, daemon.pidfile = first.socket, first.pidfile
        daemon.start(wait=False)
        self.assertEqual(daemon.wait_end(), 1)
        self.assertNotIn("cannot begin", daemon.log())
        self.assertEqual(self.connect(first).hello()["response"], "OK")


if __name__ == "__main__":
    unittest.main()
