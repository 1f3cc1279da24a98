# SPDX-License-Identifier: LGPL-2.1-or-later
"""Plugins that are built for these tests: what an interface promises that none of ours needs."""

import json
import os
import unittest

from ctl_test import faults, GOOD, needs_tool, read_schema, REFUSED, run_tool
from deadline import wait_for
from kernel_test import identity_in, row
from lvmpolld import read_file
from own_plugin_test import OwnPluginTest, raid
from recovery_test import checksum
from upgrade_test import upgrade

NO_COMMAND = "the kernel does all of it, and is not watched, or its table is not understood"


class FindingsTest(OwnPluginTest):
    """What the kernel shows besides the progress goes with the operation, to its end and after."""

    def begin(self):
        self.start_with("scrub")
        self.device = self.add_device("raid", raid(100, "check", 0), operation="scrub")
        return self.request("raid", operation="scrub")

    def wait_found(self, mismatches):
        def has_found():
            item = self.client.list().get("raid", {})
            return item.get("findings") == "mismatches=%d" % mismatches
        wait_for(has_found, "%d mismatches" % mismatches)

    def end(self, mismatches):
        self.device.change(targets=raid(1000, "idle", mismatches), event=True)
        return self.wait_ended()

    def test_they_are_told_in_flight_and_at_the_end(self):
        self.begin()
        self.wait_found(0)
        self.device.change(targets=raid(500, "check", 8), event=True)
        self.wait_found(8)
        entry = self.end(128)
        self.assertEqual((entry["result"], entry["value"], entry["findings"]),
                         ("retcode", 0, "mismatches=128"))
        self.assertRegex(self.daemon.log(), r"ends well after .*; mismatches=128\n")

    def test_history_keeps_them_over_a_restart(self):
        self.begin()
        entry = self.end(128)
        path = os.path.join(self.folder, "history")
        wait_for(lambda: os.path.exists(path), "the history")
        self.assertEqual(self.daemon.stop(), 0)
        self.start_with("scrub")
        self.assertEqual(self.wait_ended(), entry)

    def test_upgrade_keeps_them(self):
        identity = self.begin()
        self.device.change(targets=raid(500, "check", 8), event=True)
        self.wait_found(8)
        # No look can tell them to the new program.
        self.kernel.set_fault("status", "fail 5")
        upgrade(self.daemon)
        self.client = self.connect(self.daemon)
        self.assertEqual(self.client.list()["raid"]["findings"], "mismatches=8")
        self.kernel.clear_fault("status")
        self.assertEqual(self.end(9)["findings"], "mismatches=9")
        upgrade(self.daemon)
        self.client = self.connect(self.daemon)
        self.assertEqual(self.wait_ended()["findings"], "mismatches=9")
        self.assertEqual(self.wait_ended()["lvid"], identity)

    @needs_tool
    def test_lvmpollctl_tells_them(self):
        self.begin()
        self.wait_found(0)
        self.end(128)
        history = json.loads(run_tool(self.daemon, "history", "--json").stdout)
        self.assertEqual(list(faults(history, read_schema(), read_schema())), [])
        self.assertEqual(history["operations"][0]["result"],
                         {"kind": "retcode", "value": 0, "findings": {"mismatches": 128}})
        answer = run_tool(self.daemon, "history", "-nr", "-o", "VOLUME,FINDINGS")
        self.assertEqual((answer.returncode, answer.stdout), (GOOD, "vg/raid mismatches=128\n"))
        self.assertIn("    FINDINGS: mismatches=128\n", run_tool(self.daemon, "status", "vg/raid").stdout)

    @needs_tool
    def test_lvmpollctl_leaves_out_what_is_no_finding(self):
        self.begin()
        self.end(128)
        path = os.path.join(self.folder, "history")
        wait_for(lambda: os.path.exists(path), "the history")
        self.assertEqual(self.daemon.stop(), 0)
        text = read_file(path)[17:-1].replace("mismatches=128", "a b=x =1 c=2 D=3 e=4= f=5 g=")
        with open(path, "w") as file:
            file.write("%016x %s\n" % (checksum(text.encode()), text))
        self.start_with("scrub")
        self.wait_ended()
        history = json.loads(run_tool(self.daemon, "history", "--json").stdout)
        self.assertEqual(history["operations"][0]["result"]["findings"], {"c": 2, "f": 5})


