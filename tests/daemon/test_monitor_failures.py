# SPDX-License-Identifier: LGPL-2.1-or-later
"""Attempts that fail: the operation stays in flight, and its waiters are told."""

import unittest

from deadline import wait_for
from kernel_standin import mirror
from kernel_test import KernelTest, REGIONS, SEGMENT_SECTORS, identity_in, row, segments

PATIENT = ""
IMPATIENT = "limits: {patience: 1}"


class FailureTest(KernelTest):
    def assert_in_flight(self, identity):
        """A crash now would lose nothing."""
        records = self.daemon.record_names()
        self.assertEqual(len([name for name in records if identity in name]), 1, records)
        self.assertIn("operation_state", self.entry(identity))

    def assert_waits(self, identity):
        self.assert_reply(self.client.progress(identity), response="in_progress")

    def assert_told_that_it_failed(self, identity):
        self.assert_reply(self.client.result(identity), response="failed",
                          reason="polling of lvm command failed")

    def assert_goes_on_with_the_next_request(self, reason, mend, lvname="move"):
        """Once MEND has done away with the reason, who asks again joins the operation, and an attempt is
        made at once: no time passes."""
        self.stop_in_pause(identity_in("vg", lvname), reason)
        starts = len(self.daemon.starts())
        mend()
        identity = self.request(lvname)
        self.wait_starts(starts + 1)
        self.clock.go_on()
        self.assert_finished(self.client.result(identity), "retcode", 0)


class SignalTest(FailureTest):
    """A signal that the daemon did not send: the kernel was short of memory, say."""

    def test_three_of_them_do_not_end_the_move(self):
        device = self.add_device("signal-KILL", segments(1, 0, REGIONS))
        self.start(PATIENT)
        identity = self.request("signal-KILL", interval="600")
        self.stop_in_pause(identity, "signal", 3)
        self.assert_waits(identity)
        self.assert_in_flight(identity)
        count = len(self.daemon.starts())
        self.assertGreaterEqual(count, 3)
        device.change(names=("vg", "move"))  # from now on lvpoll does its work
        self.clock.go_on()
        self.assert_finished(self.client.result(identity), "retcode", 0)
        self.assertEqual([target for _, target, _ in self.daemon.starts()],
                         ["vg/signal-KILL"] * count + ["vg/move"])

    def test_event_of_the_kernel_cuts_the_pause_short(self):
        device = self.add_device("signal-KILL", segments(2, 0, REGIONS))
        self.start(PATIENT)
        self.clock.stop()
        identity = self.request("signal-KILL", interval="600")
        self.wait_backing_off(identity, "signal")
        device.change(names=("vg", "move"), targets=segments(2, 1, REGIONS), event=True)
        self.wait_starts(2)
        self.clock.go_on()
        self.assert_finished(self.client.result(identity), "retcode", 0)

    def test_who_has_waited_long_enough_hears_of_it(self):
        device = self.add_device("signal-KILL", segments(1, 0, REGIONS))
        self.start(IMPATIENT)
        identity = self.request("signal-KILL", interval="600")
        self.assert_finished(self.client.result(identity), "signal", 9)
        self.assert_in_flight(identity)
        self.assert_goes_on_with_the_next_request(
            "signal", lambda: device.change(names=("vg", "move")), "signal-KILL")


