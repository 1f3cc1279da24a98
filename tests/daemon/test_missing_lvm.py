# SPDX-License-Identifier: LGPL-2.1-or-later
"""An lvm that cannot be executed, for a while, as in an upgrade, or for good: no operation is lost."""

import errno
import mmap
import os
import shutil
import signal
import struct
import unittest

import preload
from deadline import wait_for
from kernel_test import KernelTest, REGIONS, segments
from lvmpolld import DaemonTest, HERE, STANDIN, is_running, ours_only
from protocol import lvid, volume
from recovery_test import RecoveryTest, pvmove_record, record_name

# More than the tries of three minutes, with pauses that grow to one.
TRIES = 12
PAUSES = "it stays in flight, and is tried again in "
RUNS_AGAIN = "lvpoll runs again"


class MissingLvm:
    """What tests have in common whose stand-in for lvm is taken away."""

    def copy_standin(self):
        """A folder of its own, with a stand-in that can be taken away."""
        folder = self.temporary_directory()
        self.lvm = os.path.join(folder, "lvm")
        shutil.copy(STANDIN, self.lvm)
        shutil.copy(os.path.join(HERE, "lvm-standin-move"), folder)

    def take_away(self):
        os.rename(self.lvm, self.lvm + ".away")

    def put_back(self):
        os.rename(self.lvm + ".away", self.lvm)

    def failures(self):
        """How often an attempt was made in vain, as the log tells at level info."""
        return self.daemon.log().count(PAUSES)

    def wait_failures(self, count):
        wait_for(lambda: self.failures() >= count, "%d tries in vain" % count)

    def wait_begun(self, identity, store="poll"):
        """Its lvpoll has told its progress: from then on it is seen through."""
        wait_for(lambda: "progress_percent" in self.client.dump()[store][identity],
                 "the progress of " + identity)

    def try_often(self, ask):
        """Whoever asks for the operation again lets it be tried at once: no pause is waited for."""
        for _ in range(TRIES):
            count = self.failures()
            self.assert_ok(ask())
            self.wait_failures(count + 1)

    def assert_said_once(self, words, level=""):
        lines = [line for line in self.daemon.log().splitlines()
                 if words in line and level in line]
        self.assertEqual(len(lines), 1, lines)


class WatchedTest(MissingLvm, KernelTest):
    """An operation that the kernel shows, and whose step is due while there is no lvm."""

    def start_move(self):
        self.copy_standin()
        self.device = self.add_move()
        self.start(standin=self.lvm)
        self.identity = self.start_watching()

    def new_daemon(self, **options):
        return super().new_daemon(standin=self.lvm, **options)

    def start(self, configuration="", standin=None, **options):
        return super().start(configuration, **options)

    def end_copying(self):
        self.device.change(targets=segments(1, 0, REGIONS), event=True)

    def ask_again(self):
        return self.client.ask("pvmove", lvid=self.identity, vgname="vg", lvname="move",
                               interval="15")

    def check_waits_for_lvm(self):
        """It is tried in vain, stays in flight and on record, and is finished with lvm back."""
        self.wait_failures(1)
        self.try_often(self.ask_again)
        self.assert_reply(self.client.progress(self.identity), response="in_progress")
        self.assertEqual(self.daemon.record_names(), [record_name(self.identity)])
        self.put_back()
        self.ask_again()
        self.assert_finished(self.client.result(self.identity), "retcode", 0)

    def test_first_step_waits_for_lvm(self):
        self.start_move()
        self.take_away()
        self.end_copying()
        self.check_waits_for_lvm()
        self.assert_said_once("No such file or directory")
        self.assert_said_once(RUNS_AGAIN)
        self.assertEqual(self.daemon.record_names(), [])

    def test_lvm_that_is_back_is_found_without_being_asked(self):
        self.start_move()
        self.take_away()
        self.end_copying()
        for count in (1, 2):
            self.wait_failures(count)
            self.clock.skip(1, self.client)
        self.wait_failures(3)
        self.assert_said_once(PAUSES, "warn: ")
        self.put_back()
        self.clock.skip(2, self.client)
        self.assert_finished(self.client.result(self.identity), "retcode", 0)

    def test_data_that_would_be_lost_meanwhile_is_noticed_in_the_pause(self):
        """Once the kernel has forgotten that a disk failed, lvm would lose the data."""
        self.start_move()
        self.take_away()
        self.clock.stop()
        self.end_copying()
        self.wait_failures(1)
        failed = [line.replace(" AA ", " AD ") for line in segments(1, 0, REGIONS)]
        self.assertNotEqual(failed, segments(1, 0, REGIONS))
        self.device.change(targets=failed, event=True)
        self.assert_reply(self.client.result(self.identity), response="failed",
                          reason="polling of lvm command failed")
        self.assertEqual(self.daemon.starts(), [])

    def test_lvm_whose_libraries_are_missing(self):
        """Of which the loader says so with status 127."""
        self.start_move()
        self.take_away()
        with open(self.lvm, "w") as file:
            file.write("#!/bin/sh\nexit 127\n")
        os.chmod(self.lvm, 0o755)
        self.end_copying()
        self.check_waits_for_lvm()

    def test_reload_lets_it_be_tried_at_once(self):
        self.start_move()
        self.take_away()
        self.clock.stop()
        self.end_copying()
        self.wait_failures(1)
        self.put_back()
        self.reload("log: {level: info}\n")
        self.wait_starts(1)
        self.clock.go_on()
        self.assert_finished(self.client.result(self.identity), "retcode", 0)


