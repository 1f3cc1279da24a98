# SPDX-License-Identifier: LGPL-2.1-or-later
"""Somebody else's lvpoll makes a step of which nobody has proved that all was copied."""

import os
import re
import unittest

from deadline import wait_for
from kernel_standin import format_targets, linear, mirror
from kernel_test import REGIONS, SEGMENT_SECTORS, row, segments
from lvmpolld import is_running, read_file
from test_verifying import FAILED, FAILURE, LEFT_OUT, ORDINARY, VerifyingTest
from upgrade_test import upgrade

ERROR_OF_READER = "Buffer I/O error on dev dm-1, logical block 0, async page read"


class LetGoTest(VerifyingTest):
    def step(self, *targets):
        """Somebody else's lvpoll makes a step, which returns its number; or, without TARGETS, the last one."""
        if targets:
            steps = self.kernel.path("steps", str(self.device.minor))
            os.unlink(os.path.join(steps, min(os.listdir(steps))))
            return self.device.change(targets=list(targets), event=True)
        self.device.remove()
        self.kernel.raise_event()
        return None

    def wait_copying(self, count, at):
        wait_for(lambda: self.device.targets() == segments(count, at, 0),
                 "the segment at %d" % at)

    def recorded_table(self):
        """Of the data that is copied, as it is on record."""
        name, = self.daemon.record_names()
        record = read_file(os.path.join(self.daemon.folder_of_records(), name))
        table = re.search(r"^table = (-?\d+)$", record, re.M)
        return table and table.group(1)

    def notes(self):
        folder = os.path.join(self.daemon.directory, "lvmpolld.state.given_up")
        return os.listdir(folder) if os.path.isdir(folder) else []

    def assert_told(self, identity):
        """Whoever waits does not hear that all is well."""
        self.assert_reply(self.client.result(identity), **FAILED)
        self.assertIn("data may be lost: ", self.daemon.log())
        self.assertIn(" is given up after ", self.daemon.log())

    def assert_given_up(self, identity):
        """Nor does who asks again: something is left, and is for people to abort."""
        self.assert_told(identity)
        self.assertEqual(len(self.notes()), 1)
        self.assertIn("is not taken up again: abort it", self.daemon.log())
        before = len(self.daemon.starts())
        self.assert_reply(self.client.result(self.request("move")), **FAILED)
        self.assertEqual(len(self.daemon.starts()), before)

    def assert_lost(self, identity):
        """Nothing is left, so there is no note, which no command would clear."""
        self.assert_told(identity)
        self.assertEqual(self.notes(), [])
        self.assertIn("the operation is over; ", self.daemon.log())
        self.assertEqual(self.daemon.starts(), [])

    def assert_unproved(self, identity):
        """It is over, and nobody knows whether all of it was copied."""
        self.assert_over(identity)
        self.assertIn("it is not proved that all data was copied", self.daemon.log())

    def assert_over(self, identity):
        self.assert_finished(self.client.result(identity), "retcode", 0)
        self.assertNotIn("data may be lost", self.daemon.log())
        self.assertEqual(self.notes(), [])


