# SPDX-License-Identifier: LGPL-2.1-or-later
"""Operations that lvm2 does not ask for, and that root starts."""

import os
import unittest

from ctl_test import GOOD, needs_tool, REFUSED, run_tool, USAGE
from deadline import wait_for
from kernel_test import identity_in
from own_plugin_test import OwnPluginTest, raid
from upgrade_test import upgrade


class StartTest(OwnPluginTest):
    def ask_start(self, lvname="raid", operation="scrub", client=None, **parameters):
        return (client or self.client).ask("start", operation=operation, lvid=identity_in("vg", lvname),
                                           vgname="vg", lvname=lvname, **parameters)

    def begin(self):
        """Starts a scrub of vg/raid in a daemon that has the plugins scrub and answers."""
        self.build("answers")
        self.start_with("scrub", others=", answers: {monitor: lvpoll}")
        self.device = self.add_device("raid", raid(100, "check", 0), operation="scrub")
        self.assertEqual(self.ask_start(), {"response": "OK", "joined": 0, "id": 1})

    def wait_copying(self):
        wait_for(lambda: self.client.list()["raid"]["state"] == "copying", "a look")

    def end(self):
        self.device.change(targets=raid(1000, "idle", 0), event=True)
        entry = self.wait_ended()
        self.assertEqual((entry["operation"], entry["result"], entry["value"], entry["id"]),
                         ("scrub", "retcode", 0, 1))


class BegunTest(StartTest):
    """It is an operation like any other."""

    def test_it_is_seen_through(self):
        self.begin()
        self.wait_copying()
        self.end()
        self.assertEqual(self.daemon.starts(), [])

    def test_its_client_waits_for_its_end(self):
        self.begin()
        waiter = self.connect(self.daemon)
        self.assertEqual(self.ask_start(client=waiter)["joined"], 1)
        self.end()
        self.assert_finished(waiter.result(identity_in("vg", "raid")), "retcode", 0)

    def test_second_start_joins_the_first(self):
        self.begin()
        self.assertEqual(self.ask_start(), {"response": "OK", "joined": 1, "id": 1})
        self.assertEqual(self.client.list()["raid"]["requests"], 2)
        self.end()
        self.assertEqual(len(self.ended()), 1)
        self.device.change(targets=raid(100, "check", 0))
        self.assertEqual(self.ask_start(), {"response": "OK", "joined": 0, "id": 2})

    def test_it_outlives_a_crash(self):
        self.begin()
        self.wait_copying()
        self.kill()
        self.start_again()
        self.wait_copying()
        self.assertEqual(self.ask_start(), {"response": "OK", "joined": 1, "id": 1})
        self.end()

    def test_it_outlives_an_upgrade(self):
        self.begin()
        self.wait_copying()
        upgrade(self.daemon)
        self.client = self.connect(self.daemon)
        self.assertEqual(self.ask_start(), {"response": "OK", "joined": 1, "id": 1})
        self.end()

    def test_it_outlives_a_new_name(self):
        self.begin()
        self.wait_copying()
        self.device.change(names=("vg", "renamed"), event=True)
        wait_for(lambda: "renamed" in self.client.list(), "the new name")
        reply = self.client.ask("start", operation="scrub", lvid=identity_in("vg", "raid"), vgname="vg",
                                lvname="renamed")
        self.assertEqual(reply, {"response": "OK", "joined": 1, "id": 1})
        self.end()


