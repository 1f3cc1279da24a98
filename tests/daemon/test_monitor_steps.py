# SPDX-License-Identifier: LGPL-2.1-or-later
"""Steps: the lvpolls that move the metadata on, one for each segment of a move."""

import os
import re
import signal
import unittest

from deadline import wait_for
from kernel_standin import mirror
from kernel_test import KernelTest, REGIONS, SEGMENT_SECTORS, segments
from lvmpolld import is_running, read_file
from upgrade_test import upgrade


def interval_of(arguments):
    words = arguments.split()
    return words[words.index("--interval") + 1]


class StepTest(KernelTest):
    def finish_segment(self, device, count, number):
        device.change(targets=segments(count, number, REGIONS), event=True)

    def test_step_starts_on_the_event_and_ends_with_the_move(self):
        device = self.add_move()
        self.start()
        identity = self.start_watching(interval="600")
        self.finish_segment(device, 1, 0)
        self.assert_finished(self.client.result(identity), "retcode", 0)
        self.assertEqual(len(self.daemon.starts()), 1)
        self.assertFalse(device.exists())

    def test_step_is_ended_with_sigterm_when_the_move_goes_on(self):
        device = self.add_move(count=2)
        self.start()
        identity = self.start_watching(interval="600")
        self.finish_segment(device, 2, 0)
        pid, _, how = self.wait_ends(1)[0]
        self.assertEqual(how, "term")
        wait_for(lambda: not is_running(pid), "the end of the lvpoll")
        self.wait_watching(identity)
        self.assertEqual(device.targets(), segments(2, 1, 0))
        self.assert_reply(self.client.progress(identity), response="in_progress")

    def test_ten_segments(self):
        device = self.add_move(count=10)
        self.start()
        identity = self.start_watching(interval="600")
        for number in range(10):
            self.finish_segment(device, 10, number)
            self.wait_ends(number + 1)
            if number < 9:
                self.wait_watching(identity)
        self.assert_finished(self.client.result(identity), "retcode", 0)
        self.assertEqual([how for _, _, how in self.ends()], ["term"] * 9 + ["exit"])
        self.assertEqual(len(self.daemon.starts()), 10)

    def test_steps_that_go_well_warn_nobody(self):
        device = self.add_move(count=3)
        self.start()
        identity = self.start_watching(interval="600")
        for number in range(3):
            self.finish_segment(device, 3, number)
            self.wait_ends(number + 1)
            if number < 2:
                self.wait_watching(identity)
        self.assert_finished(self.client.result(identity), "retcode", 0)
        # Who asks device-mapper may have had no CPU for long: that is rightly told.
        told = [line for line in self.daemon.log().splitlines() if "device-mapper does not answer" not in line]
        self.assertNotIn(" warn: ", "\n".join(told))

    def test_in_sync_from_the_start(self):
        self.add_move(in_sync=REGIONS)
        self.start()
        self.assert_finished(self.client.result(self.request("move", interval="600")),
                             "retcode", 0)

    def test_segments_that_are_in_sync_before_the_step_is_over(self):
        device = self.add_device("move", segments(3, 0, REGIONS))
        device.set_steps(segments(3, 1, REGIONS), segments(3, 2, REGIONS))
        self.start()
        identity = self.request("move", interval="600")
        self.assert_finished(self.client.result(identity), "retcode", 0)

    def test_ten_segments_whose_lvpolls_print_nothing(self):
        """As with log/silent in lvm.conf: the kernel tells what they have done."""
        device = self.add_move(count=10)
        self.start()
        self.put_file("move.quiet", "")
        identity = self.start_watching(interval="600")
        for number in range(10):
            self.finish_segment(device, 10, number)
            self.wait_ends(number + 1)
            if number < 9:
                self.wait_watching(identity)
        self.assert_finished(self.client.result(identity), "retcode", 0)
        self.assertEqual([how for _, _, how in self.ends()], ["term"] * 9 + ["exit"])

    def test_segments_that_are_in_sync_at_once_and_lvpolls_that_print_nothing(self):
        """So many that nobody waits until each lvpoll has had its longest time."""
        device = self.add_device("move", segments(8, 0, REGIONS))
        device.set_steps(*(segments(8, number, REGIONS) for number in range(1, 8)))
        self.start()
        self.put_file("move.quiet", "")
        identity = self.request("move", interval="600")
        self.assert_finished(self.client.result(identity), "retcode", 0)
        self.assertEqual(len(self.daemon.starts()), 8)

    def test_a_copy_that_fails_is_noticed_where_lvpolls_print_nothing(self):
        device = self.add_move(count=3)
        self.start()
        self.put_file("move.quiet", "")
        identity = self.start_watching(interval="600")
        self.finish_segment(device, 3, 0)
        self.wait_ends(1)
        self.wait_watching(identity)
        device.change(targets=[segments(3, 1, 0)[0],
                               mirror(SEGMENT_SECTORS, SEGMENT_SECTORS, 50, REGIONS, "AS"),
                               segments(3, 1, 0)[2]])
        self.assert_reply(self.client.result(identity), response="failed",
                          reason="polling of lvm command failed")
        self.assertEqual(len(self.daemon.starts()), 1)

    def signals_in_the_lock(self, pid):
        path = os.path.join(self.daemon.directory, "signals")
        return read_file(path).split().count(str(pid)) if os.path.exists(path) else 0

    def test_step_in_the_lock_is_not_cut_and_sigterm_is_repeated(self):
        device = self.add_move("move-held", count=2)
        self.start()
        self.start_watching("move-held", interval="600")
        self.finish_segment(device, 2, 0)
        pid = self.wait_starts(1)[0][0]
        wait_for(lambda: self.signals_in_the_lock(pid) >= 2, "SIGTERM, twice")
        self.assertEqual(device.targets(), segments(2, 0, REGIONS))
        self.release("move-held")
        # What came in the lock was lost; the sleep of 600 s is cut by one that comes later.
        self.assertEqual(self.wait_ends(1)[0][2], "term")
        self.assertEqual(device.targets(), segments(2, 1, 0))

    def test_step_that_is_killed_while_it_is_asked_to_end_runs_again(self):
        """Short of memory, the kernel kills it after our SIGTERM: the move needs its step still."""
        device = self.add_move("move-held", count=2)
        self.start()
        identity = self.start_watching("move-held", interval="600")
        self.finish_segment(device, 2, 0)
        pid = self.wait_starts(1)[0][0]
        wait_for(lambda: self.signals_in_the_lock(pid) >= 1, "SIGTERM")
        os.kill(pid, signal.SIGKILL)
        self.release("move-held")
        self.wait_starts(2)
        self.assertEqual(self.wait_ends(1)[0][2], "term")
        self.assertEqual(device.targets(), segments(2, 1, 0))
        self.wait_watching(identity)

    def check_failing_step(self, lvname, how, value):
        """Where nobody has patience the end of the first attempt is told; the operation goes on."""
        device = self.add_device(lvname, segments(1, 0, 50))
        self.start("limits: {patience: 0}")
        identity = self.start_watching(lvname)
        self.finish_segment(device, 1, 0)
        self.assert_finished(self.client.result(identity), how, value)
        self.wait_starts(2)

    def test_exit_of_a_step_is_told(self):
        self.check_failing_step("exit-7", "retcode", 7)

    def test_signal_of_somebody_else_is_told(self):
        self.check_failing_step("signal-ABRT", "signal", signal.SIGABRT)

    def test_conversion(self):
        device = self.add_device("move", [mirror(0, SEGMENT_SECTORS, 50, REGIONS)])
        self.start()
        identity = self.start_watching(operation="convert", interval="600")
        device.change(targets=[mirror(0, SEGMENT_SECTORS, REGIONS, REGIONS)], event=True)
        self.assert_finished(self.client.result(identity), "retcode", 0)
        self.assertIn("--polloperation convert vg/move", self.daemon.starts()[0][2])