class KernelAloneTest(OwnPluginTest):
    """No lvm command is ever run."""

    def test_stall_is_told_once_and_runs_nothing(self):
        self.start_with("scrub", "stall_check: 1")
        device = self.add_device("raid", raid(100, "check", 0), operation="scrub")
        identity = self.start_watching("raid", operation="scrub")
        self.wait_looks(self.looks() + 5)
        self.assertEqual(self.entry(identity)["operation_state"], "copying")
        self.assertEqual(self.daemon.starts(), [])
        self.assertNotIn(" error: ", self.daemon.log())
        device.change(targets=raid(1000, "idle", 0), event=True)
        self.assertEqual(self.wait_ended()["value"], 0)
        self.assertEqual(self.daemon.starts(), [])

    def test_table_that_is_not_understood_is_told_and_runs_nothing(self):
        self.start_with("scrub")
        device = self.add_device("raid", ["0 1000 linear"], operation="scrub")
        identity = self.request("raid", operation="scrub")
        self.wait_backing_off(identity, "not_started", 2)
        self.assertEqual(self.daemon.log().count(NO_COMMAND), 1)
        device.change(targets=raid(100, "check", 0), event=True)
        self.wait_watching(identity)
        device.change(targets=["0 1000 linear"], event=True)
        self.wait_backing_off(identity, "not_started")
        # That all is done ends a pause.
        device.change(targets=raid(1000, "idle", 0), event=True)
        self.assertEqual(self.wait_ended()["value"], 0)
        self.assertEqual(self.daemon.starts(), [])

    def test_volume_that_was_removed_is_no_success(self):
        self.start_with("scrub")
        device = self.add_device("raid", raid(100, "check", 0), operation="scrub")
        identity = self.start_watching("raid", operation="scrub")
        # Its group is seen, with all its disks, and has no such volume.
        self.set_rows(row(identity))
        device.remove()
        self.assertEqual(self.wait_ended()["result"], "failed")
        self.assertEqual(self.client.ask("progress_info", lvid=identity)["response"], "failed")
        self.assertEqual(self.daemon.starts(), [])

    def test_without_the_kernel_nothing_is_run_and_it_stays_in_flight(self):
        self.start_with("scrub", "monitor: lvpoll")
        identity = self.request("raid", operation="scrub")
        self.wait_backing_off(identity, "not_started")
        self.assertIn(NO_COMMAND, self.daemon.log())
        self.assertEqual(self.daemon.starts(), [])


class DiscoveringTest(OwnPluginTest):
    DISCOVERS = "discover: true"

    def wait_found(self):
        return wait_for(lambda: self.client.list().get("raid"), "what the kernel does")

    def look(self):
        """The daemon has looked at all devices since."""
        wanted = self.client.ask("adopt")["look"]
        wait_for(lambda: self.client.ask("status")["looks"] >= wanted, "a look")

    def wait_look(self):
        """It looks by itself, after the latest change."""
        self.kernel.forget_calls()
        self.clock.skip(61, self.client)
        wait_for(lambda: self.kernel.calls("table"), "a look without a question")