class EndTest(LetGoTest):
    """The last step is somebody else's."""

    def test_after_a_failure(self):
        identity = self.start_move(log=[ORDINARY])
        self.write_log(FAILURE)
        self.step()
        self.assert_lost(identity)

    def test_disk_and_line_are_named(self):
        identity = self.start_move()
        self.write_log(FAILURE)
        self.step()
        self.assert_lost(identity)
        self.assertRegex(self.daemon.log(), "itself, this, on ([^ ]*7:0|/dev/[^ ]*), has the data")
        self.assertRegex(self.daemon.log(), r' \("\[\d+\.\d{3}\] ' + re.escape(FAILURE) + r'"\)')

    def test_a_request_after_that(self):
        """What was told is over, and this daemon knows no more than another one would."""
        identity = self.start_move()
        # Long after the failure it would be too old to be one of that request.
        self.clock.stop()
        self.write_log(FAILURE)
        self.step()
        self.assert_lost(identity)
        self.assert_finished(self.client.result(self.request("move")), "retcode", 0)
        self.assertIn("it is not proved that all data was copied", self.daemon.log())

    def test_lines_whose_numbers_begin_anew(self):
        """That is no log of ours; what it has told still counts."""
        identity = self.start_move(count=2, log=[ORDINARY] * 5)
        self.copied(count=2)
        wait_for(lambda: self.device.targets()[0].endswith("linear"), "the second segment")
        self.wait_watching(identity)
        self.write_log(FAILURE)
        self.records = 0
        self.write_log(FAILURE)
        self.step()
        self.assert_told(identity)

    def test_lines_of_others_that_were_left_out(self):
        """They may have been any lines, so they are no failure, but a doubt."""
        identity = self.start_move(log=[ORDINARY])
        self.write_log("kauditd_printk_skb: 54 callbacks suppressed")
        self.step()
        self.assert_over(identity)
        self.assertIn("it is not proved that all data was copied", self.daemon.log())

    def test_without_a_failure(self):
        identity = self.start_move(log=[ORDINARY])
        self.write_log(ORDINARY)
        self.step()
        self.assert_over(identity)

    def test_a_failure_of_a_segment_whose_copies_were_compared(self):
        identity = self.start_move(count=2, log=[FAILURE])
        self.copied(count=2)
        wait_for(lambda: self.device.targets()[0].endswith("linear"), "the second segment")
        self.wait_watching(identity)
        self.step()
        self.assert_over(identity)
        self.assertEqual(self.opened(), 2)

    def test_an_upgrade_in_the_middle(self):
        identity = self.start_move()
        self.write_log(FAILURE)
        upgrade(self.daemon)
        self.step()
        self.assert_lost(identity)

    def start_end_without_an_answer(self):
        """All is over, and lvm2 does not say so yet."""
        identity = self.start_move(log=[ORDINARY])
        self.fail_reports(5)
        self.step()
        self.wait_backing_off(identity, "no_answer")
        return identity

    def answer(self):
        """The request joins: nothing ends before there is an answer, which a retry may get first."""
        identity = self.request("move")
        self.fail_reports(None)
        return identity

    def test_a_failure_afterwards(self):
        identity = self.start_end_without_an_answer()
        self.write_log(FAILURE)
        self.answer()
        self.assert_over(identity)
        self.assertNotIn("it is not proved", self.daemon.log())

    def test_a_failure_after_the_end_and_an_upgrade(self):
        identity = self.start_end_without_an_answer()
        self.write_log(FAILURE)
        upgrade(self.daemon)
        self.answer()
        self.assert_over(identity)
        self.assertNotIn("it is not proved", self.daemon.log())

    def test_a_failure_afterwards_while_no_daemon_ran(self):
        """It may have been there again meanwhile."""
        identity = self.start_end_without_an_answer()
        self.kill()
        self.write_log(FAILURE)
        self.start_again()
        self.answer()
        self.assert_unproved(identity)

    def test_while_no_daemon_ran(self):
        identity = self.start_move()
        self.kill()
        self.write_log(FAILURE)
        self.step()
        self.start_again()
        self.assert_lost(identity)

    def test_never_verify_is_what_it_says(self):
        identity = self.start_move("plugins: {pvmove: {verify: never}}")
        self.write_log(FAILURE)
        self.step()
        self.assert_over(identity)