class VainStepTest(KernelTest):
    """Steps that change nothing."""

    def test_they_are_repeated_with_growing_pauses(self):
        self.add_move("move-idle", count=2, in_sync=REGIONS)
        self.start()
        identity = self.request("move-idle", interval="600")
        for count, pause_s in enumerate((1, 1, 2, 4), 1):
            self.wait_backing_off(identity, "vain_step", count)
            self.clock.skip(pause_s, self.client)
        self.wait_starts(5)
        pauses = re.findall(r"changed nothing: .* again in (\d+) s", self.daemon.log())
        self.assertEqual(pauses[:4], ["1", "1", "2", "4"])
        self.assert_reply(self.client.progress(identity), response="in_progress")

    def test_change_in_the_kernel_ends_the_pause(self):
        device = self.add_device("move-idle", segments(2, 0, REGIONS))
        self.start()
        identity = self.request("move-idle", interval="600")
        self.stop_in_pause(identity, "vain_step")
        starts = len(self.daemon.starts())
        device.change(targets=segments(2, 1, REGIONS), names=("vg", "move"), event=True)
        self.wait_starts(starts + 1)
        self.clock.go_on()
        self.assert_finished(self.client.result(identity), "retcode", 0)


class IntervalTest(KernelTest):
    """The interval that a step gets."""

    def interval_of_step(self, interval, **parameters):
        self.add_move("move", in_sync=REGIONS)
        self.start()
        identity = self.request("move", interval=interval, **parameters)
        arguments = self.wait_starts(1)[0][2]
        # The lvpoll must not get at the device of the next daemon.
        self.assert_finished(self.client.result(identity), "retcode", 0)
        return interval_of(arguments)

    def test_it_does_not_look_twice(self):
        """It would go on to data of which nobody knows whether it was copied."""
        for interval in ("0", "+0", "+1", "1", "37"):
            with self.subTest(interval):
                self.assertEqual(self.interval_of_step(interval), "3600")

    def test_abort_keeps_it_without_the_plus(self):
        for number, interval in enumerate(("0", "+0", "+15", "15")):
            with self.subTest(interval):
                self.add_move("move-%d" % number)
                self.start()
                self.request("move-%d" % number, interval=interval, abort=1)
                arguments = self.wait_starts(1)[0][2]
                self.assertEqual(interval_of(arguments), interval.lstrip("+"))
                self.assertIn("--abort", arguments)

    def test_lvpoll_that_polls_by_itself_keeps_it_without_the_plus(self):
        for number, interval in enumerate(("0", "+0", "15")):
            with self.subTest(interval):
                self.start("plugins: {pvmove: {monitor: lvpoll}}")
                self.request("hang-%d" % number, interval=interval)
                self.assertEqual(interval_of(self.wait_starts(1)[0][2]), interval.lstrip("+"))