class DiscoveryTest(DiscoveringTest):
    """What the kernel does alone is watched without a request, where the plugin's key says so."""

    def test_it_is_watched_to_its_end_and_nothing_is_run(self):
        device = self.add_device("raid", raid(100, "check", 0), operation="scrub")
        self.start_with("scrub", self.DISCOVERS)
        self.wait_found()
        self.assertIn("it is under way, and is watched from now on", self.daemon.log())
        device.change(targets=raid(1000, "idle", 128), event=True)
        entry = self.wait_ended()
        self.assertEqual((entry["result"], entry["value"], entry["findings"]),
                         ("retcode", 0, "mismatches=128"))
        self.assertEqual(self.client.ask_items("list"), [])
        self.assertEqual(self.daemon.starts(), [])

    @needs_tool
    def test_adopt_tells_that_nothing_else_is_looked_for(self):
        """A move may be under way: that the daemon must not look for it is the answer, and not that there is none."""
        self.start_with("scrub", self.DISCOVERS)
        answer = run_tool(self.daemon, "adopt", "vg/pvmove0")
        self.assertEqual((answer.returncode, answer.stderr),
                         (REFUSED, 'lvmpollctl: the daemon refuses: the configuration says "unattended: adopt: never"\n'))
        self.assertEqual(run_tool(self.daemon, "wait", "vg/pvmove0").returncode, GOOD)

    def test_it_is_not_by_default_whatever_is_adopted(self):
        self.add_device("raid", raid(100, "check", 0), operation="scrub")
        self.start_with("scrub", more="", top="unattended: {adopt: always}\n")
        self.look()
        self.clock.skip(11, self.client)
        self.look()
        self.assertEqual(self.client.ask_items("list"), [])
        # No status is asked for.
        self.assertEqual(self.kernel.calls("status"), [])

    def test_what_begins_without_an_event_is_found_and_found_again(self):
        device = self.add_device("raid", raid(1000, "idle", 0), operation="scrub")
        self.start_with("scrub", self.DISCOVERS)
        for mismatches in (8, 9):
            device.change(targets=raid(100, "check", 0))
            self.wait_look()
            self.wait_found()
            device.change(targets=raid(1000, "idle", mismatches), event=True)
            wait_for(lambda: self.ended() and not self.client.list(), "its end")
            self.assertEqual(self.wait_ended()["findings"], "mismatches=%d" % mismatches)
            # It is over, by a look at all devices, too.
            self.look()

    def test_who_asks_is_not_told_how_the_one_before_has_ended(self):
        device = self.add_device("raid", raid(100, "check", 0), operation="scrub")
        self.start_with("scrub", self.DISCOVERS)
        identity = identity_in("vg", "raid")
        self.wait_found()
        device.change(targets=raid(1000, "idle", 0), event=True)
        # Nobody collects that.
        self.wait_ended()
        device.change(targets=raid(100, "check", 0))
        self.look()
        self.wait_found()
        self.assertEqual(self.client.ask("progress_info", lvid=identity)["response"], "in_progress")
        device.change(targets=raid(1000, "idle", 0), event=True)
        wait_for(lambda: not self.client.list(), "its end")
        self.assert_finished(self.client.ask("progress_info", lvid=identity), "retcode", 0)

    def test_what_cannot_be_read_any_more_is_not_begun_again(self):
        device = self.add_device("raid", raid(100, "check", 0), operation="scrub")
        self.start_with("scrub", self.DISCOVERS)
        self.wait_found()
        self.look()
        device.change(targets=raid(1000, "idle", 0), event=True)
        self.wait_ended()
        # No survey is whole, so it is not known whether anything is gone.
        self.kernel.set_fault("table", "fail 5")
        for _ in range(2):
            self.look()
        self.assertEqual(self.daemon.log().count("is watched from now on"), 1)
        self.assertEqual(len(self.ended()), 1)

    def test_what_has_failed_is_not_begun_again(self):
        device = self.add_device("raid", raid(100, "check", 0), operation="scrub")
        self.start_with("scrub", self.DISCOVERS)
        self.wait_found()
        self.client.ask("forget", id=self.wait_found()["id"])
        wait_for(lambda: not self.client.list(), "that it is forgotten")
        self.wait_ended()
        self.look()
        self.assertEqual(self.client.list(), {})
        self.assertEqual(len(self.ended()), 1)
        device.change(targets=raid(1000, "idle", 0), event=True)

    def test_what_was_forgotten_is_not_begun_again_when_it_comes_back(self):
        device = self.add_device("raid", raid(100, "check", 0), operation="scrub")
        self.start_with("scrub", self.DISCOVERS)
        self.client.ask("forget", id=self.wait_found()["id"])
        wait_for(lambda: not self.client.list(), "that it is forgotten")
        # For one survey nothing is under way.
        device.change(targets=raid(100, "frozen", 0))
        self.look()
        device.change(targets=raid(100, "check", 0))
        self.look()
        self.assertEqual(self.client.list(), {})

    def test_reload_begins_and_ends_it(self):
        self.add_device("raid", raid(100, "check", 0), operation="scrub")
        self.start_with("scrub")
        self.assertEqual(self.client.list(), {})
        with open(self.configuration) as file:
            text = file.read()
        self.reload(text.replace("scrub: {}", "scrub: {%s}" % self.DISCOVERS))
        self.wait_found()
        self.reload(text)
        self.assertEqual(self.client.ask("adopt")["response"], "failed")