@ours_only("it gives up at once")
class PollingTest(MissingLvm, DaemonTest):
    """Where lvpoll polls by itself."""

    def setUp(self):
        self.copy_standin()
        self.daemon = self.new_daemon(standin=self.lvm).start("-l", "info")
        self.client = self.connect(self.daemon)

    def begin(self, **parameters):
        """One whose lvpoll runs; returns its process."""
        self.assert_ok(self.client.ask("pvmove", **volume("hang", **parameters)))
        self.wait_begun(lvid("hang"))
        return self.daemon.wait_start("hang")[0]

    def ask_again(self, **parameters):
        return self.client.ask("pvmove", **volume("hang", **parameters))

    def test_operation_goes_on_when_lvm_is_back(self):
        first = self.begin()
        self.take_away()
        os.kill(first, signal.SIGKILL)
        self.try_often(self.ask_again)
        self.assert_reply(self.client.progress(lvid("hang")), response="in_progress")
        self.assertEqual(self.daemon.record_names(), [record_name(lvid("hang"))])
        self.assert_said_once("No such file or directory")
        self.put_back()
        self.ask_again()
        wait_for(lambda: len(self.daemon.starts()) == 2, "another lvpoll")

    def test_new_one_is_told_so_and_stays_in_flight(self):
        self.take_away()
        self.assert_ok(self.client.ask("pvmove", **volume("good")))
        for _ in range(2):
            self.assert_finished(self.client.progress(lvid("good")), "retcode", 101)
        entry = self.client.dump()["poll"][lvid("good")]
        self.assertEqual((entry["polling_finished"], entry["operation_state"],
                          entry["backing_off_reason"]), (1, "backing_off", "not_executable"))
        self.assertEqual(self.daemon.record_names(), [record_name(lvid("good"))])
        self.put_back()
        wait_for(lambda: self.daemon.record_names() == [], "its end without being asked for")
        self.assertEqual([target for _, target, _ in self.daemon.starts()], ["vg/good"])
        self.assert_finished(self.client.progress(lvid("good")), "retcode", 101)

    def test_new_one_outlives_its_daemon(self):
        self.take_away()
        self.assert_ok(self.client.ask("pvmove", **volume("good")))
        self.daemon.send_signal(signal.SIGKILL)
        self.daemon.wait_end()
        self.put_back()
        self.daemon.start()
        wait_for(lambda: self.daemon.record_names() == [], "its end with the next daemon")
        self.assertEqual(len(self.daemon.starts()), 1)

    def test_abort_that_cannot_be_begun_is_refused_and_the_move_is_not_disturbed(self):
        first = self.begin()
        self.take_away()
        reply = self.ask_again(abort=1)
        self.assert_reply(reply, response="failed", reason="the lvm command cannot be executed")
        self.assert_reply(self.client.progress(lvid("hang")), response="in_progress")
        self.assert_reply(self.client.progress(lvid("hang"), abort=1), response="not_found")
        self.assertTrue(is_running(first))
        self.assertEqual(self.daemon.record_names(), [record_name(lvid("hang"))])
        self.assertIn("the abort is refused: " + self.lvm, self.daemon.log())

    def test_abort_whose_failure_shows_late_is_refused_and_the_move_goes_on(self):
        """It may be executed, by its mode; but there is no interpreter for it."""
        first = self.begin(interval="1")
        self.take_away()
        with open(self.lvm, "w") as file:
            file.write("#!/nonexistent/interpreter\n")
        os.chmod(self.lvm, 0o755)
        self.assert_ok(self.ask_again(abort=1))
        self.assert_finished(self.client.result(lvid("hang"), abort=1), "retcode", 101)
        self.assert_finished(self.client.result(lvid("hang")), "signal", signal.SIGTERM)
        wait_for(lambda: not is_running(first), "the end of its lvpoll, which made way")
        self.assertEqual(self.daemon.record_names(), [record_name(lvid("hang"))])
        self.put_back()
        self.ask_again()
        wait_for(lambda: len(self.daemon.starts()) == 2, "another lvpoll")
        # What was answered 101 is refused for good.
        self.assert_finished(self.client.progress(lvid("hang"), abort=1), "retcode", 101)
        self.assertNotIn("--abort", "".join(line for _, _, line in self.daemon.starts()))

    def test_abort_that_was_refused_is_not_carried_out_later(self):
        """Its user may have gone on with the move."""
        self.take_away()
        with open(self.lvm, "w") as file:
            file.write("#!/nonexistent/interpreter\n")
        os.chmod(self.lvm, 0o755)
        self.assert_reply(self.client.ask("pvmove", **volume("good", abort=1)), response="failed",
                          reason="the lvm command cannot be executed")
        self.assertEqual((self.daemon.record_names(), self.client.dump()["abort"]), ([], {}))
        self.put_back()
        self.assert_ok(self.client.ask("pvmove", **volume("good", "other")))
        self.assert_finished(self.client.result(lvid("other")), "retcode", 0)
        self.assertEqual(len(self.daemon.starts()), 1)
        self.assert_ok(self.client.ask("pvmove", **volume("good", abort=1)))
        self.assert_finished(self.client.result(lvid("good"), abort=1), "retcode", 0)

    def test_abort_under_way_waits_for_lvm_and_its_move_with_it(self):
        self.begin()
        self.daemon.make_pipe("until-0")
        self.assert_ok(self.client.ask("pvmove", **volume("until-0", "hang", abort=1)))
        aborting = self.daemon.wait_start("until-0")[0]
        self.wait_begun(lvid("hang"), "abort")
        wait_for(lambda: "24." in self.daemon.log(), "the progress of the abort")
        self.take_away()
        os.kill(aborting, signal.SIGKILL)
        def ask():
            return self.client.ask("pvmove", **volume("until-0", "hang", abort=1))
        self.try_often(ask)
        self.assert_reply(self.client.progress(lvid("hang"), abort=1), response="in_progress")
        self.assertIn(record_name(lvid("hang"), store="abort"), self.daemon.record_names())
        self.put_back()
        ask()
        wait_for(lambda: len(self.daemon.starts()) == 3, "the abort's next lvpoll")
        self.daemon.release("until-0")
        self.assert_finished(self.client.result(lvid("hang"), abort=1), "retcode", 0)
        self.assertEqual(self.daemon.record_names(), [])


