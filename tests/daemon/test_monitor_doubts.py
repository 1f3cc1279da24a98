# SPDX-License-Identifier: LGPL-2.1-or-later
"""An lvpoll and the kernel that contradict each other: which one is believed, and how often lvm2 is asked."""

import errno
import os
import unittest

from deadline import wait_for
from kernel_standin import fail, linear, mirror
from kernel_test import REGIONS, SEGMENT_SECTORS, KernelTest, identity_in, row, segments
from upgrade_test import upgrade


class RenameTest(KernelTest):
    """An lvpoll exits with 0 where it cannot find the name that it was given."""

    def rename_in_last_step(self):
        """A conversion gets another name while its last lvpoll waits for the lock."""
        self.device = self.add_device("move-late", [mirror(0, SEGMENT_SECTORS, REGIONS, REGIONS)],
                                      operation="convert")
        self.start()
        self.identity = self.request("move-late", operation="convert")
        self.wait_starts(1)
        self.device.change(names=("vg", "move-new"))

    def test_volume_renamed_when_its_last_step_has_begun(self):
        """lvm2 has it still, as a mirror that converts, under the new name."""
        self.rename_in_last_step()
        self.set_rows(row(self.identity, lv_name="move-new", lv_attr="mwc-a-m---",
                          lv_converting="converting", copy_percent="100.00", lv_active="active"))
        self.release("move-late")
        self.assert_finished(self.client.result(self.identity), "retcode", 0)
        self.assertEqual([target for _, target, _ in self.daemon.starts()],
                         ["vg/move-late", "vg/move-new"])
        self.assertEqual(self.device.targets(), [linear(0, SEGMENT_SECTORS)])

    def test_volume_renamed_when_nothing_was_left_to_do(self):
        """lvm2 has it as an ordinary mirror in sync: that is the end, whatever lvpoll found."""
        self.rename_in_last_step()
        self.release("move-late")
        self.assert_finished(self.client.result(self.identity), "retcode", 0)
        self.assertEqual((len(self.daemon.starts()), self.reports()), (1, 1))
        self.assertEqual(self.device.targets(), [mirror(0, SEGMENT_SECTORS, REGIONS, REGIONS)])

    def test_new_name_is_tried_at_once(self):
        device = self.add_device("move-idle", segments(2, 0, REGIONS))
        self.start()
        identity = self.request("move-idle", interval="600")
        self.stop_in_pause(identity, "vain_step")
        starts = len(self.daemon.starts())
        device.change(names=("vg", "move"), event=True)
        self.wait_starts(starts + 1)
        self.assert_reply(self.client.progress(identity), response="in_progress")


class LayerTest(KernelTest):
    """lvm2 adds layers as it pleases: a volume is gone only where none of its devices is left."""

    def add_strange(self, layer):
        device = self.kernel.add("vg", "move-idle", identity_in("vg", "move-idle"),
                                 segments(1, 0, 50), layer=layer)
        self.start()
        return device

    def test_device_of_an_unknown_layer_is_watched(self):
        self.add_strange("future")
        self.start_watching("move-idle")
        self.assertEqual(self.daemon.starts(), [])

    def test_move_does_not_end_well_while_a_device_of_it_is_there(self):
        device = self.add_strange("future")
        device.change(targets=["0 8192 strange"])
        self.kernel.add("vg", "good", identity_in("vg", "good"), ["0 8192 linear"], layer="future")
        identity = self.request("good")
        self.wait_backing_off(identity, "contradicted")
        self.assertIn("lvpoll says that it is over, and lvm2 still has it", self.daemon.log())
        self.assert_reply(self.client.progress(identity), response="in_progress")

    def test_list_that_fails_does_not_mean_that_it_is_gone(self):
        self.kernel.set_fault("list", fail(errno.ENOMEM))
        self.add_strange("future")
        identity = self.request("move-idle")
        wait_for(lambda: "the devices cannot be listed" in self.daemon.log(), "the warning")
        self.assertEqual(self.daemon.starts(), [])
        self.kernel.clear_fault("list")
        self.wait_watching(identity)


