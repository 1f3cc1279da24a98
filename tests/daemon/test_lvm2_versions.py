# SPDX-License-Identifier: LGPL-2.1-or-later
"""What lvm2 does differently since 2.03.31, played by the stand-ins (tests/lvm2-versions.md)."""

import unittest

from kernel_standin import linear, mirror, snapshot_merge
from kernel_test import KernelTest, REGIONS, SEGMENT_SECTORS, identity_in, row, segments


class TypeTest(KernelTest):
    """
    The lvpoll of 2.03.40 looks for the volume's type, too. The metadata of a conversion from linear to
    mirror does not say that it converts: there lvpoll finds nothing, and exits with 0, however
    little is copied.
    """

    NAME = "move-untyped"

    def add_conversion(self, in_sync):
        self.device = self.add_device(
            self.NAME, [mirror(0, SEGMENT_SECTORS, in_sync, REGIONS)], operation="convert")

    def assert_ends_when_in_sync(self, identity):
        self.assert_reply(self.client.progress(identity), response="in_progress")
        self.device.change(targets=[mirror(0, SEGMENT_SECTORS, REGIONS, REGIONS)], event=True)
        self.assert_finished(self.client.result(identity), "retcode", 0)
        self.assertTrue(self.device.exists())

    def test_conversion_is_over_when_it_is_in_sync(self):
        self.add_conversion(50)
        self.start()
        identity = self.start_watching(self.NAME, operation="convert")
        self.assertEqual(self.daemon.starts(), [])
        self.assert_ends_when_in_sync(identity)
        self.assertEqual(len(self.daemon.starts()), 1)

    def test_conversion_that_was_in_sync_before(self):
        self.add_conversion(REGIONS)
        self.assert_ends_at_once("convert")

    def assert_ends_at_once(self, operation):
        self.start()
        identity = self.request(self.NAME, operation=operation)
        self.assert_finished(self.client.result(identity), "retcode", 0)
        self.assertEqual(len(self.daemon.starts()), 1)

    def test_conversion_that_stalls_is_not_over(self):
        self.add_conversion(50)
        self.start("plugins: {convert: {stall_check: 1}}")
        identity = self.request(self.NAME, operation="convert")
        self.wait_backing_off(identity, "contradicted")
        self.assert_ends_when_in_sync(identity)

    def test_conversion_that_only_lvpoll_watches_is_not_over(self):
        """Without the kernel lvm2 is asked how far it is."""
        self.add_conversion(50)
        self.start("plugins: {convert: {monitor: lvpoll}}")
        identity = self.request(self.NAME, operation="convert")
        self.wait_backing_off(identity, "contradicted")
        self.assert_ends_when_in_sync(identity)

    def test_merge_that_has_not_ended_is_not_over(self):
        device = self.add_device(
            self.NAME, [snapshot_merge(SEGMENT_SECTORS, 4112)], operation="merge")
        self.start("plugins: {merge: {stall_check: 1}}")
        identity = self.request(self.NAME, operation="merge")
        self.wait_backing_off(identity, "contradicted")
        self.assert_reply(self.client.progress(identity), response="in_progress")
        device.change(targets=[linear(0, SEGMENT_SECTORS)], event=True)
        self.assert_finished(self.client.result(identity), "retcode", 0)

    def test_merge_that_was_over_before(self):
        self.add_device(self.NAME, [linear(0, SEGMENT_SECTORS)], operation="merge")
        self.assert_ends_at_once("merge")


class LayerTest(KernelTest):
    """Since 2.03.36 the UUIDs of more devices end in "-real"."""

    def test_legs_of_a_mirror_are_volumes_of_their_own(self):
        device = self.add_device("move", [mirror(0, SEGMENT_SECTORS, 50, REGIONS)],
                                 operation="convert")
        legs = [self.kernel.add("vg", "move_mimage_%d" % number,
                                identity_in("vg", "leg%d" % number), [linear(0, SEGMENT_SECTORS)],
                                layer="real") for number in range(2)]
        self.start()
        identity = self.start_watching(operation="convert")
        for leg in legs:
            leg.remove()
        device.change(targets=[mirror(0, SEGMENT_SECTORS, REGIONS, REGIONS)], event=True)
        self.assert_finished(self.client.result(identity), "retcode", 0)
        self.assertEqual({call[2] for call in self.kernel.looks()}, {"vg-move"})

    def test_origin_of_a_merge_is_read_and_not_the_layer_below_it(self):
        for layers in ((None, "real"), ("real", None)):
            with self.subTest(layers):
                self.new_kernel()
                tables = {None: [snapshot_merge(SEGMENT_SECTORS, 4112)],
                          "real": [linear(0, SEGMENT_SECTORS)]}
                for layer in layers:
                    self.add_device("move", tables[layer], operation="merge", layer=layer)
                self.start()
                identity = self.start_watching(operation="merge")
                self.assertGreater(self.entry(identity)["progress_done_sectors"], 0)
                self.assertEqual(self.daemon.starts(), [])


class StayingTest(KernelTest):
    """Since 2.03.31 a move can end while temporary volumes are open: its device is there for a while."""

    def setUp(self):
        super().setUp()
        self.device = self.add_device("good", [linear(0, SEGMENT_SECTORS)])
        self.identity = identity_in("vg", "good")

    def test_move_is_over_where_lvm2_no_longer_has_it(self):
        self.start()
        self.set_rows(row(self.identity))
        self.request("good")
        self.assert_finished(self.client.result(self.identity), "retcode", 0)
        self.assertTrue(self.device.exists())

    def test_move_that_lvm2_has_still_has_failed_after_a_minute(self):
        self.start()
        self.set_rows(row(self.identity, lv_name="[good]", lv_attr="p-C-aom---", lv_active="active",
                          move_pv="/dev/loop0"))
        self.clock.stop()
        self.clock.settle(self.client)
        self.request("good")
        self.wait_backing_off(self.identity, "contradicted")
        self.clock.skip(59.9, self.client)
        self.wait_backing_off(self.identity, "contradicted", 2)
        self.assert_reply(self.client.progress(self.identity), response="in_progress")
        self.clock.skip(0.2, self.client)
        self.assert_reply(self.client.progress(self.identity), response="failed",
                          reason="polling of lvm command failed")
        self.assertIn("vg/good (pvmove): lvpoll says that it is over, and lvm2 still has it; waiting clients are told "
                      "that it fails, and it stays in flight", self.daemon.log())
        self.assertEqual(len(self.client.dump()["poll"]), 1)


class EndTest(KernelTest):
    """Since 2.03.38 activation around a move is done in another order."""

    def test_device_of_a_move_is_an_error_for_a_moment_before_it_goes(self):
        device = self.add_device("move", segments(1, 0, 0))
        device.set_steps(["0 %d error" % SEGMENT_SECTORS])
        self.start()
        identity = self.start_watching(interval="1")
        device.change(targets=segments(1, 0, REGIONS), event=True)
        self.assert_finished(self.client.result(identity), "retcode", 0)
        self.assertFalse(device.exists())


if __name__ == "__main__":
    unittest.main()
