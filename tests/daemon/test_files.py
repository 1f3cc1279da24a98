# SPDX-License-Identifier: LGPL-2.1-or-later
"""The pid file and the socket: owned, locked, taken over and removed."""

import fcntl
import os
import signal
import socket
import stat
import unittest

from deadline import wait_for
from lvmpolld import DaemonTest, is_running, ours_only, read_file
from protocol import lvid, volume


class FilesTest(DaemonTest):
    def assert_serves(self, daemon):
        with daemon.client() as client:
            self.assertEqual(client.hello()["response"], "OK")

    def assert_refused(self, daemon, *named):
        """This daemon must end by itself with a reason that names what is in the way."""
        daemon.start(wait=False)
        self.assertGreater(daemon.wait_end(), 0)
        for name in named:
            self.assertIn(name, daemon.log())


class PidFileTest(FilesTest):
    def test_holds_the_pid(self):
        daemon = self.start_daemon()
        self.assertEqual(read_file(daemon.pidfile), "%d\n" % daemon.pid)

    def test_nobody_else_may_write_it(self):
        mode = stat.S_IMODE(os.stat(self.start_daemon().pidfile).st_mode)
        self.assertEqual(mode & 0o022, 0, oct(mode))

    def test_is_locked_as_stock_locks_it(self):
        daemon = self.start_daemon()
        with open(daemon.pidfile, "r+") as file:
            with self.assertRaises(BlockingIOError):
                fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def test_second_instance_is_refused(self):
        first = self.start_daemon()
        second = self.new_daemon()
        second.pidfile = first.pidfile
        self.assert_refused(second, first.pidfile)
        self.assertEqual(read_file(first.pidfile), "%d\n" % first.pid)
        self.assertFalse(os.path.exists(second.socket))
        self.assert_serves(first)

    def test_stale_one_is_taken_over(self):
        for content in ("999999\n", "", "garbage\n", "1\n", "x" * 10000):
            with self.subTest(content[:20]):
                daemon = self.new_daemon()
                with open(daemon.pidfile, "w") as file:
                    file.write(content)
                daemon.start()
                self.assertEqual(read_file(daemon.pidfile), "%d\n" % daemon.pid)

    def test_is_removed_at_the_end(self):
        daemon = self.start_daemon()
        daemon.stop()
        self.assertFalse(os.path.exists(daemon.pidfile))

    def test_of_a_killed_predecessor_is_taken_over_with_its_socket(self):
        first = self.start_daemon()
        first.stop(signal.SIGKILL)
        self.assertTrue(os.path.exists(first.pidfile))
        self.assertTrue(os.path.exists(first.socket))
        second = self.new_daemon()
        second.socket, second.pidfile = first.socket, first.pidfile
        second.start(wait=False)
        wait_for(second.is_bound if second.is_stock() else second.accepts, "the successor")
        self.assert_serves(second)
        self.assertEqual(read_file(second.pidfile), "%d\n" % second.pid)

    def test_in_a_folder_that_does_not_exist(self):
        daemon = self.new_daemon()
        daemon.pidfile = os.path.join(daemon.directory, "missing", "pid")
        self.assert_refused(daemon, daemon.pidfile)
        self.assertFalse(os.path.exists(daemon.socket))

    def test_folder_in_its_place(self):
        daemon = self.new_daemon()
        os.mkdir(daemon.pidfile)
        self.assert_refused(daemon, daemon.pidfile)


