#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs operations of the types that outside plugins add. LVMPOLLD is the installed daemon,
OUTSIDE_PLUGINS the directory that the plugins were put into, LVMPOLLCTL the installed tool, and OUTSIDE_PAGE the source of
lvmpolld-plugin(3)."""

import os
import re
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "daemon"))
from ctl_test import GOOD, needs_tool, run_tool  # noqa: E402
from deadline import wait_for  # noqa: E402
from kernel_test import KernelTest  # noqa: E402
from lvmpolld import DaemonTest, read_file  # noqa: E402
from protocol import lvid, volume  # noqa: E402

OPERATION = "sleep_test"
PLUGINS = os.environ["OUTSIDE_PLUGINS"]


class OutsidePluginTest(DaemonTest):
    def start_with(self, naps):
        daemon = self.new_daemon(standin=os.path.join(HERE, "lvm-standin"))
        configuration = os.path.join(daemon.directory, "lvmpolld.yaml")
        with open(configuration, "w") as file:
            file.write("plugins: {%s: {naps: %s}}\n" % (OPERATION, naps))
        os.mkfifo(os.path.join(daemon.directory, "wake"))
        daemon.start("-c", configuration, "--plugin-dir", PLUGINS)
        return daemon, self.connect(daemon)

    def test_operation_runs_to_its_end_with_progress(self):
        daemon, client = self.start_with("4")
        identity = lvid(OPERATION)
        self.assert_ok(client.ask(OPERATION, **volume(OPERATION)))

        def progress():
            return list(client.dump()["poll"].values())[0].get("progress_percent")
        wait_for(lambda: progress() == "25.00", "the first nap's progress")
        self.assert_reply(client.progress(identity), response="in_progress")

        with open(os.path.join(daemon.directory, "wake"), "w"):
            pass
        self.assert_finished(client.result(identity), "retcode", 0)
        arguments = read_file(os.path.join(daemon.directory, "arguments")).split("\n")
        self.assertEqual(arguments, [
            "lvpoll", "--interval", "15", "--polloperation", OPERATION, "vg/" + OPERATION, "-An",
            "--naps", "4", ""])

    def test_operation_is_unknown_when_its_plugin_refuses_the_configuration(self):
        daemon, client = self.start_with("0")
        reply = client.ask(OPERATION, **volume(OPERATION))
        self.assertEqual(reply["response"], "invalid", reply)
        self.assertIn("plugin sleep_test is not loaded", reply["reason"])
        self.assertIn("naps must be 1 or more", reply["reason"])
        self.assert_ok(client.ask("pvmove", **volume("good")))


class RaidTest(KernelTest):
    """Plugins whose operation the kernel does all of: raid_wait of the examples, and what lvmpolld-plugin-new makes."""

    @staticmethod
    def raid(health, in_sync, action):
        return ["0 8192 raid raid1 2 %s %d/8192 %s 0 0 -" % (health, in_sync, action)]

    def start_with(self, lvname, operation):
        device = self.add_device(lvname, self.raid("Aa", 2048, "resync"), operation=operation)
        self.configuration = os.path.join(self.temporary_directory(), "lvmpolld.yaml")
        self.write_configuration("history: {path: %s.history}" % self.configuration)
        self.daemon = self.new_daemon()
        self.daemon.start("-c", self.configuration, "--plugin-dir", PLUGINS,
                          environment=self.daemon.environment(**self.kernel.variables()))
        self.client = self.connect(self.daemon)
        return device


class KernelFinishesAloneTest(RaidTest):
    def test_no_lvm_command_runs_and_who_waits_hears_0(self):
        device = self.start_with("volume", "raid_wait")
        identity = self.start_watching("volume", operation="raid_wait")
        self.assertEqual(self.entry(identity)["progress_percent"], "25.00")
        # All is copied, and the kernel has not said yet that it is done.
        device.change(targets=self.raid("AA", 8192, "resync"), event=True)
        wait_for(lambda: self.entry(identity)["progress_percent"] == "100.00", "a look at all of it")
        self.assert_reply(self.client.progress(identity), response="in_progress")
        device.change(targets=self.raid("AA", 8192, "idle"), event=True)
        self.assert_finished(self.client.result(identity), "retcode", 0)
        self.assertEqual(self.daemon.starts(), [])


@needs_tool
class FirstOperationTest(RaidTest):
    """A FIRST OPERATION of lvmpolld-plugin(3), with the commands that it has."""

    has_both_uuids = False

    @staticmethod
    def commands():
        """The arguments of each command of the tool's in the page's example, without the tool's own name."""
        with open(os.environ["OUTSIDE_PAGE"], encoding="utf-8") as file:
            section = re.search(r"^\.SH A FIRST OPERATION$(.*?)^\.SH ", file.read(), re.M | re.S).group(1)
        return [line.split() for line in re.findall(r"^lvmpollctl (.*)$", section, re.M)]

    def run_command(self, arguments):
        answer = run_tool(self.daemon, *arguments, STANDIN_DIR=self.daemon.directory, **self.kernel.variables())
        self.assertEqual((answer.returncode, answer.stderr), (GOOD, ""), arguments)
        return answer.stdout

    def see_through(self, operation):
        """Each command of the page, with this operation."""
        device = self.start_with("data", operation)
        start, status, wait, history = [[operation if word == "my_sync" else word for word in command]
                                        for command in self.commands()]
        self.assertRegex(self.run_command(["plugins"]), r"(?m)^ *%s +%s +startable " % (operation, operation))
        self.assertEqual(self.run_command(start), "vg/data: its %s is started (id:1)\n" % operation)
        wait_for(lambda: self.client.list()["data"]["state"] == "copying", "a look")
        self.assertRegex(self.run_command(status), r"(?i)percent *:? +25")
        device.change(targets=self.raid("AA", 8192, "idle"), event=True)
        self.run_command(wait)
        wait_for(lambda: operation in self.run_command(history), "its end in the history")
        self.assertEqual(self.daemon.starts(), [])

    def test_what_lvmpolld_plugin_new_makes(self):
        self.see_through("my_sync")

    def test_the_example_that_the_page_begins_with(self):
        self.see_through("raid_wait")


if __name__ == "__main__":
    unittest.main()
