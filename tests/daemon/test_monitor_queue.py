# SPDX-License-Identifier: LGPL-2.1-or-later
"""Many operations at once: how many lvpolls run, and whose turn it is."""

import os
import unittest

from deadline import wait_for
from kernel_test import KernelTest, REGIONS, segments
from lvmpolld import is_running, read_file


class QueueTest(KernelTest):
    def request_held(self, lvname, vgname="vg"):
        """An operation whose step waits in the lock until it is released."""
        self.add_move(lvname, vgname=vgname, in_sync=REGIONS)
        return self.request(lvname, vgname=vgname)

    def is_ours(self, pid):
        """Whether it is a stand-in of this daemon that runs: when that has ended its id may be another process's."""
        try:
            variables = read_file("/proc/%d/environ" % pid, "rb").split(b"\0")
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            return False
        return ("STANDIN_DIR=" + self.daemon.directory).encode() in variables and is_running(pid)

    def running(self):
        return [pid for pid, _, _ in self.daemon.starts() if self.is_ours(pid)]

    def test_max_running(self):
        self.start("lvm: {max_running: 2}")
        identities = [self.request_held("move-held-%d" % n, "vg%d" % n) for n in range(5)]
        for number in range(5):
            self.wait_starts(min(number + 2, 5))
            self.assertEqual(len(self.running()), min(2, 5 - number))
            pid, target, _ = self.daemon.starts()[number]
            self.release(target.split("/")[1])
            wait_for(lambda: not self.is_ours(pid), "the end of " + target)
        for identity in identities:
            self.assert_finished(self.client.result(identity), "retcode", 0)

    def test_more_may_run_when_the_configuration_says_so(self):
        self.start("lvm: {max_running: 1}")
        for number in range(4):
            self.request_held("move-held-%d" % number, "vg%d" % number)
        self.wait_starts(1)
        self.reload("lvm: {max_running: 3}")
        self.wait_starts(3)
        self.assertEqual(len(self.running()), 3)

    def wait_waiting(self, identity):
        wait_for(lambda: self.entry(identity)["operation_state"] == "waiting", "its place")

    def test_watched_operations_do_not_count(self):
        self.start("lvm: {max_running: 1}")
        for number in range(3):
            self.add_move("move-%d" % number)
            self.start_watching("move-%d" % number)
        self.add_move("move-last", in_sync=REGIONS)
        self.assert_finished(self.client.result(self.request("move-last")), "retcode", 0)

    def test_steps_of_one_group_never_run_side_by_side(self):
        self.start("lvm: {max_running: 8}")
        for number in range(4):
            device = self.add_device("move-%d" % number, segments(3, 0, REGIONS))
            device.set_steps(segments(3, 1, REGIONS), segments(3, 2, REGIONS))
        identities = [self.request("move-%d" % number) for number in range(4)]
        for identity in identities:
            self.assert_finished(self.client.result(identity), "retcode", 0)
        self.assertEqual(len(self.daemon.starts()), 12)
        overlaps = os.path.join(self.daemon.directory, "overlaps")
        self.assertFalse(os.path.exists(overlaps), overlaps)

    def test_steps_of_different_groups_run_side_by_side(self):
        self.start()
        identities = [self.request_held("move-held", vgname) for vgname in ("one", "two")]
        self.wait_starts(2)
        self.assertEqual(len(self.running()), 2)
        self.release("move-held")
        for identity in identities:
            self.assert_finished(self.client.result(identity), "retcode", 0)

    def test_a_group_with_many_does_not_keep_others_waiting(self):
        self.start("lvm: {max_running: 1}")
        self.request_held("move-held-0", "busy")
        self.wait_starts(1)
        # One after the other, so that they have their places in this order.
        for number in range(1, 6):
            self.wait_waiting(self.request_held("move-held-%d" % number, "busy"))
        for vgname in ("one", "two"):
            self.wait_waiting(self.request_held("move-held-" + vgname, vgname))
        order = []
        for number in range(8):
            order.append(self.wait_starts(number + 1)[number][1])
            self.release(order[-1].split("/")[1])
        self.assertLess(order.index("one/move-held-one"), 4, order)
        self.assertLess(order.index("two/move-held-two"), 4, order)
        busy = [target for target in order if target.startswith("busy/")]
        self.assertEqual(busy, ["busy/move-held-%d" % number for number in range(6)])

    def test_queued_operation_ends_with_an_abort_before_its_turn(self):
        self.start("lvm: {max_running: 1}")
        self.request_held("move-held-0", "busy")
        self.wait_starts(1)
        identity = self.request_held("move-held-1")
        self.wait_waiting(identity)
        self.request("move-held-1", abort=1)
        self.assert_finished(self.client.result(identity), "signal", 15)
        self.release("move-held-0")
        self.assert_finished(self.client.result(identity, abort=1), "retcode", 0)

    def test_wait_of_the_queue_is_in_the_dump(self):
        self.start("lvm: {max_running: 1}")
        self.request_held("move-held-0", "busy")
        pid = self.wait_starts(1)[0][0]
        identity = self.request_held("move-held-1")
        self.wait_waiting(identity)
        self.assertEqual(self.entry(identity)["lvm_command_pid"], 0)
        self.assertEqual(read_file("/proc/%d/comm" % pid).strip(), "lvm-standin")


if __name__ == "__main__":
    unittest.main()