class StatusTest(FailureTest):
    def start_failing(self, configuration, status, late=False, count=1, is_stopped=False):
        """A move whose first step is due, and fails; with is_stopped no time passes from then on."""
        self.device = self.add_move(count=count)
        self.start(configuration)
        self.identity = self.start_watching(interval="600")
        if status:
            self.fail_lvpolls("move", status, late=late)
        if is_stopped:
            self.clock.stop()
        self.device.change(targets=segments(count, 0, REGIONS), event=True)
        self.wait_ends(1)

    def test_lock_that_is_not_waited_for(self):
        """With wait_for_locks=0 lvpoll ends with status 5 where another command has the lock."""
        self.start_failing(PATIENT, 5)
        self.wait_backing_off(self.identity, "status")
        self.assert_waits(self.identity)
        self.assert_in_flight(self.identity)
        self.fail_lvpolls("move", None)
        self.assert_finished(self.client.result(self.identity), "retcode", 0)
        self.assertFalse(self.device.exists())

    def test_status_behind_the_line_of_progress_is_told_in_the_end(self):
        """The line alone does not mean that all is well."""
        self.start_failing(IMPATIENT, 5, late=True)
        self.assert_finished(self.client.result(self.identity), "retcode", 5)
        self.assert_in_flight(self.identity)
        self.assert_goes_on_with_the_next_request(
            "status", lambda: self.fail_lvpolls("move", None, late=True))

    def test_broken_lvm_conf_in_the_middle_of_a_move(self):
        """Neither lvpoll nor a report works meanwhile (status 4)."""
        self.start_failing(PATIENT, None, count=3)
        self.wait_watching(self.identity)
        self.fail_reports(4)
        self.fail_lvpolls("move", 4)
        self.device.change(targets=segments(3, 1, REGIONS), event=True)
        self.wait_backing_off(self.identity, "no_answer", 2)
        self.assert_waits(self.identity)
        self.assert_in_flight(self.identity)
        self.fail_reports(None)
        self.fail_lvpolls("move", None)
        wait_for(lambda: self.device.targets() == segments(3, 2, 0), "the third segment")
        self.device.change(targets=segments(3, 2, REGIONS), event=True)
        self.assert_finished(self.client.result(self.identity), "retcode", 0)
        self.assertFalse(self.device.exists())

    def test_device_that_goes_while_lvm_conf_is_broken(self):
        """That it is gone proves nothing: nobody is told 0 before lvm2 has said so."""
        self.start_failing(PATIENT, None, count=2)
        self.wait_watching(self.identity)
        self.fail_reports(4)
        self.device.remove()
        self.wait_backing_off(self.identity, "no_answer", 2)
        self.assert_waits(self.identity)
        self.fail_reports(None)
        self.assert_finished(self.client.result(self.identity), "retcode", 0)

    def test_sighup_causes_an_attempt_at_once(self):
        self.start_failing(PATIENT, 5, is_stopped=True)
        self.wait_backing_off(self.identity, "status")
        self.fail_lvpolls("move", None)
        self.reload(PATIENT)
        self.wait_starts(2)
        self.clock.go_on()
        self.assert_finished(self.client.result(self.identity), "retcode", 0)

    def test_request_causes_an_attempt_at_once(self):
        self.start_failing(PATIENT, 5, is_stopped=True)
        self.assert_goes_on_with_the_next_request(
            "status", lambda: self.fail_lvpolls("move", None))


class HiddenGroupTest(FailureTest):
    """lvm.conf hides the group, or lvm2 takes another one of the same name for it."""

    def start_hidden(self, configuration, lvname):
        """lvpoll finds nothing, and ends well again and again; the kernel shows the move."""
        self.device = self.add_device(lvname, segments(1, 0, REGIONS))
        self.start(configuration)
        self.hide_group()
        self.identity = self.request(lvname, interval="600")

    def test_move_that_the_kernel_shows_does_not_end_well(self):
        for lvname in ("silent", "good"):
            with self.subTest(lvname):
                self.new_kernel()
                self.start_hidden(IMPATIENT, lvname)
                self.assert_told_that_it_failed(self.identity)
                self.assertIn("lvm2 does not see the volume group", self.daemon.log())
                self.assert_in_flight(self.identity)

    def test_it_goes_on_when_the_group_is_seen_again(self):
        self.start_hidden(PATIENT, "silent")
        self.wait_backing_off(self.identity, "not_seen", 2)
        self.assert_waits(self.identity)
        self.hide_group(False)
        self.device.change(names=("vg", "move"), event=True)
        self.assert_finished(self.client.result(self.identity), "retcode", 0)
        self.assertFalse(self.device.exists())

    def test_missing_disk_of_the_group_proves_nothing(self):
        """On it the metadata may be newer."""
        device = self.add_move()
        self.start(PATIENT)
        identity = self.start_watching()
        self.set_rows(row(identity, vg_partial="partial", vg_missing_pv_count=1))
        device.remove()
        self.wait_backing_off(identity, "no_answer")
        self.assert_waits(identity)


    def test_disk_of_another_group_of_that_name_in_the_middle_of_a_move(self):
        """lvpoll finds no such move there, and ends well."""
        device = self.add_move(count=3)
        self.start(PATIENT)
        identity = self.start_watching(interval="600")
        self.hide_group()
        self.fail_lvpolls("move", 0)
        device.change(targets=segments(3, 0, REGIONS), event=True)
        self.wait_backing_off(identity, "not_seen", 2)
        self.assert_waits(identity)
        self.assert_in_flight(identity)
        self.hide_group(False)
        self.fail_lvpolls("move", None)
        for number in (1, 2):
            wait_for(lambda: device.targets() == segments(3, number, 0), "segment %d" % number)
            device.change(targets=segments(3, number, REGIONS), event=True)
        self.assert_finished(self.client.result(identity), "retcode", 0)
        self.assertFalse(device.exists())


