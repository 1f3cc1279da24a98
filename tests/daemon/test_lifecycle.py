# SPDX-License-Identifier: LGPL-2.1-or-later
"""Signals, the background and the end when idle."""

import os
import signal
import socket
import subprocess
import time
import unittest

from clock_standin import Clock
from deadline import DEADLINE_S, scaled, wait_for
from lvmpolld import Daemon, DaemonTest, is_running, ours_only, read_file
from protocol import lvid, volume



class SignalTest(DaemonTest):
    def assert_ends(self, daemon, number, children=()):
        self.assertEqual(daemon.stop(number), 0)
        self.assertFalse(os.path.exists(daemon.socket))
        self.assertFalse(os.path.exists(daemon.pidfile))
        for child in children:
            wait_for(lambda: not is_running(child), "the end of lvpoll %d" % child)

    def test_each_ending_signal_when_idle(self):
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT):
            with self.subTest(number):
                self.assert_ends(self.start_daemon(), number)

    @ours_only("it does not end while a client is connected")
    def test_each_ending_signal_with_operations_and_clients(self):
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT):
            with self.subTest(number):
                daemon, client = self.start_and_connect()
                for name in ("hang-1", "hang-2", "mute"):
                    client.ask("pvmove", **volume(name))
                children = [daemon.wait_start(name)[0] for name in ("hang-1", "hang-2", "mute")]
                self.connect(daemon).send(b'request="hel')
                self.assert_ends(daemon, number, children)

    def test_lvpolls_get_sigterm(self):
        daemon = self.start_daemon()
        with daemon.client() as client:
            client.ask("pvmove", **volume("hang"))
        child = daemon.wait_start("hang")[0]
        self.assert_ends(daemon, signal.SIGTERM, [child])

    @ours_only("it waits for it")
    def test_lvpoll_that_does_not_heed_sigterm_is_left_and_never_killed(self):
        daemon, client = self.start_and_connect()
        client.ask("pvmove", **volume("stubborn-100000"))
        child = daemon.wait_start("stubborn-100000")[0]
        self.assert_ends(daemon, signal.SIGTERM)
        self.assertTrue(is_running(child))
        heard = os.path.join(daemon.directory, "stubborn")
        wait_for(lambda: os.path.exists(heard), "the SIGTERM that the stand-in heard")

    @ours_only("it waits for the grandchild")
    def test_ends_with_a_grandchild_that_holds_the_pipes(self):
        daemon, client = self.start_and_connect()
        client.ask("pvmove", **volume("grandchild-0"))
        path = os.path.join(daemon.directory, "grandchild.grandchild-0")
        grandchild = int(wait_for(lambda: os.path.exists(path) and read_file(path).strip(),
                                  "the grandchild"))
        self.assert_ends(daemon, signal.SIGTERM)
        self.assertTrue(is_running(grandchild), "the grandchild was to be left alone")
        os.kill(grandchild, signal.SIGTERM)

    @ours_only("it does not end while a client is connected")
    def test_ends_with_a_client_that_never_reads(self):
        daemon, client = self.start_and_connect()
        client.socket.setblocking(False)
        try:
            for _ in range(1000):
                client.socket.send(b'request="dump"\n##\n' * 100)
        except BlockingIOError:
            pass
        self.assert_ends(daemon, signal.SIGTERM)

    @ours_only("it ends at it")
    def test_sigpipe_and_sigusr_do_not_end_it(self):
        daemon = self.start_daemon()
        daemon.send_signal(signal.SIGPIPE)
        self.assertEqual(self.connect(daemon).hello()["response"], "OK")
        self.assertIsNone(daemon.process.poll())

    def test_it_starts_again_on_the_same_paths(self):
        daemon = self.start_daemon()
        for _ in range(5):
            self.assert_ends(daemon, signal.SIGTERM)
            daemon.start()
            daemon.client().close()


class CarelessParentTest(DaemonTest):
    """A parent may leave signals ignored or blocked; SIGCHLD ignored would reap the children."""

    def start_with(self, prepare):
        daemon = self.start_daemon(preexec_fn=prepare, patience=0)
        return daemon, self.connect(daemon)

    @ours_only("it calls the operation failed")
    def test_ignored_sigchld_loses_no_exit_status(self):
        _, client = self.start_with(lambda: signal.signal(signal.SIGCHLD, signal.SIG_IGN))
        client.ask("pvmove", **volume("exit-5"))
        self.assert_finished(client.result(lvid("exit-5")), "retcode", 5)

    @ours_only("it never hears of them")
    def test_blocked_signals_reach_the_daemon(self):
        ours = {signal.SIGTERM, signal.SIGINT, signal.SIGQUIT, signal.SIGHUP}
        for number in sorted(ours - {signal.SIGHUP}):
            daemon, client = self.start_with(
                lambda: signal.pthread_sigmask(signal.SIG_BLOCK, ours))
            client.close()
            self.assertEqual(daemon.stop(number), 0)