class AbortTest(KernelTest):
    def test_abort_ends_the_watching(self):
        device = self.add_move()
        self.start()
        identity = self.start_watching()
        self.request("move", abort=1)
        self.assert_finished(self.client.result(identity), "signal", signal.SIGTERM)
        self.assert_finished(self.client.result(identity, abort=1), "retcode", 0)
        self.assertFalse(device.exists())
        self.assertEqual(len(self.daemon.starts()), 1)

    def test_abort_is_confirmed_whatever_lvm_conf_puts_before_each_line(self):
        self.add_move()
        self.start("limits: {patience: 1}")
        identity = self.start_watching()
        self.put_file("lvm.conf", "command_names=fullreport\nprefix=lvm2: ")
        self.request("move", abort=1)
        self.assert_finished(self.client.result(identity, abort=1), "retcode", 0)
        self.assertGreater(self.reports(), 0)
        self.assertNotIn("is not understood", self.daemon.log())

    def test_abort_that_has_found_nothing_is_not_believed(self):
        """lvpoll ends well, and lvm2 has the move still: who aborts it hears that this failed."""
        device = self.add_move()
        self.start("limits: {patience: 1}")
        identity = self.start_watching()
        self.fail_lvpolls("move", 0)
        self.request("move", abort=1)
        self.assert_reply(self.client.result(identity, abort=1), response="failed",
                          reason="polling of lvm command failed")
        self.assertIn("lvpoll says that it is over, and lvm2 still has it", self.daemon.log())
        self.start_watching()
        self.assertTrue(device.exists())

    def test_move_goes_on_where_its_abort_fails(self):
        """Who waited for the move has heard that it is aborted; who waits for the abort hears its
        status."""
        device = self.add_move()
        self.start("limits: {patience: 1}")
        identity = self.start_watching()
        self.fail_lvpolls("move", 5)
        self.request("move", abort=1)
        self.assert_finished(self.client.result(identity), "signal", signal.SIGTERM)
        self.assert_finished(self.client.result(identity, abort=1), "retcode", 5)
        self.assertIn("the abort did not succeed: the operation goes on", self.daemon.log())
        self.fail_lvpolls("move", None)
        self.start_watching()
        device.change(targets=segments(1, 0, REGIONS), event=True)
        self.assert_finished(self.client.result(identity), "retcode", 0)
        aborts = [arguments for _, _, arguments in self.daemon.starts() if "--abort" in arguments]
        self.assertEqual(len(aborts), len(self.daemon.starts()) - 1, self.daemon.starts())


