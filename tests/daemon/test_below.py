# SPDX-License-Identifier: LGPL-2.1-or-later
"""A plugin that reads the volumes below its own: their devices are read with it, all of them or none."""

import unittest

from deadline import wait_for
from kernel_standin import HANG, fail
from kernel_test import identity_in
from own_plugin_test import raid
from test_own_plugins import DiscoveringTest

TOTAL = 500


def image(done):
    return ["0 %d integrity 0 %d %d" % (TOTAL, TOTAL, done)]


class BelowTest(DiscoveringTest):
    def add_volume(self, *done):
        """A RAID volume, whose table names its images by their numbers: in the stand-in its status does, too."""
        self.images = [self.add_device("raid_rimage_%d" % i, image(sectors), operation="images")
                       for i, sectors in enumerate(done)]
        # A disk that is a device of device-mapper's.
        self.kernel.write_device(99, "name mpatha\nuuid mpath-1\nevents 0\ntarget 0 8 linear\n")
        numbers = " ".join("253:%d" % device.minor for device in self.images)
        self.volume = self.add_device("raid", ["%s 253:99 7:0 %s" % (raid(1, "idle", 0)[0], numbers)], operation="images")

    def begin(self, *done, more=""):
        self.add_volume(*done)
        self.start_with("images", more)
        return self.start_watching("raid", operation="images")

    def shown(self):
        return self.client.list().get("raid", {})

    def look_again(self):
        """One more look has had its answer, whatever it is."""
        self.kernel.forget_calls()
        self.volume.change(event=True)
        wait_for(lambda: any(call[2] == "vg-raid" for call in self.kernel.calls("table")), "a look")
        self.clock.settle(self.client)

    def test_operation_ends_when_all_of_them_are_done(self):
        self.begin(100, 0)
        self.assertEqual(self.shown()["findings"], "lines=3")
        self.assertEqual(self.shown()["percent"], "10.00")
        self.images[0].change(targets=image(TOTAL))
        self.volume.change(event=True)
        wait_for(lambda: self.shown().get("percent") == "50.00", "the first of them")
        self.assertEqual(self.ended(), [])
        self.images[1].change(targets=image(TOTAL))
        self.volume.change(event=True)
        self.assertEqual(self.wait_ended()["value"], 0)
        self.assertEqual(self.daemon.starts(), [])

    def test_one_that_cannot_be_read_is_not_taken_for_done(self):
        identity = self.begin(TOTAL, 0)
        # Its status, which device it is, and which devices the table names.
        for number, kind in enumerate(("status.vg-raid_rimage_1", "info.vg-raid_rimage_1", "table.vg-raid"), 1):
            self.kernel.set_fault(kind, fail(5))
            self.volume.change(event=True)
            wait_for(lambda: self.daemon.log().count("; trying again") == number, "the failure in the log")
            self.assertEqual(self.entry(identity)["operation_state"], "copying")
            self.assertEqual(self.shown()["percent"], "50.00")
            self.kernel.clear_fault(kind)
            # It can be read again, so that the next failure is news.
            revision = self.images[0].change(event=True)
            wait_for(lambda: self.kernel.has_seen("vg-raid_rimage_0", revision), "a look")
            self.look_again()
        self.images[1].change(targets=image(TOTAL))
        self.volume.change(event=True)
        self.assertEqual(self.wait_ended()["value"], 0)

    def test_one_that_goes_during_a_look_is_not_taken_for_done(self):
        self.begin(TOTAL, 0)
        text = self.images[1].text()
        self.images[1].remove()
        wait_for(lambda: "253:2 below it cannot be read" in self.daemon.log(), "the failure in the log")
        self.assertEqual((self.ended(), self.shown()["percent"]), ([], "50.00"))
        self.kernel.write_device(self.images[1].minor, text.replace(*(image(n)[0] for n in (0, TOTAL))))
        self.assertEqual(self.wait_ended()["value"], 0)

    def test_rename_on_its_way_is_not_taken_for_done(self):
        self.begin(TOTAL, 0)
        self.images[1].change(names=("vg", "new_rimage_1"))
        self.volume.change(event=True)
        # A look may have come in the middle of the change: what it says then is not said anew.
        wait_for(lambda: "device 253:2 below it cannot be read" in self.daemon.log(), "the doubt in the log")
        self.look_again()
        self.assertEqual((self.ended(), self.shown()["percent"]), ([], "50.00"))
        self.images[0].change(names=("vg", "new_rimage_0"))
        self.images[1].change(targets=image(TOTAL))
        self.volume.change(names=("vg", "new"), event=True)
        self.assertEqual(self.wait_ended()["value"], 0)

    def test_one_that_hangs_leaves_out_its_volume_alone(self):
        identity = self.begin(0, 0)
        self.kernel.set_fault("status.vg-raid_rimage_1", HANG)
        self.volume.change(event=True)
        wait_for(lambda: self.kernel.calls("hang"), "the call that hangs")
        device = self.kernel.add("vg", "second", identity_in("vg", "second"), raid(1, "idle", 0))
        self.request("second", operation="images")
        # It has no images, which is seen.
        wait_for(lambda: self.kernel.has_seen(device.name(), 0), "a look at the other")
        self.images[0].change(targets=image(TOTAL))
        self.images[1].change(targets=image(TOTAL))
        self.kernel.clear_fault("status.vg-raid_rimage_1")
        self.volume.change(event=True)
        wait_for(lambda: [entry for entry in self.ended() if entry["lvid"] == identity], "its end")

    def test_what_is_under_way_below_is_discovered(self):
        self.add_volume(TOTAL, 100)
        self.start_with("images", self.DISCOVERS)
        self.assertEqual(self.wait_found()["lvid"], identity_in("vg", "raid"))
        self.images[1].change(targets=image(TOTAL))
        self.volume.change(event=True)
        self.assertEqual(self.wait_ended()["findings"], "lines=3")

    def test_what_cannot_be_read_below_is_not_discovered(self):
        self.add_volume(TOTAL, 100)
        self.kernel.set_fault("status.vg-raid_rimage_1", fail(5))
        self.start_with("images", self.DISCOVERS)
        self.look()
        self.assertEqual(self.client.list(), {})
        self.kernel.clear_fault("status.vg-raid_rimage_1")
        self.look()
        self.wait_found()

    def test_other_plugins_ask_no_more_than_before(self):
        self.build("images")
        self.start_with("scrub")
        device = self.add_device("raid", ["%s 253:1" % raid(1, "check", 0)[0]], operation="scrub")
        self.start_watching("raid", operation="scrub")
        self.kernel.forget_calls()
        revision = device.change(event=True)
        wait_for(lambda: self.kernel.has_seen("vg-raid", revision), "a look")
        self.assertEqual(self.kernel.calls("table"), [])
        self.assertEqual(self.kernel.calls("info"), [])


if __name__ == "__main__":
    unittest.main()