class ReturnTest(KernelTest):
    """A device that was gone is there again."""

    def check_return(self, *rows):
        """It is dormant meanwhile: no process runs, and its record is kept apart."""
        device = self.add_move()
        self.start()
        identity = self.start_watching()
        self.set_rows(*rows)
        device.remove()
        wait_for(lambda: self.entry(identity)["operation_state"] == "dormant", "its sleep")
        self.assertEqual(len(self.daemon.record_names(".dormant")), 1)
        self.assert_reply(self.client.progress(identity), response="in_progress")
        self.add_move(in_sync=50)
        self.kernel.raise_event()
        self.wait_watching(identity)
        self.assertEqual(self.daemon.record_files(".dormant"), [])
        self.assertEqual(self.daemon.starts(), [])

    def test_next_daemon_knows_it(self):
        """It keeps no idle daemon from its end, and is not forgotten."""
        device = self.add_move()
        # It is not to be idle before there is a client.
        self.clock.stop()
        self.start("daemon: {idle_timeout: 1}")
        identity = self.start_watching()
        self.clock.go_on()
        self.set_rows()
        device.remove()
        wait_for(lambda: self.entry(identity)["operation_state"] == "dormant", "its sleep")
        self.client.close()
        self.assertEqual(self.daemon.wait_end(), 0)
        self.assertEqual(len(self.daemon.record_names(".dormant")), 1)
        device = self.add_move(in_sync=REGIONS)
        # Nor is the next one, before it has looked.
        self.clock.stop()
        self.daemon.start("-c", self.configuration,
                          environment=self.daemon.environment(**self.kernel.variables()))
        wait_for(lambda: not device.exists(), "its step")
        wait_for(lambda: self.records() == [], "the end of its record")

    def test_upgrade_does_not_wake_it(self):
        device = self.add_move()
        self.start()
        identity = self.start_watching()
        self.set_rows()
        device.remove()
        wait_for(lambda: self.entry(identity)["operation_state"] == "dormant", "its sleep")
        upgrade(self.daemon)
        self.assertEqual(self.entry(identity)["operation_state"], "dormant")
        self.assertEqual(len(self.daemon.record_names(".dormant")), 1)
        device = self.add_move(in_sync=REGIONS)
        self.kernel.raise_event()
        wait_for(lambda: not device.exists(), "its step")
        wait_for(lambda: self.records() == [], "the end of its record")

    def records(self):
        return self.daemon.record_names() + self.daemon.record_names(".dormant")

    def test_device_of_a_volume_that_was_not_active(self):
        self.check_return(row(identity_in("vg", "move"), lv_name="[move]", lv_attr="p-C-----",
                              lv_active="", copy_percent=""))

    def test_device_of_a_group_that_was_not_seen(self):
        self.check_return()


class VainTest(KernelTest):
    """Steps that change nothing."""

    def test_failed_leg_beside_which_copying_goes_on_is_no_busy_loop(self):
        """The status differs each time, and yet a step changes nothing."""
        device = self.add_device("move-idle", [mirror(0, SEGMENT_SECTORS, 1, REGIONS, "AD")])
        self.start()
        identity = self.request("move-idle", operation="convert", interval="600")
        self.stop_in_pause(identity, "vain_step")
        starts = self.daemon.starts()
        for in_sync in range(2, 32):
            self.change_and_wait_look(
                device, targets=[mirror(0, SEGMENT_SECTORS, in_sync, REGIONS, "AD")], event=True)
        self.assertEqual(self.daemon.starts(), starts)


