# SPDX-License-Identifier: LGPL-2.1-or-later
"""Operations survive the daemon: what is recorded, and how the next daemon resumes it."""

import os
import signal
import stat
import subprocess
import time
import unittest

from clock_standin import Clock
from deadline import wait_for
from lvmpolld import is_running, read_file
from protocol import lvid, volume
from recovery_test import RecoveryTest, pvmove_record, record_name
from upgrade_test import upgrade


class RecordTest(RecoveryTest):
    """What lies on disk while an operation is in flight."""

    def test_record_says_what_was_asked(self):
        self.start()
        before = int(time.time()) - 1  # time() may be behind by a tick
        self.assert_ok(self.client.ask("convert", **volume(
            self.hang, interval="+0", sysdir="/some/etc lvm", devicesfile="some.devices",
            handle_missing_pvs=1)))
        after = time.time()
        name = record_name(lvid(self.hang), "/some/etc lvm")
        pid = self.daemon.wait_start(self.hang)[0]
        record = self.records()[name]
        ticks = read_file("/proc/%d/stat" % pid).rpartition(")")[2].split()[19]
        # The time before which nothing is done is told by the clock that begins when the machine does.
        self.assertLessEqual(float(record.pop("not_before_ms")) / 1000,
                             time.clock_gettime(time.CLOCK_BOOTTIME))
        self.assertLessEqual(float(record.pop("begun_ms")) / 1000,
                             time.clock_gettime(time.CLOCK_BOOTTIME))
        accepted = int(record.pop("accepted"))
        self.assertTrue(before <= accepted <= after, accepted)
        self.assertEqual(record, {
            "version": "1", "number": "1", "operation": "convert", "lvid": lvid(self.hang), "vgname": "vg",
            "lvname": self.hang, "interval": "+0", "sysdir": "/some/etc lvm",
            "devicesfile": "some.devices", "handle_missing_pvs": "1", "lvm_command": "running",
            "lvm_command_pid": str(pid), "lvm_command_start": ticks,
            "lvm_command_boot": read_file("/proc/sys/kernel/random/boot_id").strip()})

    def test_record_is_there_when_the_client_hears_ok(self):
        self.start()
        for number in range(20):
            self.assert_ok(self.client.ask("pvmove", **volume(self.hang, number)))
            self.assertIn(record_name(lvid(number)), self.records())

    def test_nobody_else_may_read_it(self):
        self.start("-l", "info", umask=0)
        self.client.ask("pvmove", **volume(self.hang))
        self.assertEqual(stat.S_IMODE(os.stat(self.state).st_mode), 0o700)
        path = os.path.join(self.state, record_name(lvid(self.hang)))
        self.assertEqual(stat.S_IMODE(os.stat(path).st_mode), 0o600)

    def test_operation_and_its_abort_have_a_record_each(self):
        self.start()
        self.client.ask("pvmove", **volume("stubborn-1000"))
        self.client.ask("pvmove", **volume("stubborn-1000", abort=1))
        records = self.records()
        self.assertEqual(list(records), [record_name(lvid("stubborn-1000"), store="abort"),
                                         record_name(lvid("stubborn-1000"))])
        abort, moved = records.values()
        self.assertEqual(abort["abort"], "1")
        self.assertEqual(moved["being_aborted"], "1")

    def test_record_goes_when_the_operation_ends(self):
        self.start()
        for scenario in ("good", "silent"):
            self.client.ask("pvmove", **volume(scenario))
            self.client.result(lvid(scenario))
            self.assertEqual(self.records(), {})

    def test_record_stays_with_an_operation_whose_lvpoll_fails(self):
        """lvm2 still has it: it is tried again, by the next daemon, too."""
        self.start(patience=0)
        for scenario in ("exit-5", "signal-9"):
            self.client.ask("pvmove", **volume(scenario))
            self.client.result(lvid(scenario))
        self.assertEqual(list(self.records()),
                         [record_name(lvid(scenario)) for scenario in ("exit-5", "signal-9")])
        self.kill()
        before = len(self.daemon.starts())
        self.start()
        wait_for(lambda: len(self.daemon.starts()) >= before + 2, "an lvpoll of each")

    def test_record_goes_where_lvm2_says_that_it_is_over(self):
        self.start(patience=0)
        self.client.ask("pvmove", **volume("exit-5"))
        self.assert_finished(self.client.result(lvid("exit-5")), "retcode", 5)
        os.makedirs(os.path.join(self.daemon.directory, "over", "vg"))
        with open(os.path.join(self.daemon.directory, "over", "vg", "exit-5"), "w"):
            pass
        self.wait_no_records()

    def test_record_goes_before_the_result_is_collected(self):
        self.start()
        self.client.ask("pvmove", **volume("good"))
        self.wait_no_records()
        self.kill_and_start()
        self.assert_reply(self.client.progress(lvid("good")), response="not_found")

    def test_refused_request_leaves_none(self):
        self.start()
        self.client.ask("pvmove", **volume(self.hang, interval="-1"))
        self.client.ask("pvmove", **volume(self.hang, lvid="short"))
        self.assertEqual(self.records(), {})

    def test_record_stays_at_sigterm(self):
        clock = Clock(self.daemon.directory)
        self.start(environment=clock.environment_of(self.daemon))
        self.client.ask("pvmove", **volume(self.hang))
        pid = self.daemon.wait_start(self.hang)[0]
        # The daemon waits for a second: that it does not pass before the lvpoll is gone.
        clock.stop()
        self.daemon.send_signal(signal.SIGTERM)
        self.wait_gone(pid)
        clock.go_on()
        self.assertEqual(self.daemon.wait_end(), 0)
        self.assertEqual(list(self.records()), [record_name(lvid(self.hang))])
        self.assertEqual(self.records()[record_name(lvid(self.hang))]["lvm_command"], "none")

    def test_directory_that_the_configuration_names(self):
        self.state = os.path.join(self.temporary_directory(), "somewhere")
        path = os.path.join(self.daemon.directory, "lvmpolld.yaml")
        with open(path, "w") as file:
            file.write("daemon: {state_directory: %s}\n" % self.state)
        self.start("-c", path)
        self.client.ask("pvmove", **volume(self.hang))
        self.assertEqual(list(self.records()), [record_name(lvid(self.hang))])