@ours_only("it reports what it cannot start")
class KindsTest(MissingLvm, DaemonTest):
    """Whatever it is that lvm cannot be started for."""

    def setUp(self):
        self.daemon = self.new_daemon()
        path = os.path.join(self.daemon.directory, "code")
        with open(path, "wb") as file:
            file.write(bytes(4))
        with open(path, "r+b") as file:
            self.code = mmap.mmap(file.fileno(), 4)
        library = preload.build("failing_spawn", self.daemon.directory)
        self.daemon.start("-l", "info", environment=self.daemon.environment(
            **preload.variables(library, LVMPOLLD_FAILING_SPAWN=path)))
        self.client = self.connect(self.daemon)

    def set_code(self, code):
        struct.pack_into("<i", self.code, 0, code)

    def ask(self):
        return self.client.ask("pvmove", **volume("hang"))

    def test_operation_in_flight_waits_whatever_it_is(self):
        self.assert_ok(self.ask())
        first = self.daemon.wait_start("hang")[0]
        self.wait_begun(lvid("hang"))
        codes = (errno.ENOENT, errno.EACCES, errno.ETXTBSY, errno.EIO, errno.ENOEXEC, errno.EPERM,
                 errno.ELOOP, errno.E2BIG, errno.EAGAIN, errno.ENOMEM)
        self.set_code(codes[0])
        os.kill(first, signal.SIGKILL)
        self.wait_failures(1)
        for code in codes:
            self.set_code(code)
            for _ in range(3):
                count = self.failures()
                self.assert_ok(self.ask())
                self.wait_failures(count + 1)
            self.assert_reply(self.client.progress(lvid("hang")), response="in_progress")
            self.assert_said_once(os.strerror(code), "error: ")
        self.assertEqual(self.daemon.record_names(), [record_name(lvid("hang"))])
        self.set_code(0)
        self.ask()
        wait_for(lambda: len(self.daemon.starts()) == 2, "another lvpoll")

    def test_new_one_is_refused_where_the_machine_is_short_of_something(self):
        for code in (errno.EAGAIN, errno.ENOMEM):
            with self.subTest(os.strerror(code)):
                self.set_code(code)
                self.assert_reply(self.ask(), response="failed", reason="not enough memory")
                self.assertEqual(self.daemon.record_names(), [])


class StartTest(MissingLvm, RecoveryTest):
    """A daemon that is started while there is no lvm."""

    def setUp(self):
        super().setUp()
        self.copy_standin()
        self.daemon.standin = self.lvm
        self.take_away()

    def test_with_something_in_flight_it_starts_and_waits_for_lvm(self):
        name = record_name(lvid(self.hang))
        self.put_record(name, pvmove_record(self.hang))
        self.start()
        self.wait_log("the daemon starts all the same, for the operations in flight")
        self.wait_failures(1)
        self.assert_reply(self.client.progress(lvid(self.hang)), response="in_progress")
        self.assertEqual(list(self.records()), [name])
        self.put_back()
        self.wait_starts_of(self.hang, 1)

    def test_with_nothing_in_flight_it_refuses(self):
        self.daemon.start(wait=False)
        self.assertEqual(self.daemon.wait_end(), os.EX_CONFIG)
        self.assertIn(self.lvm + " cannot be executed", self.daemon.log())


if __name__ == "__main__":
    unittest.main()