class SocketTest(FilesTest):
    @ours_only("its socket has mode 0700")
    def test_mode_is_0600(self):
        daemon = self.start_daemon()
        self.assertEqual(stat.S_IMODE(os.stat(daemon.socket).st_mode), 0o600)

    @ours_only("its socket has mode 0700")
    def test_mode_is_0600_whatever_the_umask(self):
        for mask in (0o000, 0o777):
            with self.subTest(oct(mask)):
                # The log and the folder are there before the mask takes effect.
                daemon = self.start_daemon(preexec_fn=lambda: os.umask(mask))
                self.assertEqual(stat.S_IMODE(os.stat(daemon.socket).st_mode), 0o600)

    @ours_only("its path is there a moment before it listens")
    def test_path_exists_only_once_connections_are_accepted(self):
        for _ in range(10):
            daemon = self.new_daemon().start(wait=False)
            while not os.path.exists(daemon.socket):
                self.assertIsNone(daemon.process.poll())
            daemon.client().close()

    def test_stale_one_is_replaced(self):
        daemon = self.new_daemon()
        stale = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        stale.bind(daemon.socket)
        stale.close()
        os.chmod(daemon.socket, 0o700)
        daemon.start(wait=False)
        wait_for(daemon.is_bound if daemon.is_stock() else daemon.accepts, "the daemon")
        self.assert_serves(daemon)

    def test_one_in_use_is_refused(self):
        first = self.start_daemon()
        second = self.new_daemon()
        second.socket = first.socket
        self.assert_refused(second, first.socket)
        self.assertFalse(os.path.exists(second.pidfile))
        self.assert_serves(first)

    def test_operations_of_the_daemon_behind_it_are_left_alone(self):
        first = self.start_daemon()
        with first.client() as client:
            client.ask("pvmove", **volume("hang"))
        child = first.wait_start("hang")[0]
        second = self.new_daemon()
        second.socket = first.socket
        self.assert_refused(second, first.socket)
        self.assertEqual(second.starts(), [])
        self.assertTrue(is_running(child))
        with first.client() as client:
            self.assert_reply(client.progress(lvid("hang")), response="in_progress")
        self.assertEqual(len(first.starts()), 1)

    def test_one_in_use_by_another_program_is_refused(self):
        daemon = self.new_daemon()
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as other:
            other.bind(daemon.socket)
            other.listen(4)
            self.assert_refused(daemon, daemon.socket)
            self.assertTrue(os.path.exists(daemon.socket))

    def test_path_that_is_no_socket_is_left_alone(self):
        daemon = self.new_daemon()
        with open(daemon.socket, "w") as file:
            file.write("precious")
        self.assert_refused(daemon, daemon.socket, "not a socket")
        self.assertEqual(read_file(daemon.socket), "precious")
        os.unlink(daemon.socket)
        os.mkdir(daemon.socket)
        self.assert_refused(daemon, daemon.socket, "not a socket")
        self.assertTrue(os.path.isdir(daemon.socket))

    def test_in_a_folder_that_does_not_exist(self):
        daemon = self.new_daemon()
        daemon.socket = os.path.join(daemon.directory, "missing", "too", "socket")
        self.assert_refused(daemon)

    @ours_only("it keeps nothing on disk")
    def test_folder_is_made_before_operations_are_recorded_in_it(self):
        daemon = self.new_daemon()
        daemon.socket = os.path.join(daemon.directory, "missing", "lvmpolld.socket")
        daemon.start()
        with daemon.client() as client:
            self.assert_ok(client.ask("pvmove", **volume("hang")))
        self.assertNotIn("error", daemon.log())
        self.assertEqual(len(daemon.record_names()), 1)

    @ours_only("it cuts the path")
    def test_path_that_is_too_long(self):
        daemon = self.new_daemon()
        daemon.socket = os.path.join(daemon.directory, "x" * 150)
        self.assert_refused(daemon, daemon.socket)

    def test_is_removed_at_the_end(self):
        daemon = self.start_daemon()
        self.assertEqual(daemon.stop(), 0)
        self.assertFalse(os.path.exists(daemon.socket))

    @ours_only("it removes whatever is there")
    def test_that_someone_else_put_there_meanwhile_is_left_alone(self):
        daemon = self.start_daemon()
        os.unlink(daemon.socket)
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as other:
            other.bind(daemon.socket)
            other.listen(1)
            daemon.stop()
            self.assertTrue(os.path.exists(daemon.socket), "the other's socket was removed")


if __name__ == "__main__":
    unittest.main()