class WipedTest(LetGoTest):
    """All I/O to the device fails for a while, which the kernel tells, too. Nothing is let go of, and all is copied anew."""

    def start_wiped(self, log):
        identity = self.start_move(count=2, log=[ORDINARY])
        with open(self.kernel.path("steps", str(self.device.minor), "!"), "w") as first:
            first.write(format_targets(segments(2, 0, 0)))
        self.write_log(log)
        self.device.change(targets=["0 %d error" % (2 * SEGMENT_SECTORS)], event=True)
        wait_for(lambda: self.device.targets() == segments(2, 0, 0), "the table that lvm2 has")
        self.wait_watching(identity)
        return identity

    def test_it_is_put_right_and_goes_on(self):
        identity = self.start_wiped(ERROR_OF_READER)
        self.copied(count=2)
        self.wait_copying(2, 1)
        self.copied(count=2, at=1)
        self.assert_over(identity)
        self.assertGreaterEqual(self.opened(), 2, "a failure was told while it was copied")

    def test_what_the_log_lacks_is_a_doubt_as_before(self):
        """The lvpoll that puts it right proves no step."""
        identity = self.start_wiped(LEFT_OUT)
        self.copied(count=2)
        wait_for(lambda: self.opened() == 2, "the comparison of the first segment")
        self.wait_copying(2, 1)
        self.copied(count=2, at=1)
        self.assert_over(identity)

    def test_a_step_of_somebody_else_after_that_is_seen(self):
        identity = self.start_wiped(FAILURE)
        self.step(*segments(2, 1, 0))
        self.assert_given_up(identity)


class LongBeforeTest(LetGoTest):
    """A failure from long before the move was asked for: it cannot be known of which it was."""

    LONG_S = 30 * 86400

    def start_long_after(self, *log, **arguments):
        self.write_log(*log)
        self.clock.pass_by(self.LONG_S)
        return self.start_move(**arguments)

    def test_an_end_by_others_is_told_as_unproved(self):
        identity = self.start_long_after(FAILURE, ORDINARY)
        self.step()
        self.assert_unproved(identity)
        self.assertRegex(self.daemon.log(), "the old place, on ([^ ]*7:0|/dev/[^ ]*), has the data")

    def test_a_step_by_others_is_no_loss(self):
        identity = self.start_long_after(FAILURE, count=2)
        self.wait_seen(self.device, self.step(*segments(2, 1, 0)))
        self.step()
        self.assert_unproved(identity)

    def test_another_failure_since_then(self):
        identity = self.start_long_after(FAILURE)
        self.write_log(FAILURE)
        self.step()
        self.assert_lost(identity)

    def test_a_step_of_ours_is_proved(self):
        identity = self.start_long_after(FAILURE, ORDINARY)
        self.copied()
        self.assert_over(identity)
        self.assertEqual(self.opened(), 2)
        self.assertNotIn("it is not proved", self.daemon.log())

    def test_a_daemon_that_died(self):
        identity = self.start_long_after(FAILURE)
        self.kill()
        self.clock.pass_by(self.LONG_S)
        self.step()
        self.start_again()
        self.assert_unproved(identity)

    def test_it_is_known_when_it_was_asked_for_though_the_daemon_died(self):
        identity = self.start_move()
        self.kill()
        self.write_log(FAILURE)
        self.clock.pass_by(self.LONG_S)
        self.step()
        self.start_again()
        self.assert_lost(identity)


class OwnEndTest(LetGoTest):
    """The last step is ours, and was proved: whatever the log tells then is about something else."""

    def start_last_step(self):
        self.device = self.add_device("move-late", segments(1, 0, 0))
        self.start()
        identity = self.start_watching("move-late")
        self.device.change(targets=segments(1, 0, REGIONS), event=True)
        self.wait_starts(1)
        self.write_log(FAILURE)
        return identity

    def test_a_failure_meanwhile(self):
        identity = self.start_last_step()
        self.release("move-late")
        self.assert_over(identity)

    def test_a_failure_while_no_daemon_runs(self):
        identity = self.start_last_step()
        (lvpoll, _, _), = self.daemon.starts()
        self.kill()
        self.step()
        self.release("move-late")
        wait_for(lambda: not is_running(lvpoll), "the end of the lvpoll")
        self.start_again()
        self.assert_over(identity)

    def stop_in_last_step(self, *lines):
        """Nobody looks any more whether it was made, and it was not."""
        self.device = self.add_device("mute", segments(1, 0, 0))
        self.start()
        identity = self.start_watching("mute")
        self.device.change(targets=segments(1, 0, REGIONS), event=True)
        self.wait_starts(1)
        self.daemon.stop()
        self.write_log(*lines)
        self.step()
        self.start_again()
        return identity

    def test_a_failure_after_a_step_that_nobody_has_seen(self):
        self.assert_unproved(self.stop_in_last_step(FAILURE))

    def test_no_failure_after_a_step_that_nobody_has_seen(self):
        self.assert_over(self.stop_in_last_step(ORDINARY))
        self.assertNotIn("it is not proved", self.daemon.log())

    def test_a_failure_before_it_is_asked_for_again(self):
        """This daemon knows no more that it was its own."""
        identity = self.start_move(log=[ORDINARY])
        self.copied()
        self.assert_over(identity)
        self.write_log(FAILURE)
        self.assert_over(self.request("move"))


