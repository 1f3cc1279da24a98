# SPDX-License-Identifier: LGPL-2.1-or-later
"""Operations that are watched in the kernel: what the daemon sees, and what clients are told."""

import subprocess
import unittest

import test_lifecycle
from deadline import DEADLINE_S, SLOWNESS, scaled, wait_for
from kernel_standin import linear, mirror, snapshot_merge
from kernel_test import KernelTest, REGIONS, SEGMENT_SECTORS, segments


class WatchTest(KernelTest):
    """While data is copied."""

    def test_no_lvpoll_while_data_is_copied(self):
        device = self.add_move(count=3)
        self.start()
        identity = self.start_watching()
        for in_sync in range(10, REGIONS, 10):
            device.change(targets=segments(3, 0, in_sync), event=True)
            wait_for(lambda: self.entry(identity)["progress_done_sectors"] ==
                     SEGMENT_SECTORS * in_sync // REGIONS, "a look at %d regions" % in_sync)
        self.assertEqual(self.daemon.starts(), [])
        self.assertEqual(self.entry(identity)["lvm_command_pid"], 0)
        self.assert_reply(self.client.progress(identity), response="in_progress")

    def test_no_lvpoll_for_a_conversion_and_a_merge_either(self):
        self.add_device("move-convert", [mirror(0, SEGMENT_SECTORS, 50, REGIONS)],
                        operation="convert")
        self.add_device("move-merge", [snapshot_merge(SEGMENT_SECTORS, 4112)], operation="merge")
        self.start()
        self.start_watching("move-convert", operation="convert")
        self.start_watching("move-merge", operation="merge")
        self.wait_looks(self.looks() + 3)
        self.assertEqual(self.daemon.starts(), [])

    def test_layer_below_snapshots_is_watched(self):
        self.add_device("move", [linear(0, 8)], operation="convert")
        self.add_device("move", [mirror(0, SEGMENT_SECTORS, 25, REGIONS)], layer="real",
                        operation="convert")
        self.start()
        identity = self.start_watching(operation="convert")
        self.assertEqual(self.entry(identity)["progress_done_sectors"], SEGMENT_SECTORS // 4)

    def test_progress_counts_the_whole_operation(self):
        self.add_device("move", segments(4, 2, 50))
        self.start()
        entry = self.entry(self.start_watching())
        self.assertEqual(entry["progress_done_sectors"], SEGMENT_SECTORS * 5 // 2)
        self.assertEqual(entry["progress_total_sectors"], SEGMENT_SECTORS * 4)
        self.assertEqual(entry["progress_percent"], "62.50")

    def test_progress_without_events_is_not_old_for_who_asks(self):
        device = self.add_move()
        self.start()
        identity = self.start_watching()
        device.change(targets=segments(1, 0, 75))
        wait_for(lambda: self.entry(identity)["progress_percent"] == "75.00",
                 "new progress in the dump")

    def test_event_leads_to_a_look_at_that_volume_alone(self):
        devices = [self.add_move("move-%d" % number) for number in range(20)]
        self.start()
        for number in range(20):
            self.start_watching("move-%d" % number)
        # Without time no look is due but after an event. What was due before is done, or under way.
        self.clock.stop()
        self.clock.settle(self.client)
        self.kernel.forget_calls()
        names = lambda: [call[2] for call in self.kernel.looks()]
        for number in range(40):
            devices[7].change(targets=segments(1, 0, number), event=True)
            wait_for(lambda: names().count("vg-move--7") > number, "look %d" % number)
        others = [names().count("vg-move--%d" % number) for number in range(20) if number != 7]
        self.assertLessEqual(max(others), 1, others)

    def test_events_of_other_devices_lead_to_no_look(self):
        device = self.add_move("move-1")
        other = self.add_device("other", [linear(0, 8)])
        self.start()
        self.start_watching("move-1")
        self.wait_listed(device)
        self.wait_looks(2)
        # Without time no look is due but after an event. What was due before is done, or under way.
        self.clock.stop()
        self.clock.settle(self.client)
        looks = self.looks()
        for _ in range(40):
            self.wait_listed(other)
        self.assertLessEqual(self.looks() - looks, 1)
        self.assertEqual({call[2] for call in self.kernel.looks()}, {"vg-move--1"})

    def test_watching_begins_with_a_list(self):
        """Of what happened while nothing was watched nobody has told the daemon."""
        self.add_move()
        self.start()
        self.start_watching()
        wait_for(lambda: self.kernel.calls("list"), "a list, though there was no event")

    def test_events_are_armed_before_they_are_listed(self):
        device = self.add_move()
        self.start()
        self.start_watching()
        self.wait_listed(device)
        kinds = [call[1] for call in self.kernel.calls() if call[1] in ("arm", "list")]
        self.assertEqual(kinds[:2], ["arm", "list"])

    def test_thousand_moves_are_watched(self):
        self.start()
        count = int(1000 / SLOWNESS)
        for number in range(count):
            self.add_move("move-%d" % number)
        left = {self.request("move-%d" % number) for number in range(count)}
        def all_watched():
            entries = self.client.dump()["poll"]
            left.difference_update(
                {i for i in left if entries[i]["operation_state"] == "copying"})
            return not left
        wait_for(all_watched, "the first look at each")
        self.assertEqual(self.daemon.starts(), [])


class ChangeTest(KernelTest):
    """What happens to a device meanwhile."""

    def test_renamed_group(self):
        device = self.add_move("move-1")
        self.start()
        identity = self.start_watching("move-1")
        device.change(names=("new-vg", "move-1"), targets=segments(1, 0, REGIONS), event=True)
        self.assert_finished(self.client.result(identity), "retcode", 0)
        self.assertEqual([target for _, target, _ in self.daemon.starts()], ["new-vg/move-1"])
        self.assertFalse(device.exists())

    def test_renamed_volume(self):
        device = self.add_move("move-1", count=2)
        self.start()
        identity = self.start_watching("move-1")
        device.change(names=("vg", "move-new"), targets=segments(2, 0, REGIONS), event=True)
        self.wait_ends(1)
        device.change(targets=segments(2, 1, REGIONS), event=True)
        self.assert_finished(self.client.result(identity), "retcode", 0)
        self.assertEqual([target for _, target, _ in self.daemon.starts()], ["vg/move-new"] * 2)

    def test_renamed_while_lvpoll_waits_for_the_lock(self):
        """It looks for the old name in vain and says that all is over, which is not so."""
        device = self.add_move("move-late", in_sync=REGIONS)
        self.start()
        identity = self.request("move-late")
        self.wait_starts(1)
        device.change(names=("new", "move-1"))
        self.release("move-late")
        self.assert_finished(self.client.result(identity), "retcode", 0)
        self.assertEqual([target for _, target, _ in self.daemon.starts()],
                         ["vg/move-late", "new/move-1"])
        self.assertFalse(device.exists())

    def test_of_a_vanished_device_lvm2_is_asked(self):
        """That the move is over is proved: no lvpoll is needed for that."""
        device = self.add_device("exit-5", segments(1, 0, 50))
        self.start()
        identity = self.start_watching("exit-5")
        device.remove()
        self.assert_finished(self.client.result(identity), "retcode", 0)
        self.assertEqual((self.reports(), self.daemon.starts()), (1, []))

    def test_of_a_device_that_never_was_lvm2_is_asked(self):
        self.start()
        identity = self.request("move")
        self.assert_finished(self.client.result(identity), "retcode", 0)
        self.assertEqual((self.reports(), self.daemon.starts()), (1, []))

    def test_suspended_device_is_waited_for(self):
        device = self.add_move(in_sync=REGIONS)
        device.change(suspended=True)
        self.start()
        identity = self.start_watching()
        self.wait_looks(2)
        self.assertEqual(self.daemon.starts(), [])
        device.change(suspended=False)
        self.assert_finished(self.client.result(identity), "retcode", 0)

    def test_failed_leg_is_told_and_lvpoll_is_asked(self):
        device = self.add_move()
        self.start()
        identity = self.start_watching(operation="convert")
        device.change(targets=[mirror(0, SEGMENT_SECTORS, 50, REGIONS, "AD")], event=True)
        self.wait_starts(1)
        wait_for(lambda: self.entry(identity).get("failed_devices") == 1, "the leg in the dump")
        self.assertIn("device", self.daemon.log())

    def test_table_that_the_plugin_does_not_know_is_left_to_lvpoll(self):
        self.add_device("hang", ["0 8192 raid raid1 2 AA 100/8192 resync 0 0 -"])
        self.start()
        identity = self.request("hang", interval="1")
        self.wait_starts(1)
        self.assertEqual(self.entry(identity)["operation_state"], "running")
        wait_for(lambda: self.entry(identity).get("progress_percent") == "10.00",
                 "lvpoll's progress")
        self.assertEqual(len(self.daemon.starts()), 1)

    def test_stall_check(self):
        self.add_move()
        self.start("plugins: {pvmove: {stall_check: 1, verify: never}}")
        self.request("move")
        self.assertIn("lvpoll --interval 3600", self.wait_starts(1)[0][2])
        self.assertEqual(self.wait_ends(1)[0][2], "term")

    def test_no_lvpoll_that_might_meet_the_end_of_a_copy_unseen(self):
        self.add_move()
        self.start("plugins: {pvmove: {stall_check: 1}}")
        self.request("move")
        # Not until it copies: a second later lvm2 is asked, and a long pause begins.
        self.wait_looks(5)
        self.assertEqual(self.daemon.starts(), [])

    def test_stall_check_counts_from_the_last_progress(self):
        device = self.add_move()
        self.clock.stop()
        self.start("plugins: {pvmove: {stall_check: 3}}")
        self.start_watching()
        for in_sync in range(1, 21):
            self.clock.skip(1, self.client)
            self.change_and_wait_look(device, targets=segments(1, 0, in_sync), event=True)
        self.assertEqual(self.daemon.starts(), [])


class BackgroundTest(KernelTest):
    def test_daemon_in_the_background_watches(self):
        device = self.add_move()
        self.daemon = self.new_daemon()
        self.addCleanup(test_lifecycle.BackgroundTest.end_background, self.daemon)
        command = [part for part in self.daemon.command() if part != "-f"]
        environment = self.daemon.environment(**self.kernel.variables())
        subprocess.run(command, env=environment, check=True, timeout=scaled(DEADLINE_S),
                       stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.client = self.connect(self.daemon)
        identity = self.start_watching()
        device.change(targets=segments(1, 0, REGIONS), event=True)
        self.assert_finished(self.client.result(identity), "retcode", 0)


class TimedTest(KernelTest):
    """What raises no event."""

    def test_merge_is_looked_at_until_it_is_done(self):
        device = self.add_device("move", [snapshot_merge(SEGMENT_SECTORS, 4112)],
                                 operation="merge")
        self.start()
        identity = self.start_watching(operation="merge")
        for allocated in (3000, 2000, 1000):
            self.change_and_wait_look(device, targets=[snapshot_merge(SEGMENT_SECTORS, allocated)])
        self.assertEqual(self.daemon.starts(), [])
        device.change(targets=[snapshot_merge(SEGMENT_SECTORS, 16)])
        self.assert_finished(self.client.result(identity), "retcode", 0)
        self.assertIn("--polloperation merge vg/move", self.daemon.starts()[0][2])
        self.assertEqual(len(self.daemon.starts()), 1)

    def test_thin_merge_steps_at_once(self):
        self.add_device("move", ["0 8192 thin 100 8191"])
        self.start()
        identity = self.request("move", operation="merge_thin", interval="600")
        self.assert_finished(self.client.result(identity), "retcode", 0)


if __name__ == "__main__":
    unittest.main()