class GoOnTest(RecoveryTest):
    """The next daemon."""

    def test_goes_on_after_sigkill(self):
        self.start()
        self.client.ask("pvmove", **volume(self.hang))
        first = self.daemon.wait_start(self.hang)[0]
        self.kill()
        self.assertTrue(is_running(first), "the lvpoll is left over")
        self.start()
        second = self.wait_starts_of(self.hang, 2)[1]
        self.wait_gone(first)
        self.assertTrue(is_running(second))
        self.assert_reply(self.client.progress(lvid(self.hang)), response="in_progress")

    def test_goes_on_after_sigterm(self):
        self.start()
        self.client.ask("pvmove", **volume(self.hang))
        self.daemon.wait_start(self.hang)
        self.assertEqual(self.daemon.stop(), 0)
        self.start()
        self.wait_starts_of(self.hang, 2)
        self.assert_reply(self.client.progress(lvid(self.hang)), response="in_progress")

    def test_goes_on_as_it_was_asked(self):
        self.start()
        asked = volume(self.hang, interval="9", sysdir="/some/where", devicesfile="some.devices",
                       handle_missing_pvs=1)
        self.client.ask("merge", **asked)
        self.daemon.wait_start(self.hang)
        self.kill_and_start()
        self.wait_starts_of(self.hang, 2)
        first, second = (arguments for _, _, arguments in self.daemon.starts())
        self.assertEqual(first, second)
        self.assertIn("--handlemissingpvs", second)
        self.assert_reply(self.client.progress(lvid(self.hang), sysdir="/some/where"),
                          response="in_progress")
        self.assert_reply(self.client.progress(lvid(self.hang)), response="not_found")

    def test_no_client_is_waited_for(self):
        self.start()
        self.client.ask("pvmove", **volume(self.until))
        self.daemon.wait_start(self.until)
        self.kill()
        self.daemon.start("-l", "info")
        self.wait_starts_of(self.until, 2)
        self.daemon.release(self.until)
        self.wait_no_records()

    def test_result_can_be_asked_from_the_next_daemon(self):
        self.start()
        self.client.ask("pvmove", **volume(self.failing))
        self.daemon.wait_start(self.failing)
        self.kill_and_start(patience=0)
        self.assert_reply(self.client.progress(lvid(self.failing)), response="in_progress")
        self.wait_starts_of(self.failing, 2)
        self.daemon.release(self.failing)
        self.assert_finished(self.client.result(lvid(self.failing)), "retcode", 5)

    def test_request_counts_begin_at_zero(self):
        self.start()
        for _ in range(3):
            self.client.ask("pvmove", **volume(self.hang))
        self.assertEqual(self.count(), 3)
        self.daemon.wait_start(self.hang)
        self.kill_and_start()
        self.assertEqual(self.count(), 0)
        self.client.ask("pvmove", **volume(self.hang))
        self.assertEqual(self.count(), 1)

    def count(self):
        return self.client.dump()["poll"][lvid(self.hang)]["init_requests_count"]

    def test_daemon_after_daemon(self):
        self.start()
        self.client.ask("pvmove", **volume(self.until))
        self.daemon.wait_start(self.until)
        for number in range(2, 8):
            self.kill_and_start()
            self.wait_starts_of(self.until, number)
        running = [pid for pid in self.starts_of(self.until) if is_running(pid)]
        self.assertEqual(running, self.starts_of(self.until)[-1:])

    def test_many_operations(self):
        self.start()
        for number in range(100):
            lvname = "%s-%d" % (self.named("hang-0"), number)
            self.client.ask("pvmove", **volume(lvname, number))
        self.kill_and_start()
        self.assertEqual(len(self.client.dump()["poll"]), 100)
        self.assertEqual(len(self.records()), 100)

    def test_idle_end_waits_for_what_was_taken_up(self):
        self.start()
        self.client.ask("pvmove", **volume(self.until))
        self.daemon.wait_start(self.until)
        self.kill()
        self.daemon.start("-l", "info", "-t", "1")
        self.wait_starts_of(self.until, 2)
        self.daemon.release(self.until)
        self.assertEqual(self.daemon.wait_end(), 0)
        self.wait_no_records()

    def test_second_daemon_does_not_take_up_what_a_first_one_has(self):
        self.start()
        self.client.ask("pvmove", **volume(self.hang))
        pid = self.daemon.wait_start(self.hang)[0]
        result = self.run_daemon(*self.daemon.command()[1:], "-p",
                                 os.path.join(self.temporary_directory(), "pid"),
                                 env=self.daemon.environment())
        self.assertEqual(result.returncode, 1)
        self.assertTrue(is_running(pid), "the first daemon's lvpoll was ended")
        self.assertEqual(len(self.starts_of(self.hang)), 1)
        self.assertEqual(list(self.records()), [record_name(lvid(self.hang))])