class StepTest(LetGoTest):
    """A step before the last is somebody else's."""

    def test_after_a_failure(self):
        identity = self.start_move(count=2)
        self.write_log(FAILURE)
        self.step(*segments(2, 1, 0))
        self.assert_given_up(identity)
        self.assertTrue(self.device.exists())

    def test_that_leaves_no_mirror(self):
        identity = self.start_move(count=2)
        self.write_log(FAILURE)
        self.step(linear(0, SEGMENT_SECTORS), linear(SEGMENT_SECTORS, SEGMENT_SECTORS))
        self.assert_given_up(identity)

    def test_that_leaves_no_mirror_and_is_the_last(self):
        """A look has come between the two changes by which lvm2 ends a move."""
        identity = self.start_move(count=2)
        self.set_rows(row(identity))
        self.write_log(FAILURE)
        self.step(linear(0, SEGMENT_SECTORS), linear(SEGMENT_SECTORS, SEGMENT_SECTORS))
        self.assert_lost(identity)

    def test_of_a_segment_that_is_copied_anew(self):
        """Our step was proved, but not made, and the volume was activated anew."""
        identity = self.start_step_that_fails(count=2)
        self.change_and_wait_look(self.device, targets=segments(2, 0, 0), event=True)
        self.write_log(FAILURE)
        self.step(*segments(2, 1, 0))
        self.assert_given_up(identity)

    def start_step_that_fails(self, **arguments):
        """The clock stands: the next attempt would be a step of ours again."""
        identity = self.start_move(log=[ORDINARY], **arguments)
        self.fail_lvpolls("move", 5)
        self.copied(**arguments)
        self.stop_in_pause(identity, "status")
        wait_for(self.recorded_table, "a look after the end of the lvpoll")
        return identity

    def test_after_a_step_of_ours_that_was_not_made(self):
        identity = self.start_step_that_fails(count=2)
        self.write_log(FAILURE)
        self.step(*segments(2, 1, 0))
        self.assert_given_up(identity)

    def test_the_last_after_a_step_of_ours_that_was_not_made_while_no_daemon_ran(self):
        """The volume was activated meanwhile, and copied anew."""
        identity = self.start_step_that_fails(count=1)
        self.kill()
        self.write_log(FAILURE)
        self.step()
        self.start_again()
        self.clock.go_on()
        self.assert_told(identity)
        self.assertEqual(self.notes(), [])

    def test_after_a_step_of_ours(self):
        identity = self.start_move(count=3, log=[ORDINARY])
        self.copied(count=3)
        wait_for(lambda: self.device.targets()[0].endswith("linear"), "the second segment")
        self.wait_watching(identity)
        self.write_log(FAILURE)
        self.step(*segments(3, 2, 0))
        self.assert_given_up(identity)

    def test_while_no_daemon_ran(self):
        identity = self.start_move(count=2)
        self.kill()
        self.write_log(FAILURE)
        self.step(*segments(2, 1, 0))
        self.start_again()
        self.assert_given_up(identity)

    def test_before_a_failure(self):
        """The failure is of what is copied now: that is compared."""
        identity = self.start_move(count=2)
        before = self.recorded_table()
        self.step(*segments(2, 1, 0))
        wait_for(lambda: self.recorded_table() != before, "a look at the second segment")
        self.write_log(FAILURE)
        self.copied(count=2, at=1)
        self.assert_over(identity)
        self.assertEqual(self.opened(), 2)

    def start_on_unknown_kernel(self):
        """Nothing but a comparison proves a step."""
        self.kernel.set_release("9.9.0")
        return self.start_move(count=3, log=[ORDINARY])


    def test_that_no_look_has_shown(self):
        """The daemon's own step is the first, and by the next look the second segment is moved, too."""
        identity = self.start_on_unknown_kernel()
        steps = self.kernel.path("steps", str(self.device.minor))
        os.unlink(os.path.join(steps, min(os.listdir(steps))))
        self.copied(count=3)
        self.wait_copying(3, 2)
        self.copied(count=3, at=2)
        self.assert_unproved(identity)
        self.assertIn("has made a step which nobody has proved", self.daemon.log())

    def test_of_ours_alone_is_proved(self):
        identity = self.start_on_unknown_kernel()
        for at in range(3):
            self.wait_copying(3, at)
            self.copied(count=3, at=at)
        self.assert_over(identity)
        self.assertEqual(self.opened(), 6)
        self.assertNotIn("it is not proved", self.daemon.log())

    def test_a_new_name_is_no_step(self):
        identity = self.start_move()
        self.device.change(names=("other", "move"), event=True)
        self.write_log(FAILURE)
        self.copied()
        self.assert_over(identity)


