# SPDX-License-Identifier: LGPL-2.1-or-later
"""Daemons that are killed when their lvpoll is started and has not executed lvm yet; and the lock of
the state directory, which tells the next one of it."""

import fcntl
import os
import subprocess
import threading
import unittest

import preload
from deadline import DEADLINE_S, scaled, wait_for
from kernel_test import KernelTest, REGIONS, segments
from lvmpolld import is_running, read_file
from protocol import format_request, lvid, volume
from recovery_test import RecoveryTest, parse_record, pvmove_record, record_name
from upgrade_test import upgrade

WAITING = "waiting for it"
REFUSED = "pid file .* is locked by the daemon with process id|state directory is in use by another daemon"
STILL_RUNS = "lvpoll[%d] of a previous daemon still runs"


class StateLockTest(RecoveryTest):
    """A test with daemons that have the state directory in common, whatever else they have."""

    def configuration(self):
        path = os.path.join(self.daemon.directory, "lvmpolld.yaml")
        with open(path, "w") as file:
            file.write("daemon: {state_directory: %s}\n" % self.state)
        return path

    def other_pidfile(self):
        """With one of its own, a daemon does not wait for the other's."""
        return "-p", os.path.join(self.temporary_directory(), "pid")


class BeforeExecTest(StateLockTest):
    """The child lives on, looks like a daemon, and executes lvm when its daemon is long dead."""

    def setUp(self):
        super().setUp()
        # It prints nothing: nobody reads it, and SIGPIPE would end it.
        self.quiet = self.named("closed-0")
        self.daemon.make_pipe(self.quiet)

    def hold(self):
        """Stops the next child of the daemon before its exec."""
        program = preload.build_program("hold_before_exec", self.temporary_directory())
        self.holder = subprocess.Popen([program, str(self.daemon.pid)], text=True,
                                       stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.addCleanup(self.holder.communicate)
        answer = self.holder.stdout.readline()
        if "not permitted" in answer:
            self.skipTest("hold_before_exec " + answer.strip())
        self.assertEqual(answer, "watching\n")

    def kill_before_exec(self):
        """Kills a daemon that has just started an lvpoll of self.quiet."""
        self.start()
        self.hold()
        self.client.send(format_request("pvmove", volume(self.quiet)) + b"\n##\n")
        answer = self.holder.stdout.readline()
        self.assertIn("held ", answer)
        self.held = int(answer.split()[1])
        self.kill()
        self.assertTrue(is_running(self.held))
        self.assertEqual(self.records()[record_name(lvid(self.quiet))]["lvm_command"], "starting")

    def release_held(self):
        self.holder.stdin.write("\n")
        self.holder.stdin.close()
        self.assertEqual(self.holder.wait(scaled(DEADLINE_S)), 0)
        self.holder.stdin = None

    def others(self):
        """The lvpolls but that which was held."""
        return [pid for pid in self.starts_of(self.quiet) if pid != self.held]

    def wait_beginning(self, condition, what, *arguments):
        """
        A daemon that begins waits for some seconds. Where the held child needs longer to reach its exec it is
        refused, and is started again.
        """
        def is_there():
            if self.daemon.process.poll() is not None:
                self.assertEqual(self.daemon.process.returncode, 1)
                self.assertRegex(self.daemon.log().splitlines()[-1], REFUSED)
                self.daemon.start("-l", "info", *arguments, wait=False)
            return condition()
        wait_for(is_there, what)

    def check_next_daemon(self, is_waiting, *arguments):
        self.kill_before_exec()
        self.daemon.start("-l", "info", *arguments, wait=False)
        self.wait_beginning(lambda: is_waiting() or self.others(), "the wait of the next daemon", *arguments)
        self.assertEqual(self.others(), [], "it did not wait")
        self.release_held()
        self.wait_beginning(lambda: STILL_RUNS % self.held in self.daemon.log(), "a word of the held one", *arguments)
        wait_for(self.others, "the lvpoll of the next daemon")
        self.assertFalse(is_running(self.held), "two lvpolls at once")
        self.daemon.release(self.quiet)
        self.wait_no_records()
        self.assertEqual(len(self.others()), 1)

    def has_pidfile_open(self):
        folder = "/proc/%d/fd" % self.daemon.pid
        try:
            return self.daemon.pidfile in (os.readlink(os.path.join(folder, name))
                                           for name in os.listdir(folder))
        except FileNotFoundError:  # one that was closed meanwhile
            return False

    def test_next_daemon_waits_for_its_exec(self):
        """The child has the locked pid file of the dead one, too."""
        self.check_next_daemon(self.has_pidfile_open)

    def test_next_daemon_with_another_pid_file_and_socket_waits_for_its_exec(self):
        folder = self.temporary_directory()
        self.check_next_daemon(lambda: WAITING in self.daemon.log(), *self.other_pidfile(),
                               "-s", os.path.join(folder, "socket"), "-c", self.configuration())


class SharedTest(StateLockTest):
    """Two daemons for one state directory."""

    def test_second_daemon_is_refused_and_the_first_one_goes_on(self):
        self.start()
        self.client.ask("pvmove", **volume(self.until))
        first = self.daemon.wait_start(self.until)[0]
        before = self.records()
        result = self.run_daemon(
            "-f", "-B", self.daemon.standin, "-c", self.configuration(), *self.other_pidfile(),
            "-s", os.path.join(self.temporary_directory(), "socket"),
            env=self.daemon.environment())
        self.assertEqual(result.returncode, 1)
        self.assertIn("%s: the state directory is in use by another daemon" % self.state,
                      result.stderr)
        self.assertIn("daemon.state_directory", result.stderr)
        self.assertTrue(is_running(first), "the first daemon's lvpoll was ended")
        self.assertEqual(self.records(), before)
        self.daemon.release(self.until)
        self.assert_finished(self.client.result(lvid(self.until)), "retcode", 0)

    def is_free(self):
        descriptor = os.open(self.state, os.O_RDONLY)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        except BlockingIOError:
            return False
        finally:
            os.close(descriptor)

    def test_lvpoll_does_not_keep_the_lock(self):
        self.start()
        self.client.ask("pvmove", **volume(self.hang))
        lvpoll = self.daemon.wait_start(self.hang)[0]
        self.assertFalse(self.is_free())
        self.kill()
        self.assertTrue(self.is_free())
        self.assertTrue(is_running(lvpoll))

    def test_upgrade_does_not_let_go_of_the_lock(self):
        self.start()
        self.client.ask("pvmove", **volume(self.hang))
        is_over, freed = threading.Event(), []

        def try_again_and_again():
            while not is_over.is_set():
                if self.is_free():
                    freed.append(True)
        thread = threading.Thread(target=try_again_and_again)
        thread.start()
        try:
            for _ in range(3):
                upgrade(self.daemon)
        finally:
            is_over.set()
            thread.join()
        self.assertEqual(freed, [])
        self.kill()
        self.assertTrue(self.is_free())

    def test_directory_that_is_read_only_is_locked_all_the_same(self):
        os.makedirs(self.state)
        os.chmod(self.state, 0o500)
        self.start()
        self.assertFalse(self.is_free())


class NamesTest(RecoveryTest):
    """An lvpoll that was started after a rename has other names than the request."""

    def test_it_is_found_by_the_names_that_it_was_given(self):
        self.start()
        self.client.ask("pvmove", **volume(self.hang))
        first = self.daemon.wait_start(self.hang)[0]
        self.kill()
        self.put_record(record_name(lvid(self.hang)), pvmove_record(
            self.hang, vgname="former", lvname=self.named("former"), lvm_command="starting",
            lvm_command_vgname="vg", lvm_command_lvname=self.hang))
        self.start()
        self.wait_log(STILL_RUNS % first)
        self.wait_gone(first)


class RecordedNamesTest(KernelTest):
    """The names that the kernel told are those in the record."""

    def record(self):
        name, = self.daemon.record_names()
        return parse_record(read_file(os.path.join(self.daemon.folder_of_records(), name)))

    def test_names_after_a_rename(self):
        device = self.add_move("move-held")
        self.start()
        identity = self.start_watching("move-held")
        self.assertNotIn("lvm_command_vgname", self.record())
        device.change(names=("new-vg", "move-held-new"), targets=segments(1, 0, REGIONS), event=True)
        self.wait_starts(1)
        wait_for(lambda: self.record()["lvm_command"] == "running", "the record of the lvpoll")
        record = self.record()
        self.assertEqual((record["vgname"], record["lvname"]), ("vg", "move-held"))
        self.assertEqual((record["lvm_command_vgname"], record["lvm_command_lvname"]),
                         ("new-vg", "move-held-new"))
        self.release("move-held-new")
        self.assert_finished(self.client.result(identity), "retcode", 0)


if __name__ == "__main__":
    unittest.main()