class RefusedTest(StartTest):
    """Each refusal is one sentence, which names what is wrong and what would be right."""

    def assert_refused(self, sentence, **parameters):
        self.assertEqual(self.ask_start(**parameters), {"response": "invalid", "reason": sentence})
        self.assertEqual(self.client.list(), {})

    def test_operation_that_lvm2_begins(self):
        self.build("scrub")
        self.start_with("answers")
        self.assert_refused('the operation "answers" is begun by lvm2 itself; those that can be started: scrub',
                            operation="answers")

    def test_operation_without_a_plugin(self):
        self.start_with("scrub")
        self.assert_refused('no plugin for the operation "nix" is installed; those that can be started: scrub',
                            operation="nix")

    def test_operation_whose_plugin_is_not_enabled(self):
        self.start_with("scrub", others=", enabled: []")
        self.assert_refused("plugin scrub is not loaded: disabled by plugins.enabled in the configuration")

    def test_volume_with_another_operation(self):
        self.build("answers")
        self.start_with("scrub", others=", answers: {monitor: lvpoll}")
        self.request("hang", operation="answers")
        self.assertEqual(self.ask_start("hang"), {
            "response": "invalid", "reason":
            "another operation is in flight for vg/hang: answers (id:1); start it when that is over"})

    def test_parameters(self):
        self.start_with("scrub")
        self.assertEqual(self.client.ask("start")["reason"],
                         "request requires operation set, one of those that can be started: scrub")
        self.assertEqual(self.client.ask("start", operation="scrub")["reason"], "request requires lvname set")
        self.assertIn('"-y" begins with "-"', self.ask_start("-y")["reason"])
        self.assertEqual(self.client.list(), {})

    @unittest.skipIf(os.geteuid() != 0, "only root can become another user")
    def test_user_other_than_root(self):
        self.start_with("scrub", top="access: {users: [root, nobody]}\n")
        other = self.connect_as_nobody(self.daemon)
        self.assertEqual(self.ask_start(client=other),
                         {"response": "invalid", "reason": "only root may change this"})
        self.assertEqual(self.client.list(), {})


@needs_tool
class ToolTest(StartTest):
    """lvmpollctl start"""

    def run_start(self, *arguments):
        answer = run_tool(self.daemon, "start", *arguments, STANDIN_DIR=self.daemon.directory,
                          **self.kernel.variables())
        return answer.returncode, answer.stdout, answer.stderr.split("\n")[-2] if answer.stderr else ""

    def test_it_asks_lvm2_for_the_volume(self):
        self.begin()
        self.wait_copying()
        already = (GOOD, "vg/raid: its scrub is in flight already, and goes on (id:1)\n", "")
        self.assertEqual(self.run_start("scrub", "vg/raid"), already)
        self.assertEqual(self.run_start("scrub", "/dev/vg/raid"), already)
        self.end()
        self.device.change(targets=raid(100, "check", 0))
        self.assertEqual(self.run_start("scrub", "vg/raid"),
                         (GOOD, "vg/raid: its scrub is started (id:2)\n", ""))
        self.assertIn("begins, asked for by: lvmpollctl start scrub vg/raid\n", self.daemon.log())

    def test_volume_that_is_not_there(self):
        self.start_with("scrub")
        self.assertEqual(self.run_start("scrub", "vg/nix"),
                         (REFUSED, "", "lvmpollctl: vg/nix: lvm2 finds no such volume: it must be VG/LV, as lvs has it"))

    def test_operation_that_cannot_be_started(self):
        self.build("answers")
        self.start_with("scrub")
        self.add_device("raid", raid(100, "check", 0), operation="scrub")
        self.assertEqual(self.run_start("answers", "vg/raid"),
                         (REFUSED, "", 'lvmpollctl: the daemon refuses: the operation "answers" is begun by lvm2 '
                                       "itself; those that can be started: scrub"))

    def test_wrong_command_lines(self):
        self.start_with("scrub")
        for arguments in ((), ("scrub",), ("scrub", "raid"), ("scrub", "vg/a", "vg/b"), ("scrub\n", "vg/a")):
            self.assertEqual(self.run_start(*arguments)[0], USAGE, arguments)

    def test_plugins_tells_what_can_be_started(self):
        self.build("answers")
        self.start_with("scrub")
        text = run_tool(self.daemon, "plugins").stdout
        self.assertRegex(text, r"scrub +scrub +startable ")
        self.assertRegex(text, r"answers +answers +loaded ")


if __name__ == "__main__":
    unittest.main()