class UnknownTableTest(LetGoTest):
    """The plugin does not understand the table: an lvpoll that polls might let go of what is not copied."""

    UNKNOWN = [mirror(0, SEGMENT_SECTORS, REGIONS, REGIONS), "%d 8 strange" % SEGMENT_SECTORS]

    def start_unknown(self, configuration):
        identity = self.start_move(configuration)
        self.device.change(targets=self.UNKNOWN, event=True)
        return identity

    def assert_held_until_understood(self, identity):
        self.wait_backing_off(identity, "unverified")
        self.assertEqual(self.daemon.starts(), [])
        self.assertIn("the table is not understood", self.daemon.log())
        self.device.change(targets=segments(1, 0, REGIONS), event=True)

    def test_verify_always_holds_it(self):
        identity = self.start_unknown("plugins: {pvmove: {verify: always}}")
        self.assert_held_until_understood(identity)
        self.assert_over(identity)
        self.assertEqual(self.opened(), 2)

    def test_who_waits_for_it_is_told(self):
        identity = self.start_unknown(
            "plugins: {pvmove: {verify: always}}\nlimits: {patience: 1}")
        self.assert_reply(self.client.result(identity), **FAILED)
        self.assertEqual(self.daemon.starts(), [])

    def test_a_failure_in_the_log_holds_it(self):
        self.add_device("move", self.UNKNOWN)
        self.write_log(FAILURE)
        self.start()
        self.wait_backing_off(self.request("move"), "unverified")
        self.assertEqual(self.daemon.starts(), [])

    def test_without_a_doubt_it_is_polled(self):
        self.start_unknown("")
        self.wait_starts(1)

    def test_a_failure_meanwhile_ends_its_lvpoll(self):
        self.device = self.add_device("mute", self.UNKNOWN)
        self.start()
        identity = self.request("mute")
        (lvpoll, _, _), = self.wait_starts(1)
        self.write_log(FAILURE)
        wait_for(lambda: not is_running(lvpoll), "the end of the lvpoll")
        self.wait_backing_off(identity, "unverified")
        self.assertEqual(len(self.daemon.starts()), 1)

    def test_without_a_mirror_it_is_polled(self):
        self.start_move("plugins: {pvmove: {verify: always}}")
        self.device.change(targets=["0 %d strange" % SEGMENT_SECTORS], event=True)
        self.wait_starts(1)