class StepsAsideTest(DiscoveringTest):
    """What the kernel does alone stands in the way of nothing that lvm2 has to do."""

    def begin(self, **options):
        self.build("answers")
        self.add_device("until", raid(100, "check", 0), operation="scrub")
        self.start_with("scrub", others=", answers: {monitor: lvpoll}", **options)
        self.daemon.make_pipe("until")

    def wait_operation(self, operation):
        return wait_for(lambda: self.client.list().get("until", {}).get("operation") == operation, operation)

    def assert_stepped_aside(self):
        entry = self.wait_ended()
        self.assertEqual([entry[key] for key in ("operation", "result", "forgotten")], ["scrub", "failed", "aside"])
        self.assertIn("steps aside for the answers of the same volume", self.daemon.log())

    def test_a_request_takes_its_place_and_it_is_found_again(self):
        self.begin(more=self.DISCOVERS)
        self.wait_operation("scrub")
        self.request("until", operation="answers")
        self.assert_stepped_aside()
        self.assertEqual(self.client.list()["until"]["operation"], "answers")
        self.wait_starts(1)
        self.look()
        self.assertEqual(self.client.list()["until"]["operation"], "answers")
        self.daemon.release("until")
        wait_for(lambda: not self.client.list(), "the end of what took its place")
        wait_for(lambda: self.ended()[-1].get("value") == 0, "its place in the history")
        self.look()
        self.wait_operation("scrub")

    def test_who_waits_for_it_hears_that_it_failed(self):
        self.begin()
        identity = identity_in("vg", "until")
        self.client.ask("start", operation="scrub", lvid=identity, vgname="vg", lvname="until")
        self.client.ask("answers", lvid=identity, vgname="vg", lvname="until", interval="15", sysdir="/etc/other")
        self.assert_stepped_aside()
        self.assertEqual(self.client.ask("progress_info", lvid=identity)["response"], "failed")

    def test_it_takes_the_place_of_nothing(self):
        self.begin(more=self.DISCOVERS)
        self.wait_operation("scrub")
        self.request("until", operation="answers")
        self.assertEqual(self.client.ask("start", operation="scrub", lvid=identity_in("vg", "until"), vgname="vg",
                                         lvname="until")["response"], "invalid")


class AnswersTest(OwnPluginTest):
    """A question of lvm2's means no."""

    def test_what_answers_is_not_run_and_the_operation_stays(self):
        self.start_with("answers", "monitor: lvpoll")
        identity = self.request("forced", operation="answers")
        self.wait_backing_off(identity, "not_started", 2)
        sentence = 'plugin answers gives lvm the argument "-vfy", which answers its questions: it is not run'
        self.assertEqual(self.daemon.log().count(sentence), 1)
        self.assertEqual(self.daemon.starts(), [])
        self.assertIn("forced", self.client.list())

    def test_others_are_run(self):
        self.start_with("answers", "monitor: lvpoll")
        self.request("hang", operation="answers")
        self.wait_starts(1)

    def test_silence_is_the_plugin_s(self):
        self.start_with("answers", "monitor: lvpoll")
        identity = self.request("hang", operation="answers")
        self.assertEqual(self.entry(identity)["lvmpolld_internal_timeout"], 300)


if __name__ == "__main__":
    unittest.main()
