# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the plugin uncache finds in the table before it changes that outlives the daemon, for an abort."""

import os
import unittest

from deadline import wait_for
from kernel_test import identity_in, KernelTest
from upgrade_test import upgrade


def cache(policy, dirty=576, threshold=2048):
    return ["0 131072 cache 8 12/1280 64 768/1536 0 0 0 0 0 768 %d 2 metadata2 writeback 2 migration_threshold %d %s 0 rw -"
            % (dirty, threshold, policy)]


class FormerPolicyTest(KernelTest):
    has_both_uuids = False
    OPTIONS = "how=uncache policy=mq settings=migration_threshold=4096"

    def begin(self):
        """The lvchange runs that makes the cache a cleaner; returns its process id."""
        # What is left over is known by its environment; the name is that of no other test all the same.
        self.name = "until-0-%d" % os.getpid()
        self.start("plugins: {enabled: [all, uncache]}\n")
        self.daemon.make_pipe(self.name)
        self.device = self.add_device(self.name, cache("mq", threshold=4096), operation="uncache")
        reply = self.client.ask("start", operation="uncache", lvid=identity_in("vg", self.name), vgname="vg",
                                lvname=self.name)
        self.assertEqual(reply, {"response": "OK", "joined": 0, "id": 1})
        pid, arguments = self.daemon.wait_start(self.name)
        self.assertEqual(arguments, "lvchange --cachepolicy cleaner vg/" + self.name)
        return pid

    def end_lvchange(self):
        self.device.change(targets=cache("cleaner"), event=True)
        self.daemon.release(self.name)
        wait_for(lambda: self.client.list()[self.name]["state"] == "copying", "the end of the lvchange")

    def assert_abort_brings_it_back(self):
        self.assertEqual(self.client.list()[self.name]["options"], self.OPTIONS)
        client = self.connect(self.daemon)
        self.assert_ok(client.ask("uncache", lvid=identity_in("vg", self.name), vgname="vg", lvname=self.name,
                                  interval="15", abort=1))
        self.assertEqual(self.wait_starts(2)[1][2], "lvchange --cachepolicy mq --cachesettings "
                         "migration_threshold=4096 vg/" + self.name)

    def test_it_outlives_a_crash(self):
        self.begin()
        self.kill()
        self.start_again()
        self.end_lvchange()
        self.assert_abort_brings_it_back()

    def test_it_outlives_an_upgrade(self):
        self.begin()
        self.end_lvchange()
        upgrade(self.daemon)
        self.client = self.connect(self.daemon)
        self.assert_abort_brings_it_back()


if __name__ == "__main__":
    unittest.main()