class SuspendedTest(LetGoTest):
    """A device that is left suspended: no lvpoll is run for it in doubt."""

    def test_who_waits_is_told_in_the_end(self):
        # While it is seen to copy no time passes: lvm2 would be asked, and a long pause begin.
        self.clock.stop()
        identity = self.start_move("plugins: {pvmove: {stall_check: 1}}\nlimits: {patience: 1}")
        self.write_log(FAILURE)
        self.device.change(suspended=True)
        self.clock.go_on()
        self.assert_reply(self.client.result(identity), **FAILED)
        self.assertIn("its device is left suspended; waiting clients are told", self.daemon.log())
        self.assertEqual(self.daemon.starts(), [])
        self.device.change(suspended=False, targets=segments(1, 0, REGIONS), event=True)
        self.assert_over(self.request("move"))


if __name__ == "__main__":
    unittest.main()


class NotResumedTest(LetGoTest):
    """The next daemon does not go on with it; a client asks for it later."""

    def stop_and_leave(self, **options):
        self.start_move("daemon: {resume: after_crash}", **options)
        self.assertEqual(self.daemon.stop(), 0)
        self.assertEqual(len(self.daemon.record_names(".left")), 1)

    def damage(self):
        """The record of the move that a daemon has left by its death."""
        name, = self.daemon.record_names()
        with open(os.path.join(self.daemon.folder_of_records(), name), "a") as file:
            file.write("more")

    def die_and_damage(self, **options):
        """An lvpoll of what is damaged is looked for in the whole machine, by names that no other test gives."""
        self.lvname = "move-%d" % os.getpid()
        self.start_move(lvname=self.lvname, **options)
        self.kill()
        self.damage()

    def test_left_one_of_which_others_have_let_go(self):
        """What was copied when it was left is on record, and somebody's lvpoll has let go of it since."""
        self.stop_and_leave(count=2, log=[ORDINARY])
        self.write_log(FAILURE)
        self.step(*segments(2, 1, 0))
        self.start_again()
        identity = self.request("move")
        self.assert_given_up(identity)

    def test_left_one_of_which_others_have_let_go_while_none_is_left(self):
        self.stop_and_leave(log=[ORDINARY])
        self.write_log(FAILURE)
        self.step()
        self.start_again()
        self.assert_lost(self.request("move"))

    def test_left_one_without_failures_is_not_read(self):
        self.stop_and_leave(log=[ORDINARY], has_disks=False)
        self.start_again()
        identity = self.start_watching()
        self.copied()
        self.assert_over(identity)
        self.assertEqual(self.opened(), 0)

    def test_left_one_of_which_a_failure_was_told_long_ago(self):
        """It began before that, and not when it was asked for again."""
        self.stop_and_leave(log=[ORDINARY])
        self.write_log(FAILURE)
        self.clock.jump(86400)
        self.start_again()
        identity = self.start_watching()
        self.copied()
        self.assert_over(identity)
        self.assertIn("since the kernel's log tells of a failure", self.daemon.log())
        self.assertEqual(self.opened(), 2)

    def test_one_that_was_set_aside_is_compared(self):
        self.die_and_damage(log=[ORDINARY])
        self.start_again()
        identity = self.start_watching(self.lvname)
        self.copied()
        self.assert_over(identity)
        self.assertEqual(self.opened(), 2)

    def test_one_that_was_set_aside_and_others_may_have_let_go_of(self):
        """Nobody knows which data was copied when that failed, even long ago."""
        self.die_and_damage(count=2, log=[ORDINARY])
        self.write_log(FAILURE)
        self.step(*segments(2, 1, 0))
        self.clock.jump(86400)
        self.start_again()
        identity = self.start_watching(self.lvname)
        self.copied(2, 1)
        self.assert_unproved(identity)

    def test_that_it_was_set_aside_outlives_the_next_daemon(self):
        self.die_and_damage(count=2, log=[ORDINARY])
        self.write_log(FAILURE)
        self.step(*segments(2, 1, 0))
        self.start_again()
        self.start_watching(self.lvname)
        self.kill()
        self.start_again()
        identity = self.start_watching(self.lvname)
        self.copied(2, 1)
        self.assert_unproved(identity)
