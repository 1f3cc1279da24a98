# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the stand-in for lvm answers when it is asked for a report."""

import os
import re
import subprocess

from kernel_standin import linear, mirror, snapshot_merge
from kernel_test import KernelTest, identity_in
from lvmpolld import STANDIN, read_file
from protocol import lvid
from recovery_test import pvmove_record, record_name


def dashed(uuid):
    return "-".join((uuid[:6], uuid[6:10], uuid[10:14], uuid[14:18], uuid[18:22], uuid[22:26],
                     uuid[26:]))


class ReportTest(KernelTest):

    def setUp(self):
        super().setUp()
        self.place = self.temporary_directory()

    def record(self, operation, name):
        """Lays down the record of an operation in flight; returns the identifier of its volume."""
        folder = os.path.join(self.place, "lvmpolld.state")
        os.makedirs(folder, exist_ok=True)
        with open(os.path.join(folder, record_name(lvid(name))), "w") as file:
            file.write(pvmove_record(name, operation=operation))
        return lvid(name)

    def report_of_records(self, *groups):
        """Without a kernel, which would know."""
        kernel, self.kernel.folder = self.kernel.folder, ""
        try:
            return self.rows(*groups)
        finally:
            self.kernel.folder = kernel

    def test_volumes_are_those_on_record_without_a_kernel(self):
        expected = {"pvmove": ("[pvmove]", "p-C-aom---"), "convert": ("convert", "mwi-a-m---"),
                    "merge": ("merge", "Owi-a-s---"), "merge_thin": ("merge_thin", "Owi-a-s---")}
        for operation, (name, attributes) in expected.items():
            with self.subTest(operation):
                identity = self.record(operation, operation)
                group, volume = self.report_of_records(identity[:32])
                self.assertEqual(group["VG_NAME"], "vg")
                self.assertEqual((volume["LV_NAME"], volume["LV_UUID"], volume["LV_ATTR"]),
                                 (name, dashed(identity[32:]), attributes))

    def test_lvpoll_that_ends_well_leaves_it_over(self):
        expected = {"pvmove": None, "convert": "-wi-a-----", "merge": "-wi-a-----",
                    "merge_thin": "Vwi-a-t---"}
        for operation, attributes in expected.items():
            with self.subTest(operation):
                name = "exit-0-" + operation
                identity = self.record(operation, name)
                self.run_lvpoll("exit-5-" + operation)
                self.assertEqual(len(self.report_of_records(identity[:32])), 2)
                self.run_lvpoll(name)
                volumes = self.report_of_records(identity[:32])[1:]
                self.assertEqual([volume["LV_ATTR"] for volume in volumes],
                                 [attributes] if attributes else [])

    def run_lvpoll(self, name):
        environment = dict(os.environ, STANDIN_DIR=self.place)
        environment.pop("LVMPOLLD_STANDIN_DM", None)
        subprocess.run([STANDIN, "lvpoll", "vg/" + name], env=environment, check=False,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def report(self, *groups):
        selection = " || ".join('vg_uuid="%s"' % dashed(group) for group in groups)
        return subprocess.run(
            [STANDIN, "fullreport", "--configreport", "vg", "-S", selection, "--configreport",
             "lv", "-S", selection],
            env=dict(os.environ, STANDIN_DIR=self.place, LVMPOLLD_STANDIN_DM=self.kernel.folder),
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=False)

    def rows(self, *groups):
        result = self.report(*groups)
        self.assertEqual(result.returncode, 0)
        return [dict(re.findall(r"LVM2_(\w+)='([^']*)'", line))
                for line in result.stdout.splitlines()]

    def say(self, name, text=""):
        with open(os.path.join(self.place, name), "w") as file:
            file.write(text)

    def test_volume_is_there_while_it_has_a_device(self):
        identity = identity_in("a-b", "pvmove0")
        device = self.kernel.add("a-b", "pvmove0", identity, [linear(0, 8), mirror(8, 8, 1, 2)],
                                 is_move=True)
        group, volume = self.rows(identity[:32])
        self.assertEqual((group["VG_NAME"], group["VG_UUID"]), ("a-b", dashed(identity[:32])))
        self.assertEqual((volume["LV_NAME"], volume["LV_UUID"]),
                         ("[pvmove0]", dashed(identity[32:])))
        self.assertEqual((volume["LV_ATTR"], volume["COPY_PERCENT"]), ("p-C-aom---", "75.00"))
        device.remove()
        group, = self.rows(identity[:32])
        self.assertEqual(group["VG_UUID"], dashed(identity[:32]))

    def test_layers_are_one_volume(self):
        identity = identity_in("vg", "data")
        self.kernel.add("vg", "data", identity, ["0 8 snapshot-origin"])
        self.kernel.add("vg", "data", identity, [mirror(0, 8, 2, 2)], layer="real")
        volume, = self.rows(identity[:32])[1:]
        self.assertEqual((volume["LV_NAME"], volume["LV_ATTR"], volume["COPY_PERCENT"]),
                         ("data", "mwi-a-m---", "100.00"))

    def test_merge_is_told_by_the_table(self):
        identity = identity_in("vg", "data")
        self.kernel.add("vg", "data", identity, [snapshot_merge(64, 32)])
        volume, = self.rows(identity[:32])[1:]
        self.assertEqual((volume["LV_MERGING"], volume["LV_MERGE_FAILED"]), ("merging", ""))

    def test_lvm_conf_puts_something_before_each_row(self):
        group = identity_in("vg", "data")[:32]
        plain = self.report(group).stdout
        self.say("lvm.conf", "command_names=fullreport\nprefix=xx: \n")
        self.assertEqual(self.report(group).stdout, "fullreportxx: " + plain)

    def test_files_let_it_say_otherwise(self):
        group = identity_in("vg", "data")[:32]
        self.say("vgs.hidden")
        self.assertEqual(self.rows(group), [])
        self.say("vgs.rows", "  what a test wants\n")
        self.assertEqual(self.report(group).stdout, "  what a test wants\n")
        self.say("vgs.fail", "5\n")
        self.assertEqual(self.report(group).returncode, 5)
        reports = read_file(os.path.join(self.place, "reports")).splitlines()
        self.assertEqual(len(reports), 3)
        self.assertRegex(reports[0], "^[0-9]+ fullreport ")
        self.assertFalse(os.path.exists(os.path.join(self.place, "started")))