class BackgroundTest(DaemonTest):
    def run_background(self, daemon, *arguments, **options):
        """Runs the parent to its end; returns its status and outputs."""
        command = [part for part in daemon.command(*arguments) if part != "-f"]
        self.addCleanup(self.end_background, daemon)
        return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              env=daemon.environment(), timeout=scaled(DEADLINE_S), **options)

    @staticmethod
    def end_background(daemon):
        """Ends the daemon that the pid file names, if it is the one of this test."""
        try:
            pid = int(read_file(daemon.pidfile))
            if daemon.socket in read_file("/proc/%d/cmdline" % pid):
                os.kill(pid, signal.SIGTERM)
        except (FileNotFoundError, ProcessLookupError, ValueError):
            return
        wait_for(lambda: not is_running(pid), "the end of daemon %d" % pid)

    def start_background(self, *arguments, **options):
        daemon = self.new_daemon()
        answer = self.run_background(daemon, *arguments, **options)
        self.assertEqual(answer.returncode, 0, answer)
        return daemon, answer

    @ours_only("its parent ends before the socket listens")
    def test_parent_ends_only_when_the_socket_answers(self):
        for _ in range(5):
            daemon, _ = self.start_background()
            with daemon.client() as client:
                self.assertEqual(client.hello()["response"], "OK")

    @ours_only("its parent ends before the pid file is there")
    def test_pid_file_names_the_daemon_and_not_its_parent(self):
        daemon, _ = self.start_background()
        pid = int(read_file(daemon.pidfile))
        self.assertIn(daemon.socket, read_file("/proc/%d/cmdline" % pid))

    @ours_only("its parent ends before the pid file is there")
    def test_it_leaves_terminal_session_and_folder(self):
        daemon, answer = self.start_background(cwd=self.temporary_directory())
        pid = int(read_file(daemon.pidfile))
        self.assertEqual(os.readlink("/proc/%d/cwd" % pid), "/")
        self.assertNotEqual(os.getsid(pid), os.getsid(0))
        for descriptor in (0, 1, 2):
            target = os.readlink("/proc/%d/fd/%d" % (pid, descriptor))
            self.assertEqual(target, "/dev/null")
        self.assertEqual((answer.stdout, answer.stderr), ("", ""))

    @ours_only("its parent ends before the socket listens")
    def test_it_runs_operations(self):
        path = os.path.join(self.temporary_directory(), "lvmpolld.yaml")
        with open(path, "w") as file:
            file.write("limits: {patience: 0}\n")
        daemon, _ = self.start_background("-c", path)
        with daemon.client() as client:
            client.ask("pvmove", **volume("exit-5"))
            self.assert_finished(client.result(lvid("exit-5")), "retcode", 5)

    def assert_fails(self, daemon, *arguments, named):
        answer = self.run_background(daemon, *arguments)
        self.assertGreater(answer.returncode, 0, answer)
        self.assertIn(named, answer.stderr)
        return answer

    @ours_only("its parent ends with status 0")
    def test_socket_in_use_fails_with_the_reason(self):
        first = self.start_daemon()
        second = self.new_daemon()
        second.socket = first.socket
        self.assert_fails(second, named=first.socket)
        self.assertFalse(os.path.exists(second.pidfile))

    @ours_only("its parent ends with status 0")
    def test_locked_pid_file_fails_with_the_reason(self):
        first = self.start_daemon()
        second = Daemon()
        self.addCleanup(second.discard)
        own, second.pidfile = second.pidfile, first.pidfile
        answer = subprocess.run([part for part in second.command() if part != "-f"], text=True,
                                capture_output=True, timeout=scaled(DEADLINE_S))
        self.assertGreater(answer.returncode, 0)
        self.assertIn(first.pidfile, answer.stderr)
        self.assertFalse(os.path.exists(own))

    @ours_only("its parent ends with status 0")
    def test_path_that_is_no_socket_fails_with_the_reason(self):
        daemon = self.new_daemon()
        os.mkdir(daemon.socket)
        self.assert_fails(daemon, named=daemon.socket)

    @ours_only("its parent ends with status 0")
    def test_missing_folders_fail_with_the_reason(self):
        daemon = self.new_daemon()
        daemon.socket = os.path.join(daemon.directory, "missing", "too", "socket")
        self.assert_fails(daemon, named=os.path.join(daemon.directory, "missing"))
        daemon = self.new_daemon()
        daemon.pidfile = os.path.join(daemon.directory, "missing", "pid")
        self.assert_fails(daemon, named=daemon.pidfile)

    @ours_only("it finds out when an operation needs it")
    def test_binary_that_is_not_there_from_the_root_fails_with_the_reason(self):
        daemon = self.new_daemon()
        folder, name = os.path.split(daemon.standin)
        daemon.standin = os.path.join(".", name)
        answer = self.run_background(daemon, cwd=folder)
        self.assertGreater(answer.returncode, 0, answer)
        self.assertIn(daemon.standin, answer.stderr)

    @ours_only("it has no configuration file")
    def test_wrong_configuration_fails_with_the_reason(self):
        daemon = self.new_daemon()
        path = os.path.join(daemon.directory, "wrong.yaml")
        with open(path, "w") as file:
            file.write("lvm: {max_runing: 3}\n")
        answer = self.assert_fails(daemon, "-c", path, named=path + ":1:")
        self.assertEqual(answer.returncode, os.EX_CONFIG)
        self.assertFalse(os.path.exists(daemon.socket))