class HopelessTest(FailureTest):
    """lvm2 says that no further attempt helps: the operation is over, and has failed."""

    def assert_over(self, identity):
        self.assert_told_that_it_failed(identity)
        self.assertIn("lvm2 says that it has failed", self.daemon.log())
        self.assertEqual(self.daemon.record_files(), [])

    def test_merge_that_cannot_go_on(self):
        for status in ("Merge failed", "Invalid"):
            with self.subTest(status):
                self.new_kernel()
                self.add_device("silent", ["0 8192 snapshot-merge " + status], operation="merge")
                self.start(PATIENT)
                self.assert_over(self.request("silent", operation="merge"))
                self.assertEqual(len(self.daemon.starts()), 1)

    def test_volume_that_is_removed_while_it_converts(self):
        """The volume was to stay: that it is gone is no good end."""
        device = self.add_device("move", [mirror(0, SEGMENT_SECTORS, 50, REGIONS)],
                                 operation="convert")
        self.start(PATIENT)
        identity = self.start_watching(operation="convert")
        device.remove()
        self.assert_over(identity)
        self.assertEqual(self.daemon.starts(), [])


class HangingReportTest(FailureTest):
    """lvm2 is asked, and does not answer: it waits for a lock, say."""

    def start_hanging(self):
        self.device = self.add_move()
        self.start(PATIENT)
        identity = self.start_watching()
        self.put_file("vgs.hang", "")
        self.device.remove()
        wait_for(lambda: self.entry(identity)["operation_state"] == "asking", "the question")
        self.wait_reports(1)
        return identity

    def test_others_are_not_kept_waiting(self):
        identity = self.start_hanging()
        self.add_move("move-2", in_sync=REGIONS)
        self.assert_finished(self.client.result(self.request("move-2")), "retcode", 0)
        self.assert_waits(identity)
        self.put_file("vgs.hang", None)
        self.assert_finished(self.client.result(identity), "retcode", 0)

    def test_daemon_ends_meanwhile(self):
        identity = self.start_hanging()
        self.assertEqual(self.daemon.stop(), 0)
        records = self.daemon.record_names()
        self.assertTrue([name for name in records if identity in name], records)


class UnknownTableTest(FailureTest):
    def test_lvpoll_ends_when_the_mirror_is_back(self):
        """lvpoll polls by itself only as long as the kernel is of no help."""
        device = self.add_device("hang", ["0 8192 raid raid1 2 AA 100/8192 resync 0 0 -"])
        self.start(PATIENT)
        identity = self.request("hang", interval="600")
        pid = self.wait_starts(1)[0][0]
        wait_for(lambda: self.entry(identity).get("progress_percent") == "10.00", "its progress")
        device.change(targets=segments(1, 0, 50), event=True)
        self.wait_watching(identity)
        self.assertIn("lvpoll[%d] was ended by signal 15" % pid, self.daemon.log())
        self.assertEqual(len(self.daemon.starts()), 1)


if __name__ == "__main__":
    unittest.main()