class LossTest(KernelTest):
    """In a move the kernel takes for copied what could not be copied: a step would lose it."""

    def test_move_whose_copying_failed_is_given_up(self):
        """No event tells of the failure, and in the end the kernel no longer shows it."""
        device = self.add_move()
        self.start()
        identity = self.start_watching()
        device.change(targets=[mirror(0, SEGMENT_SECTORS, 50, REGIONS, "AS")])
        self.assert_reply(self.client.result(identity), response="failed",
                          reason="polling of lvm command failed")
        device.change(targets=segments(1, 0, REGIONS), event=True)
        self.assertEqual(self.daemon.starts(), [])
        self.assertIn("pvmove --abort", self.daemon.log())

    def test_it_is_told_once_while_its_abort_takes_long(self):
        device = self.add_device("move-late", segments(1, 0, 50))
        self.start()
        identity = self.start_watching("move-late")
        device.change(targets=[mirror(0, SEGMENT_SECTORS, 50, REGIONS, "AS")])
        self.assert_reply(self.client.result(identity), response="failed",
                          reason="polling of lvm command failed")
        self.request("move-late", abort=1)
        self.wait_starts(1)
        self.wait_looks(self.looks() + 3)
        self.assertEqual(self.daemon.log().count("vg/move-late (pvmove): some data could not be copied"), 1)
        self.assertEqual(self.daemon.log().count("some data could not be copied"), 1)
        self.release("move-late")
        self.assert_finished(self.client.result(identity, abort=1), "retcode", 0)

    def test_a_disk_that_is_moved_from_and_fails_is_no_case_for_an_abort_alone(self):
        device = self.add_move()
        self.start()
        identity = self.start_watching()
        device.change(targets=[mirror(0, SEGMENT_SECTORS, 50, REGIONS, "DA")])
        self.assert_reply(self.client.result(identity), response="failed",
                          reason="polling of lvm command failed")
        self.assertIn("the disk that is moved from fails", self.daemon.log())
        self.assertNotIn("stays where it was", self.daemon.log())

    def test_it_is_given_up_in_a_pause_between_steps_too(self):
        """All was copied, and nothing came of the steps; then a write fails, and is copied anew."""
        device = self.add_device("move-idle", segments(2, 0, REGIONS))
        self.start()
        identity = self.request("move-idle", interval="600")
        self.stop_in_pause(identity, "vain_step")
        starts = self.daemon.starts()
        self.change_and_wait_look(device, event=True, targets=[
            mirror(0, SEGMENT_SECTORS, 60, REGIONS, "SA"), *segments(2, 0, 0)[1:]])
        device.change(targets=segments(2, 0, REGIONS), event=True)
        self.assert_reply(self.client.result(identity), response="failed",
                          reason="polling of lvm command failed")
        self.assertEqual(self.daemon.starts(), starts)

    def test_it_is_given_up_in_the_pause_after_a_signal_too(self):
        device = self.add_device("signal-KILL", segments(1, 0, REGIONS))
        self.start("")
        self.clock.stop()
        identity = self.request("signal-KILL", interval="600")
        self.wait_backing_off(identity, "signal")
        self.change_and_wait_look(
            device, targets=[mirror(0, SEGMENT_SECTORS, 60, REGIONS, "SA")], event=True)
        device.change(targets=segments(1, 0, REGIONS), event=True)
        self.assert_reply(self.client.result(identity), response="failed",
                          reason="polling of lvm command failed")
        self.assertEqual(len(self.daemon.starts()), 1)

    def test_it_is_given_up_before_its_turn_too(self):
        self.add_move("move-held", in_sync=REGIONS)
        device = self.add_device("move", segments(1, 0, REGIONS))
        self.start()
        self.request("move-held")
        self.wait_starts(1)
        identity = self.request("move")
        wait_for(lambda: self.entry(identity)["operation_state"] == "waiting", "its place")
        self.change_and_wait_look(
            device, targets=[mirror(0, SEGMENT_SECTORS, 60, REGIONS, "SA")], event=True)
        device.change(targets=segments(1, 0, REGIONS), event=True)
        self.assert_reply(self.client.result(identity), response="failed",
                          reason="polling of lvm command failed")
        self.release("move-held")

    def test_what_was_given_up_is_not_taken_up_again_but_aborted(self):
        """The kernel has forgotten the failure by then; the daemon has not, nor has the next."""
        device = self.add_move()
        self.start()
        identity = self.start_watching()
        self.check_given_up(device, identity)
        self.request("move", abort=1)
        self.assert_finished(self.client.result(identity, abort=1), "retcode", 0)
        self.assertFalse(device.exists())
        self.add_move()
        self.start_watching()

    def test_what_was_given_up_without_a_record_is_not_taken_up_again_either(self):
        device = self.add_move()
        self.start()
        self.client.hello()  # it answers when it has read all records
        os.mkdir(os.path.join(self.daemon.directory, "lvmpolld.state", ".new"))
        self.check_given_up_without_record(device)

    def test_what_was_given_up_without_a_state_directory_is_not_taken_up_again_either(self):
        device = self.add_move()
        place = os.path.join(self.temporary_directory(), "state")
        os.mknod(place)
        self.start("daemon: {state_directory: %s}\n" % place)
        self.check_given_up_without_record(device)

    def check_given_up(self, device, identity):
        """A copy has failed; then all is in sync, and the move is asked for again."""
        device.change(targets=[mirror(0, SEGMENT_SECTORS, 50, REGIONS, "AS")])
        self.assert_reply(self.client.result(identity), response="failed",
                          reason="polling of lvm command failed")
        device.change(targets=[mirror(0, SEGMENT_SECTORS, REGIONS, REGIONS)], event=True)
        self.request("move")
        self.assert_reply(self.client.result(identity), response="failed",
                          reason="polling of lvm command failed")
        self.assertEqual(self.daemon.starts(), [])

    def check_given_up_without_record(self, device):
        identity = self.start_watching()
        self.assertIn("would be lost if the daemon crashed", self.daemon.log())
        self.check_given_up(device, identity)


class StallTest(KernelTest):
    """What shows no progress for long is asked about, whatever the reason."""

    def test_device_that_stays_suspended(self):
        device = self.add_move(in_sync=REGIONS)
        device.change(suspended=True)
        self.start("plugins: {pvmove: {stall_check: 1}}")
        self.request("move")
        self.wait_starts(1)

    def test_device_that_stays_unreadable(self):
        self.add_move(in_sync=REGIONS)
        self.kernel.set_fault("status", fail(errno.EIO))
        self.start("plugins: {pvmove: {stall_check: 1}}")
        self.request("move")
        self.wait_starts(1)


if __name__ == "__main__":
    unittest.main()