class PlusTest(KernelTest):
    """
    The interval "+N": no step before N seconds have passed, so that an abort has its chance. The clock
    stands wherever it is said that nothing is done yet, or at once.
    """

    WAIT_S = 600
    PASSED_S = 100

    def setUp(self):
        super().setUp()
        self.add_move("move", in_sync=REGIONS)

    def begin(self, lvname="move", configuration=""):
        self.start(configuration)
        self.clock.stop()
        self.clock.settle(self.client)
        identity = self.request(lvname, interval="+%d" % self.WAIT_S)
        self.wait_backing_off(identity, "not_before")
        return identity

    def assert_nothing_is_done(self, identity):
        self.wait_backing_off(identity, "not_before")
        self.assertEqual((self.daemon.starts(), self.reports()), ([], 0))

    def skip_to_the_time(self, identity, passed_s=0.0):
        """Nothing is done until the time is there, of which so much has passed; then it waits no longer."""
        self.wait_backing_off(identity, "not_before")
        self.clock.skip(self.WAIT_S - passed_s - 0.1, self.client)
        self.assert_nothing_is_done(identity)
        self.clock.skip(0.2, self.client)
        entry = self.client.dump()["poll"].get(identity, {})
        self.assertNotEqual(entry.get("backing_off_reason"), "not_before")

    def assert_step_when_due(self, identity, passed_s=0.0):
        self.skip_to_the_time(identity, passed_s)
        self.wait_starts(1)
        self.clock.go_on()
        self.assert_finished(self.client.result(identity), "retcode", 0)
        self.assertEqual(len(self.daemon.starts()), 1)

    def assert_polls_when_due(self, identity, interval, passed_s=0.0):
        """The lvpoll that polls by itself does not wait once more."""
        self.skip_to_the_time(identity, passed_s)
        self.assertEqual(interval_of(self.wait_starts(1)[0][2]), interval)

    def test_no_step_before(self):
        self.assert_step_when_due(self.begin())

    def test_gone_device_is_not_asked_about_before(self):
        identity = self.begin()
        for device in os.listdir(self.kernel.path("devices")):
            os.unlink(self.kernel.path("devices", device))
        self.kernel.raise_event()
        self.skip_to_the_time(identity)
        self.wait_reports(1)
        self.clock.go_on()
        self.assert_finished(self.client.result(identity), "retcode", 0)
        self.assertEqual((self.daemon.starts(), self.reports()), ([], 1))

    def test_request_again_does_not_begin_it_anew(self):
        identity = self.begin()
        self.clock.skip(self.PASSED_S, self.client)
        self.request("move", interval="+%d" % self.WAIT_S)
        self.assert_step_when_due(identity, self.PASSED_S)

    def test_request_of_another_system_directory_makes_it_no_earlier(self):
        identity = self.begin()
        self.clock.skip(self.PASSED_S, self.client)
        self.request("move", interval="5", sysdir="/etc/other")
        self.assert_step_when_due(identity, self.PASSED_S)

    def test_lvpoll_that_polls_by_itself_is_not_begun_before(self):
        identity = self.begin("hang", "plugins: {pvmove: {monitor: lvpoll}}")
        self.assert_polls_when_due(identity, "%d" % self.WAIT_S)

    def test_lvpoll_that_polls_by_itself_for_another_request_is_not_either(self):
        identity = self.begin("hang", "plugins: {pvmove: {monitor: lvpoll}}")
        self.clock.skip(self.PASSED_S, self.client)
        self.request("hang", interval="5", sysdir="/etc/other")
        self.assert_polls_when_due(identity, "5", self.PASSED_S)

    def test_lvpoll_that_polls_an_unknown_table_is_not_either(self):
        self.add_device("hang", ["0 8192 raid1 2 AA 10/100 idle 0 0 -"])
        self.assert_polls_when_due(self.begin("hang"), "%d" % self.WAIT_S)

    def test_lvpoll_that_polls_by_itself_does_not_wait_again_after_a_crash(self):
        identity = self.begin("hang", "plugins: {pvmove: {monitor: lvpoll}}")
        self.assert_polls_when_due(identity, "%d" % self.WAIT_S)
        self.crash()
        self.assertEqual(interval_of(self.wait_starts(2)[1][2]), "%d" % self.WAIT_S)

    def assert_abort_is_not_delayed(self, interval):
        self.begin()
        self.request("move", interval=interval, abort=1)
        self.assertIn("--abort", self.wait_starts(1)[0][2])

    def test_abort_is_not_delayed(self):
        self.assert_abort_is_not_delayed("15")

    def test_abort_is_not_delayed_by_a_plus_of_its_own(self):
        self.assert_abort_is_not_delayed("+%d" % self.WAIT_S)

    def crash(self):
        self.kill()
        self.start_again()

    def test_the_time_outlives_a_crash(self):
        identity = self.begin()
        self.clock.skip(self.PASSED_S, self.client)
        self.crash()
        self.assert_step_when_due(identity, self.PASSED_S)

    def test_the_time_outlives_an_upgrade(self):
        identity = self.begin()
        self.clock.skip(self.PASSED_S, self.client)
        passed_s = self.clock.run_during(lambda: upgrade(self.daemon))
        self.assert_step_when_due(identity, self.PASSED_S + passed_s)


if __name__ == "__main__":
    unittest.main()
