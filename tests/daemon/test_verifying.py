# SPDX-License-Identifier: LGPL-2.1-or-later
"""Copies that may lack data: doubt by the kernel's log, and both copies compared before a step."""

import errno
import os
import shutil
import signal
import unittest

from deadline import wait_for
from kernel_standin import HANG, fail
from kernel_test import KernelTest, REGIONS, SEGMENT_SECTORS, segments
from lvmpolld import is_running, program_path, read_file
from upgrade_test import upgrade

# The two disks that the tables of the stand-in name, and where the data lies on both.
SOURCE, TARGET = "7:0", "7:1"
SEGMENT_BYTES = SEGMENT_SECTORS * 512

FAILURE = "device-mapper: raid1: Write error during recovery (error = 0x2)"
OF_A_DISK = "I/O error, dev sdq, sector 12345 op 0x1:(WRITE) flags 0x800 phys_seg 1 prio class 2"
LEFT_OUT = "recovery_complete: 12 callbacks suppressed"
ORDINARY = "EXT4-fs (dm-3): mounted filesystem"

FAILED = {"response": "failed", "reason": "polling of lvm command failed"}


class VerifyingTest(KernelTest):
    """A move of some segments, whose data lies on two files in place of disks."""

    records = 0

    def setUp(self):
        super().setUp()
        with open(program_path(), "rb") as program:
            if b"__tsan_init" in program.read():
                self.skipTest("ThreadSanitizer's own open() goes before that of the stand-in for the kernel's log")

    def start_move(self, configuration="", count=1, log=(), differs_at=None, has_disks=True, lvname="move"):
        data = os.urandom(4096) * (count * SEGMENT_BYTES // 4096)
        if has_disks:
            self.kernel.write_disk(SOURCE, data)
            self.kernel.write_disk(TARGET, data)
        if differs_at is not None:
            self.kernel.write_disk(TARGET, b"\0" * 512, differs_at)
        self.data = data
        self.device = self.add_move(lvname, count=count)
        self.write_log(*log)
        self.start(configuration)
        return self.start_watching(lvname)

    def write_log(self, *texts):
        """Records of the kernel's log, with their numbers, as it writes them now."""
        for text in texts:
            is_record = text != "EPIPE"
            self.kernel.write_log("3,%d,%d,-;%s" % (self.records, self.clock.now_us(), text)
                                  if is_record else text)
            self.records += is_record

    def copied(self, count=1, at=0):
        """The kernel says that all of that segment is copied."""
        self.device.change(targets=segments(count, at, REGIONS), event=True)

    def opened(self):
        return len(self.kernel.calls("disk"))

    def wait_state(self, identity, state):
        wait_for(lambda: self.entry(identity)["operation_state"] == state, "the state " + state)

    def assert_held(self, identity):
        """The data is at risk: no step is made, whoever waits is told, and an abort gets it back."""
        self.assert_reply(self.client.result(identity), **FAILED)
        self.assertEqual(self.daemon.starts(), [])
        self.assertIn("data at risk: ", self.daemon.log())
        self.assert_reply(self.client.result(self.request("move")), **FAILED)
        self.assertEqual(self.daemon.starts(), [])
        self.request("move", abort=1)
        self.assert_finished(self.client.result(identity, abort=1), "retcode", 0)
        self.assertFalse(self.device.exists())


class DoubtTest(VerifyingTest):
    def assert_finished_unread(self, identity):
        self.assert_finished(self.client.result(identity), "retcode", 0)
        self.assertEqual(self.opened(), 0)

    def assert_finished_after_comparison(self, identity):
        self.assert_finished(self.client.result(identity), "retcode", 0)
        self.assertEqual(self.opened(), 2)

    def test_disks_without_failures_are_not_read(self):
        identity = self.start_move(log=[ORDINARY], has_disks=False)
        self.write_log(ORDINARY)
        self.copied()
        self.assert_finished_unread(identity)

    def test_a_failure_in_the_log_lets_the_copies_be_compared(self):
        identity = self.start_move()
        self.write_log(ORDINARY, FAILURE, ORDINARY)
        self.copied()
        self.assert_finished_after_comparison(identity)
        self.assertIn("the kernel's log tells of a failure: " + FAILURE, self.daemon.log())

    def test_a_failure_of_a_disk(self):
        identity = self.start_move(log=[OF_A_DISK])
        self.copied()
        self.assert_finished_after_comparison(identity)

    def test_lines_that_were_left_out(self):
        identity = self.start_move()
        self.write_log(LEFT_OUT)
        self.copied()
        self.assert_finished_after_comparison(identity)

    def test_what_a_program_writes_is_no_failure(self):
        identity = self.start_move(has_disks=False)
        self.kernel.write_log("12,0,0,-;" + FAILURE)
        self.copied()
        self.assert_finished_unread(identity)

    def test_a_log_that_has_lost_records(self):
        identity = self.start_move(log=[ORDINARY])
        self.records += 10
        self.write_log("EPIPE", ORDINARY)
        self.copied()
        self.assert_finished_after_comparison(identity)
        self.assertIn("does not go back to its beginning", self.daemon.log())

    def test_a_log_that_does_not_go_back_to_the_boot(self):
        """When the first segment began is not known."""
        self.records = 7
        self.kernel.write_log("6,7,0,-;" + ORDINARY)
        identity = self.start_move()
        self.copied()
        self.assert_finished_after_comparison(identity)

    def test_a_log_that_may_not_be_read(self):
        self.kernel.set_fault("kmsg", fail(errno.EPERM))
        identity = self.start_move()
        self.copied()
        self.assert_finished_after_comparison(identity)
        self.assertIn("/dev/kmsg cannot be read", self.daemon.log())

    def test_a_log_that_is_none(self):
        """As /dev/null in its place, in a container: it never tells of a failure."""
        self.kernel.set_fault("kmsg.stat", fail(errno.EIO))
        identity = self.start_move()
        self.copied()
        self.assert_finished_after_comparison(identity)
        self.assertIn("/dev/kmsg cannot be read (No such device)", self.daemon.log())

    def test_a_kernel_whose_lines_are_not_known(self):
        self.kernel.set_release("99.9.9-other")
        identity = self.start_move()
        self.copied()
        self.assert_finished_after_comparison(identity)

    def test_a_failure_of_the_segment_before_may_hide_others_for_a_while(self):
        """The limit of the kernel is one for all: further lines may be left out for seconds."""
        identity = self.start_move(count=2)
        # The step must begin within those seconds.
        self.clock.stop()
        self.clock.settle(self.client)
        self.write_log(FAILURE)
        self.copied(count=2)
        self.wait_starts(1)
        self.clock.go_on()
        wait_for(lambda: self.device.targets()[0].endswith("linear"), "the second segment")
        self.copied(count=2, at=1)
        self.assert_finished(self.client.result(identity), "retcode", 0)
        self.assertEqual(self.opened(), 4)


class CrashTest(VerifyingTest):
    """The kernel's log is still there when the daemon is not."""

    def test_a_failure_while_no_daemon_ran(self):
        identity = self.start_move(log=[ORDINARY], differs_at=4096)
        self.kill()
        self.write_log(FAILURE)
        self.copied()
        self.start_again()
        self.assert_held(identity)

    def test_where_the_segment_began_in_the_log_is_known_from_the_record(self):
        """Its beginning is lost, but that of the second segment is in it."""
        self.records = 8
        self.kernel.write_log("6,7,0,-;" + ORDINARY)
        identity = self.start_move(count=2, log=[ORDINARY])
        self.copied(count=2)
        wait_for(lambda: self.device.targets()[0].endswith("linear"), "the second segment")
        self.assertEqual(self.opened(), 2)
        self.wait_watching(identity)
        self.kill()
        self.start_again()
        self.copied(count=2, at=1)
        self.assert_finished(self.client.result(identity), "retcode", 0)
        self.assertEqual(self.opened(), 2)

    def test_what_is_known_of_the_log_outlives_an_upgrade(self):
        self.kernel.write_log("6,7,0,-;" + ORDINARY)
        identity = self.start_move(count=2)
        self.records = 8
        self.copied(count=2)
        wait_for(lambda: self.device.targets()[0].endswith("linear"), "the second segment")
        self.wait_watching(identity)
        upgrade(self.daemon)
        self.copied(count=2, at=1)
        self.assert_finished(self.client.result(identity), "retcode", 0)
        self.assertEqual(self.opened(), 2)


    def test_what_was_read_of_the_log_may_be_overwritten_before_an_upgrade(self):
        identity = self.start_move(log=[ORDINARY], has_disks=False)
        self.write_log(ORDINARY)
        self.change_and_wait_look(self.device, targets=segments(1, 0, REGIONS // 2), event=True)
        self.kernel.forget_log()
        self.write_log(ORDINARY)
        upgrade(self.daemon)
        self.copied()
        self.assert_finished(self.client.result(identity), "retcode", 0)
        self.assertEqual(self.opened(), 0)

    def test_what_was_read_of_the_log_may_be_overwritten_while_no_daemon_runs(self):
        """As far as it was read when the record was written."""
        identity = self.start_move(log=[ORDINARY], has_disks=False)
        self.kill()
        self.kernel.forget_log()
        self.write_log(ORDINARY)
        self.copied()
        self.start_again()
        self.assert_finished(self.client.result(identity), "retcode", 0)
        self.assertEqual(self.opened(), 0)

    def test_what_was_not_read_may_not_be_overwritten(self):
        identity = self.start_move(log=[ORDINARY])
        self.kill()
        self.kernel.forget_log()
        self.records += 1
        self.write_log(ORDINARY)
        self.copied()
        self.start_again()
        self.assert_finished(self.client.result(identity), "retcode", 0)
        self.assertEqual(self.opened(), 2)


class ModeTest(VerifyingTest):
    def test_always(self):
        identity = self.start_move("plugins: {pvmove: {verify: always}}", count=2)
        self.copied(count=2)
        wait_for(lambda: self.device.targets()[0].endswith("linear"), "the second segment")
        self.copied(count=2, at=1)
        self.assert_finished(self.client.result(identity), "retcode", 0)
        self.assertEqual(self.opened(), 4)

    def test_never(self):
        identity = self.start_move("plugins: {pvmove: {verify: never}}", log=[FAILURE],
                                   differs_at=0)
        self.copied()
        self.assert_finished(self.client.result(identity), "retcode", 0)
        self.assertEqual(self.opened(), 0)

    def test_it_can_be_changed(self):
        identity = self.start_move("plugins: {pvmove: {verify: never}}", log=[FAILURE])
        self.reload("plugins: {pvmove: {verify: doubt}}")
        self.copied()
        self.assert_finished(self.client.result(identity), "retcode", 0)
        self.assertEqual(self.opened(), 2)


class ToldTest(VerifyingTest):
    """The list tells the doubt while the kernel still copies, by the log as it is at that moment: without another look."""

    def doubt(self):
        return self.client.list()["move"].get("doubt")

    def test_none(self):
        self.start_move(log=[ORDINARY])
        self.write_log(ORDINARY)
        self.assertEqual(self.doubt(), "none")

    def test_a_failure(self):
        self.start_move(log=[ORDINARY])
        for line in (FAILURE, ORDINARY):
            self.write_log(line)
            self.assertEqual(self.doubt(), "the kernel's log tells of a failure")

    def test_a_log_that_has_lost_its_beginning(self):
        """An early failure may have been in it."""
        self.kernel.write_log("6,7,0,-;" + ORDINARY)
        self.records = 8
        self.start_move()
        self.assertEqual(self.doubt(), "the kernel's log does not go back to its beginning")

    def test_a_failure_of_a_segment_before_is_none_of_this_one(self):
        """It was compared, and is before the step that followed."""
        self.start_move(count=2)
        self.write_log(FAILURE)
        self.copied(count=2)
        wait_for(lambda: self.device.targets()[0].endswith("linear"), "the second segment")
        wait_for(lambda: self.doubt() != "the kernel's log tells of a failure", "another doubt, or none")

    def test_by_the_configuration(self):
        self.start_move("plugins: {pvmove: {verify: always}}")
        self.assertEqual(self.doubt(), "the configuration says so")
        self.reload("plugins: {pvmove: {verify: never}}")
        self.write_log(FAILURE)
        self.assertEqual(self.doubt(), "none")

    def test_of_what_has_no_copies_nothing_is_told(self):
        self.start_move()
        self.add_device("other", ["0 8192 snapshot-merge 8/16 1 0"], operation="merge")
        self.request("other", operation="merge")
        self.assertNotIn("doubt", self.client.list()["other"])


class DifferenceTest(VerifyingTest):
    def check(self, differs_at):
        identity = self.start_move(log=[FAILURE], differs_at=differs_at)
        self.copied()
        self.assert_held(identity)
        # What was found to differ, and what was asked for once more.
        self.assertEqual(self.daemon.log().count(" is given up after "), 2)
        self.assertEqual([item["results_given_up"] for item in self.client.ask_items("plugins")
                          if item["operation"] == "pvmove"], [2])
        self.assertIn("4096 bytes are not the same at byte %d of device 7:0 and at byte %d of "
                      "device 7:1" % ((differs_at // 4096 * 4096,) * 2), self.daemon.log())

    def test_at_the_beginning(self):
        self.check(0)

    def test_in_the_middle(self):
        self.check(SEGMENT_BYTES // 2 + 512)

    def test_at_the_end(self):
        self.check(SEGMENT_BYTES - 512)

    def test_root_may_accept_it(self):
        """As lvmpolld-pvmove(7) has it: the daemon is stopped, the note removed, nothing compared."""
        identity = self.start_move(log=[FAILURE], differs_at=0)
        self.copied()
        self.assert_reply(self.client.result(identity), **FAILED)
        self.assertEqual(self.daemon.stop(), 0)
        shutil.rmtree(os.path.join(self.daemon.directory, "lvmpolld.state.given_up"))
        self.start("plugins: {pvmove: {verify: never}}")
        self.assert_finished(self.client.result(self.request("move")), "retcode", 0)

    def test_that_goes_away_is_none(self):
        """A write goes to both disks, but not at the same moment."""
        identity = self.start_move(log=[FAILURE], differs_at=8192)
        # Nothing that differs lasts while no time passes, for the comparer either.
        self.clock.stop()
        self.copied()
        self.wait_state(identity, "verifying")
        self.kernel.write_disk(TARGET, self.data[8192:8192 + 512], 8192)
        self.clock.go_on()
        self.assert_finished(self.client.result(identity), "retcode", 0)
        self.assertNotIn("data at risk", self.daemon.log())


    def test_reading_on_is_no_standing_still(self):
        """All is copied, and the comparison takes long: here what differs does not stay the same."""
        identity = self.start_move(log=[FAILURE], differs_at=0)
        self.clock.stop()
        self.copied()
        self.wait_state(identity, "verifying")
        for _ in range(2):
            # As long as what is said to stand still. No data stays the same for more than one of these seconds.
            for _ in range(10):
                self.kernel.write_disk(TARGET, os.urandom(512))
                self.clock.skip(1, self.client)
            # The daemon takes in each look before the next.
            for _ in range(2):
                self.change_and_wait_look(self.device, event=True)
            wait_for(lambda: "stalled" not in self.client.list()["move"], "a comparer that tells that it reads on")
            self.assertEqual(self.client.list()["move"]["state"], "verifying")


class UnreadableTest(VerifyingTest):
    def test_disks_that_cannot_be_opened_are_tried_again(self):
        identity = self.start_move("limits: {patience: 1}", log=[FAILURE], has_disks=False)
        self.copied()
        self.wait_backing_off(identity, "unverified", 2)
        self.assert_reply(self.client.result(identity), **FAILED)
        self.assertEqual(self.daemon.starts(), [])
        self.kernel.write_disk(SOURCE, self.data)
        self.kernel.write_disk(TARGET, self.data)
        self.request("move")  # the pauses have grown
        wait_for(lambda: not self.device.exists(), "the end of the move")

    def test_a_disk_that_ends_too_soon(self):
        identity = self.start_move("limits: {patience: 1}", log=[FAILURE])
        os.truncate(self.kernel.path("disks", TARGET), SEGMENT_BYTES - 4096)
        self.copied()
        self.assert_reply(self.client.result(identity), **FAILED)
        self.assertEqual(self.daemon.starts(), [])
        self.assertIn("device 7:1 cannot be read at byte", self.daemon.log())

    def test_a_table_that_cannot_be_read(self):
        self.kernel.set_fault("table", fail(errno.EIO))
        identity = self.start_move(log=[FAILURE])
        self.copied()
        self.wait_backing_off(identity, "unverified")
        self.assertEqual(self.daemon.starts(), [])
        self.kernel.clear_fault("table")
        self.assert_finished(self.client.result(identity), "retcode", 0)


class UnderWayTest(VerifyingTest):
    """A comparison takes long: here it waits for a disk."""

    def start_verifying(self):
        self.kernel.set_fault("disk", HANG)
        identity = self.start_move(log=[FAILURE])
        self.copied()
        self.wait_state(identity, "verifying")
        wait_for(self.comparers, "the comparer")
        return identity

    def comparers(self):
        found = []
        for pid in self.daemon.children():
            try:
                found += [pid] if "--compare-copies" in read_file("/proc/%d/cmdline" % pid) else []
            except (FileNotFoundError, ProcessLookupError):  # reaped meanwhile
                pass
        return found

    def assert_goes_on(self, identity):
        self.kernel.clear_fault("disk")
        self.assert_finished(self.client.result(identity), "retcode", 0)

    def test_one_that_is_killed_is_done_again(self):
        identity = self.start_verifying()
        os.kill(self.comparers()[0], signal.SIGKILL)
        self.wait_backing_off(identity, "unverified")
        self.assertEqual(self.daemon.starts(), [])
        self.assert_goes_on(identity)

    def add_another(self):
        """A move on the same disks, whose copies are to be compared, too."""
        other = self.add_move("move-2", in_sync=REGIONS)
        identity = self.request("move-2")
        self.wait_state(identity, "verifying")
        self.assertEqual(len(self.comparers()), 1)
        return other, identity

    def test_a_disk_has_one_at_a_time(self):
        identity = self.start_verifying()
        _, other = self.add_another()
        self.kernel.clear_fault("disk")
        self.assert_finished(self.client.result(identity), "retcode", 0)
        self.assert_finished(self.client.result(other), "retcode", 0)
        self.assertEqual(self.opened(), 4)

    def test_one_that_waits_for_its_turn_is_aborted(self):
        identity = self.start_verifying()
        device, other = self.add_another()
        self.request("move-2", abort=1)
        self.assert_finished(self.client.result(other, abort=1), "retcode", 0)
        self.assertFalse(device.exists())
        self.assert_goes_on(identity)

    def test_one_that_waits_for_its_turn_goes_on_after_an_upgrade(self):
        identity = self.start_verifying()
        _, other = self.add_another()
        upgrade(self.daemon)
        self.wait_state(other, "verifying")
        self.kernel.clear_fault("disk")
        self.assert_finished(self.client.result(identity), "retcode", 0)
        self.assert_finished(self.client.result(other), "retcode", 0)

    def rename(self):
        """As vgrename does: the name of the device alone changes."""
        self.device.change(names=("vgnew", "move"), event=True)

    def test_a_rename_does_not_end_it(self):
        identity = self.start_verifying()
        pid = self.comparers()[0]
        self.rename()
        self.wait_listed(self.device)
        self.assertEqual(self.comparers(), [pid])
        self.assert_goes_on(identity)
        self.assertEqual(self.daemon.starts()[0][1], "vgnew/move")

    def test_after_a_kill_of_the_daemon_the_next_does_it_again(self):
        identity = self.start_verifying()
        pid = self.comparers()[0]
        self.kill()
        wait_for(lambda: not is_running(pid), "the end of the comparer")
        self.start_again()
        self.wait_state(identity, "verifying")
        wait_for(self.comparers, "the comparer of the next daemon")
        self.assertEqual(self.daemon.starts(), [])
        self.assert_goes_on(identity)
        self.assertEqual(self.opened(), 2)

    def test_one_that_hangs_stands_still(self):
        self.start_verifying()
        wait_for(lambda: self.client.list()["move"].get("stalled", -1) >= 10, "that it stands still", 60)

    def test_an_abort_does_not_wait_for_it(self):
        identity = self.start_verifying()
        pid = self.comparers()[0]
        self.request("move", abort=1)
        self.assert_finished(self.client.result(identity, abort=1), "retcode", 0)
        wait_for(lambda: not is_running(pid), "the end of the comparer")

    def test_the_daemon_does_not_wait_for_it(self):
        self.start_verifying()
        pid = self.comparers()[0]
        self.assertEqual(self.daemon.stop(), 0)
        wait_for(lambda: not is_running(pid), "the end of the comparer")

    def test_it_ends_with_a_daemon_that_is_killed(self):
        self.start_verifying()
        pid = self.comparers()[0]
        self.daemon.send_signal(signal.SIGKILL)
        self.daemon.wait_end()
        wait_for(lambda: not is_running(pid), "the end of the comparer")

    def test_after_an_upgrade_it_is_done_again(self):
        identity = self.start_verifying()
        pid = self.comparers()[0]
        upgrade(self.daemon)
        wait_for(lambda: not is_running(pid), "the end of the comparer")
        self.wait_state(identity, "verifying")
        self.assertEqual(self.daemon.starts(), [])
        self.assert_goes_on(identity)

    def test_a_new_copy_is_waited_for(self):
        identity = self.start_verifying()
        pid = self.comparers()[0]
        self.device.change(targets=segments(1, 0, 50), event=True)
        self.wait_watching(identity)
        wait_for(lambda: not is_running(pid), "the end of the comparer")
        self.kernel.clear_fault("disk")
        self.copied()
        self.assert_finished(self.client.result(identity), "retcode", 0)


if __name__ == "__main__":
    unittest.main()