class AbortTest(RecoveryTest):
    """Aborts, which run beside what they abort."""

    def abort_and_kill(self, name):
        """A killed daemon leaves an abort that runs, and the move that it aborts."""
        self.start()
        self.client.ask("pvmove", **volume(name))
        moved = self.daemon.wait_start(name)[0]
        self.client.ask("pvmove", **volume(name, abort=1))
        aborting = self.wait_starts_of(name, 2)[1]
        self.wait_gone(moved)
        wait_for(lambda: self.command_of(name, "poll") == "none", "the move's record to say so")
        wait_for(lambda: self.command_of(name, "abort") == "running", "the abort's record, too")
        self.kill()
        return aborting

    def command_of(self, name, store):
        return self.records()[record_name(lvid(name), store=store)]["lvm_command"]

    def test_abort_goes_on_and_takes_the_move_with_it(self):
        self.abort_and_kill(self.until)
        self.start()
        self.wait_starts_of(self.until, 3)
        self.assertIn("--abort", self.daemon.starts()[2][2])
        moved = self.client.dump()["poll"][lvid(self.until)]
        self.assertEqual(moved["operation_state"], "yielding")
        self.daemon.release(self.until)
        self.assert_finished(self.client.result(lvid(self.until), abort=1), "retcode", 0)
        self.assertEqual(self.records(), {})
        self.assertEqual(len(self.starts_of(self.until)), 3)

    def test_move_goes_on_where_the_abort_fails(self):
        self.abort_and_kill(self.failing)
        self.start(patience=0)
        self.wait_starts_of(self.failing, 3)
        self.daemon.release(self.failing)
        self.wait_log("the abort did not succeed")
        self.wait_starts_of(self.failing, 4)
        self.assertNotIn("--abort", self.daemon.starts()[3][2])
        self.assertNotIn("being_aborted", self.records()[record_name(lvid(self.failing))])

    def test_move_whose_abort_is_not_recorded_goes_on(self):
        aborting = self.abort_and_kill(self.until)
        os.unlink(os.path.join(self.state, record_name(lvid(self.until), store="abort")))
        os.kill(aborting, signal.SIGTERM)
        self.wait_gone(aborting)
        self.start()
        self.wait_starts_of(self.until, 3)
        self.assertNotIn("--abort", self.daemon.starts()[2][2])
        self.daemon.release(self.until)
        self.wait_no_records()