class IdleTest(DaemonTest):
    """One second is the shortest time there is, so some tests watch for a little longer."""

    WATCHED_S = 1.7

    def assert_keeps_running(self, daemon, seconds=WATCHED_S):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.assertTrue(daemon.is_listening())
            time.sleep(0.05)

    def start_without_time(self, daemon):
        """With a second of idle time, which begins to pass with go_on of the clock that is returned: so it is there
        until somebody is connected."""
        clock = Clock(daemon.directory)
        clock.stop()
        daemon.start("-t", "1", environment=clock.environment_of(daemon))
        return clock

    def test_it_ends_after_the_time(self):
        begin = time.monotonic()
        # It may have ended before anybody looks whether it listens.
        daemon = self.start_daemon("-t", "1", wait=False)
        self.assertEqual(daemon.wait_end(), 0)
        self.assertGreaterEqual(time.monotonic() - begin, 0.9)
        self.assertFalse(os.path.exists(daemon.socket))
        self.assertFalse(os.path.exists(daemon.pidfile))

    def test_not_while_a_client_is_connected(self):
        daemon = self.new_daemon()
        clock = self.start_without_time(daemon)
        client = self.connect(daemon)
        client.hello()
        clock.go_on()
        self.assert_keeps_running(daemon)
        self.assertEqual(client.hello()["response"], "OK")
        client.close()
        self.assertEqual(daemon.wait_end(), 0)

    def test_not_while_an_operation_is_in_flight(self):
        daemon = self.new_daemon()
        daemon.make_pipe("until")
        clock = self.start_without_time(daemon)
        with daemon.client() as client:
            client.ask("pvmove", **volume("until"))
        clock.go_on()
        daemon.wait_start("until")
        self.assert_keeps_running(daemon)
        daemon.release("until")
        self.assertEqual(daemon.wait_end(), 0)

    @ours_only("the end of a client can end the daemon")
    def test_time_begins_anew_with_each_client(self):
        daemon = self.new_daemon()
        clock = self.start_without_time(daemon)
        for _ in range(3):
            with daemon.client() as client:
                self.assertEqual(client.hello()["response"], "OK")
                self.leave(client)
            clock.skip(0.9, client)
        with daemon.client() as client:
            self.assertEqual(client.hello()["response"], "OK")
        clock.go_on()
        self.assertEqual(daemon.wait_end(), 0)

    @staticmethod
    def leave(client):
        """Returns when the daemon knows that this client has gone."""
        client.socket.shutdown(socket.SHUT_WR)
        client.receive_end()

    def test_never_with_zero(self):
        self.assert_keeps_running(self.start_daemon("-t", "0"))

    def test_never_without_a_time(self):
        self.assert_keeps_running(self.start_daemon())

    @staticmethod
    def is_at_rest(daemon):
        """Each thread waits, and is not merely kept from its CPU; of what it has run nothing is left but who asks
        device-mapper."""
        try:
            commands = {read_file("/proc/%d/comm" % pid).strip() for pid in daemon.children()}
            states = {read_file("/proc/%d/task/%s/stat" % (daemon.pid, task)).rpartition(") ")[2][0]
                      for task in os.listdir("/proc/%d/task" % daemon.pid)}
        except (FileNotFoundError, ProcessLookupError):  # one that has ended meanwhile
            return False
        return commands <= {"lvmpolld-prober"} and states == {"S"}

    @ours_only("it wakes up every second")
    def test_no_wake_ups_while_waiting(self):
        daemon, client = self.start_and_connect("-t", "60")
        client.ask("pvmove", **volume("good"))
        client.result(lvid("good"))
        self.leave(client)
        def settled():
            before = daemon.wake_ups()
            time.sleep(0.05)
            return self.is_at_rest(daemon) and daemon.wake_ups() == before
        wait_for(settled, "the daemon to settle")
        before = daemon.wake_ups()
        self.assert_keeps_running(daemon)
        self.assertEqual(daemon.wake_ups(), before)


if __name__ == "__main__":
    unittest.main()
