# SPDX-License-Identifier: LGPL-2.1-or-later
"""An administrator has an operation forgotten for good."""

import os
import unittest

from ctl_test import GOOD, needs_tool, NO_OPERATION, REFUSED, run_tool, tool_path, USAGE
from deadline import wait_for
from kernel_standin import mirror
from kernel_test import KernelTest, REGIONS, SEGMENT_SECTORS
from lvmpolld import is_running, ours_only
from protocol import lvid, volume
from recovery_test import RecoveryTest

FAILED = {"response": "failed", "reason": "polling of lvm command failed"}


class ForgetTest(RecoveryTest):
    def begin(self, name, **parameters):
        self.assert_ok(self.client.ask("pvmove", **volume(name, **parameters)))
        return self.client.list()[name]["id"]

    def forget(self, number, **parameters):
        return self.client.ask("forget", id=number, **parameters)

    def wait_gone_from_list(self, name):
        wait_for(lambda: name not in self.client.list(), "that %s is forgotten" % name)

    def test_its_lvpoll_is_ended_first(self):
        self.start()
        number = self.begin(self.hang)
        pid = self.daemon.wait_start(self.hang)[0]
        waiter = self.connect(self.daemon)
        self.assertEqual(waiter.ask("progress_info", lvid=lvid(self.hang))["response"], "in_progress")
        self.assertEqual(self.forget(number), {"response": "OK", "ending": 1, "loss": 0})
        self.wait_gone_from_list(self.hang)
        self.assertFalse(is_running(pid))
        self.assert_reply(waiter.result(lvid(self.hang)), **FAILED)
        entry, = self.client.ended()
        self.assertEqual([entry["state"], entry["result"]], ["failed", "failed"])
        self.assertNotIn("value", entry)
        self.wait_no_records()
        self.wait_log("is forgotten after")

    def test_lvpoll_that_holds_a_lock_is_waited_for(self):
        """SIGTERM is blocked as long as it holds the lock of its group."""
        self.start()
        name = self.named("stubborn-1000000")
        number = self.begin(name)
        pid = self.daemon.wait_start(name)[0]
        self.assertEqual(self.forget(number)["ending"], 1)
        self.assertEqual(self.client.list()[name]["state"], "ending")
        self.assertEqual(len(self.records()), 1)
        self.assertTrue(is_running(pid))
        # A second time changes nothing.
        self.assertEqual(self.forget(number)["ending"], 1)

    def test_pause_is_over_at_once_and_no_attempt_follows(self):
        self.start()
        number = self.begin("exit-5")
        wait_for(lambda: self.client.list()["exit-5"]["state"] == "backing_off", "a pause")
        reply = self.forget(number)
        if reply["ending"]:  # the next attempt has begun meanwhile
            self.wait_gone_from_list("exit-5")
        self.assertEqual(self.client.list(), {})
        self.wait_no_records()
        self.kill_and_start()
        self.assertEqual(self.client.list(), {})

    def test_request_afterwards_begins_anew(self):
        self.start()
        self.forget(self.begin(self.hang))
        self.wait_gone_from_list(self.hang)
        self.assertEqual(self.begin(self.hang), 2)

    def test_forgotten_abort_lets_the_move_go_on(self):
        self.start()
        move = self.begin(self.hang)
        self.daemon.wait_start(self.hang)
        self.assert_ok(self.client.ask("pvmove", **volume("hang", seed=self.hang, abort=1)))
        abort = wait_for(lambda: [entry["id"] for entry in self.client.ask_items("list")
                                  if entry["abort"] and entry["state"] == "running"], "the abort")[0]
        self.assertEqual(self.forget(abort)["response"], "OK")
        wait_for(lambda: [entry["id"] for entry in self.client.ask_items("list")] == [move] and
                 self.client.ask_items("list")[0]["state"] == "running", "the move alone")

    def test_wrong_requests(self):
        self.start()
        self.assertEqual(self.forget(77), {"response": "not_found"})
        self.assertEqual(self.client.ask("forget")["response"], "failed")

    @unittest.skipIf(os.geteuid() != 0, "only root can become another user")
    def test_others_may_not(self):
        path = os.path.join(self.daemon.directory, "access.yaml")
        with open(path, "w") as file:
            file.write("access: {users: [root, nobody]}\n")
        self.start("-c", path)
        number = self.begin(self.hang)
        other = self.connect_as_nobody(self.daemon)
        self.assertEqual(other.ask("forget", id=number)["response"], "invalid")
        self.assertIn(self.hang, self.client.list())

    @needs_tool
    def test_tool(self):
        self.start()
        number = self.begin(self.hang)
        answer = run_tool(self.daemon, "forget", "vg/" + self.hang)
        self.assertEqual(answer.returncode, GOOD, answer.stderr)
        self.assertIn("its pvmove is forgotten", answer.stdout)
        self.assertEqual(self.client.list(), {})
        self.assertEqual(run_tool(self.daemon, "forget", "id:%d" % number).returncode, NO_OPERATION)
        self.begin("hang-1")
        self.begin("hang-2")
        self.assertEqual(run_tool(self.daemon, "forget", "vg").returncode, USAGE)
        self.assertEqual(sorted(self.client.list()), ["hang-1", "hang-2"])


@ours_only("it has no such request")
class LossTest(KernelTest):
    def test_loss_needs_an_option_and_is_remembered(self):
        self.start("limits: {patience: 600}")
        device = self.add_device("hang", [mirror(0, SEGMENT_SECTORS, 10, REGIONS)])
        identity = self.start_watching("hang")
        device.change(targets=[mirror(0, SEGMENT_SECTORS, 50, REGIONS, "AS")])
        self.assert_reply(self.client.result(identity), **FAILED)
        self.request("hang", abort=1)
        number = wait_for(lambda: self.client.list()["hang"]["state"] == "running" and
                          self.client.list()["hang"]["id"], "the abort's command")
        reply = self.client.ask("forget", id=number)
        self.assertEqual(reply["response"], "failed")
        self.assertIn("data is at risk", reply["reason"])
        if tool_path():
            self.assertEqual(run_tool(self.daemon, "forget", "vg/hang").returncode, REFUSED)
        reply = self.client.ask("forget", id=number, at_risk=1)
        self.assertEqual([reply["response"], reply["loss"]], ["OK", 1])
        wait_for(lambda: not self.client.list(), "that it is forgotten")
        folder = os.path.join(self.daemon.directory, "lvmpolld.state.given_up")
        self.assertEqual(len(os.listdir(folder)), 1)
        self.assert_reply(self.client.ask("progress_info", lvid=identity), **FAILED)


if __name__ == "__main__":
    unittest.main()