class OrphanTest(RecoveryTest):
    """What a killed daemon's lvpoll is owed by the next one."""

    def start_stubborn(self, count):
        """Kills a daemon whose lvpoll heeds no SIGTERM but the one after so many."""
        self.name = self.named("stubborn-%d" % count)
        self.start()
        self.client.ask("pvmove", **volume(self.name))
        self.orphan = self.daemon.wait_start(self.name)[0]
        self.wait_log("Moved: 10.00%")
        self.kill()

    def terms(self):
        """How many SIGTERMs the stubborn ones have counted so far, all in all."""
        path = os.path.join(self.daemon.directory, "stubborn")
        return len(read_file(path).splitlines()) if os.path.exists(path) else 0

    def test_it_is_asked_with_sigterm_until_it_ends(self):
        self.start_stubborn(3)
        self.start()
        self.wait_starts_of(self.name, 2)
        self.assertEqual(self.terms(), 3)
        self.assertFalse(is_running(self.orphan))

    def test_it_is_never_killed_and_nothing_polls_beside_it(self):
        self.start_stubborn(1000)
        self.start()
        wait_for(lambda: self.terms() >= 10, "ten SIGTERMs")
        self.assertTrue(is_running(self.orphan))
        self.assertEqual(self.starts_of(self.name), [self.orphan])
        self.assertEqual(self.daemon.stop(), 0)
        self.assertTrue(is_running(self.orphan))
        self.start()
        before = self.terms()
        wait_for(lambda: self.terms() > before, "a SIGTERM of the third daemon")
        self.assertEqual(self.starts_of(self.name), [self.orphan])

    def test_it_is_found_where_its_start_was_not_written_down(self):
        self.start()
        self.client.ask("pvmove", **volume(self.hang))
        first = self.daemon.wait_start(self.hang)[0]
        self.kill()
        self.put_record(record_name(lvid(self.hang)),
                        pvmove_record(self.hang, lvm_command="starting"))
        self.start()
        self.wait_starts_of(self.hang, 2)
        self.assertFalse(is_running(first))

    def test_it_is_found_whatever_it_runs_for(self):
        """The abort's lvpoll would run beside the move's."""
        self.start()
        self.client.ask("pvmove", **volume(self.hang))
        first = self.daemon.wait_start(self.hang)[0]
        self.kill()
        os.unlink(os.path.join(self.state, record_name(lvid(self.hang))))
        self.put_record(record_name(lvid(self.hang), store="abort"),
                        pvmove_record(self.hang, lvm_command="starting", abort=1))
        self.start()
        self.wait_starts_of(self.hang, 2)
        self.assertFalse(is_running(first))

    def test_it_is_found_where_its_group_was_renamed(self):
        """Its arguments have names that the volume has no longer: its environment has the lvid."""
        self.start()
        self.client.ask("pvmove", **volume(self.hang))
        first = self.daemon.wait_start(self.hang)[0]
        self.kill()
        self.put_record(record_name(lvid(self.hang)),
                        pvmove_record(self.hang, vgname="renamed", lvm_command="starting"))
        self.start()
        wait_for(lambda: "renamed/" + self.hang in [target for _, target, _ in self.daemon.starts()], "the next lvpoll")
        self.assertFalse(is_running(first))

    def test_another_process_with_its_id_is_left_alone(self):
        with subprocess.Popen(["sleep", "1000"]) as other:
            self.addCleanup(other.kill)
            self.put_record(record_name(lvid(self.hang)), pvmove_record(
                self.hang, lvm_command="running", lvm_command_pid=other.pid,
                lvm_command_start=12345))
            self.start()
            self.wait_starts_of(self.hang, 1)
            self.assertIsNone(other.poll())
            other.kill()

    def test_it_is_found_where_the_record_is_older(self):
        """Its record could not be written, and tells of an lvpoll that has ended before."""
        self.start()
        self.client.ask("pvmove", **volume(self.hang))
        first = self.daemon.wait_start(self.hang)[0]
        obstacle = os.path.join(self.state, ".new")
        os.mkdir(obstacle)
        os.kill(first, signal.SIGUSR1)
        second = self.wait_starts_of(self.hang, 2)[1]
        self.wait_log("lvpoll[%d] started" % second)
        self.kill()
        os.rmdir(obstacle)
        self.assertEqual(self.records()[record_name(lvid(self.hang))]["lvm_command_pid"],
                         str(first))
        self.start()
        self.wait_starts_of(self.hang, 3)
        self.assertFalse(is_running(second))

    def test_another_process_of_a_later_run_of_the_machine_is_left_alone(self):
        """After a reboot both its id and its start may be the same."""
        self.start()
        self.client.ask("pvmove", **volume(self.hang))
        self.daemon.wait_start(self.hang)
        name = record_name(lvid(self.hang))
        self.kill()
        with subprocess.Popen(["sleep", "1000"]) as other:
            self.addCleanup(other.kill)
            start = read_file("/proc/%d/stat" % other.pid).rpartition(")")[2].split()[19]
            self.put_record(name, pvmove_record(
                self.hang, lvm_command="running", lvm_command_pid=other.pid,
                lvm_command_start=int(start),
                lvm_command_boot="00000000-0000-4000-8000-000000000000"))
            self.start()
            self.wait_starts_of(self.hang, 2)
            self.assertIsNone(other.poll())
            other.kill()

    def test_upgrade_does_not_take_it_for_a_child(self):
        """Its end is no step that gave way: the next lvpoll does not wait for the interval."""
        self.start_stubborn(100000)
        self.start()
        wait_for(lambda: self.terms() >= 2, "a SIGTERM")
        upgrade(self.daemon)
        self.assertTrue(is_running(self.orphan))
        with open(os.path.join(self.daemon.directory, self.name + ".released"), "w"):
            pass
        self.wait_starts_of(self.name, 2)
        self.assertFalse(is_running(self.orphan))

    def test_its_silence_is_not_counted(self):
        """Nobody reads what it prints; it may hold the group's lock for as long as it takes."""
        self.start_stubborn(1000)
        self.start()
        self.assert_reply(self.client.progress(lvid(self.name)), response="in_progress")

if __name__ == "__main__":
    unittest.main()
