# SPDX-License-Identifier: LGPL-2.1-or-later
"""The options of a start: checked, recorded, handed over, shown, and read by the plugin."""

import json
import os
import unittest

from ctl_test import faults, GOOD, needs_tool, read_schema, run_tool, USAGE
from deadline import wait_for
from kernel_test import identity_in
from lvmpolld import read_file
from own_plugin_test import OwnPluginTest
from upgrade_test import upgrade

ALL = "mode=fast region=4KiB disk=/dev/sda1"


class OptionsTest(OwnPluginTest):
    def ask_start(self, options=None, lvname="hang"):
        given = {} if options is None else {"options": options}
        return self.client.ask("start", operation="drain", lvid=identity_in("vg", lvname), vgname="vg",
                               lvname=lvname, **given)

    def begin(self, options="disk=/dev/sda1 mode=fast region=4KiB"):
        self.start_with("drain", "monitor: lvpoll")
        self.ended()  # before the history is read, numbers do not begin with 1
        self.assertEqual(self.ask_start(options), {"response": "OK", "joined": 0, "id": 1})

    def record(self):
        name, = self.daemon.record_names()
        return read_file(os.path.join(self.daemon.folder_of_records(), name))

    def assert_is_run_with(self, count, argument):
        self.assertIn(" " + argument, self.wait_starts(count)[-1][2] + " ")


class GivenTest(OptionsTest):
    def test_plugin_reads_them(self):
        self.begin()
        self.assert_is_run_with(1, "fast,4096,/dev/sda1")

    def test_defaults(self):
        self.begin("disk=sda")
        self.assert_is_run_with(1, "slow,1024,sda")
        self.assertEqual(self.client.list()["hang"]["options"], "mode=slow region=1KiB disk=sda")

    def test_they_are_shown(self):
        self.begin()
        self.assertEqual(self.client.list()["hang"]["options"], ALL)
        self.assertEqual(self.entry(identity_in("vg", "hang"))["options"], ALL)

    def test_they_outlive_a_crash(self):
        self.begin()
        self.wait_starts(1)
        self.kill()
        self.start_again()
        self.assertEqual(self.client.list()["hang"]["options"], ALL)
        self.assert_is_run_with(2, "fast,4096,/dev/sda1")

    def test_they_outlive_an_upgrade(self):
        self.begin()
        self.wait_starts(1)
        upgrade(self.daemon)
        self.client = self.connect(self.daemon)
        self.assertEqual(self.client.list()["hang"]["options"], ALL)

    def test_daemon_that_does_not_know_them_finds_no_plugin(self):
        """It leaves the record to one that does: so it must not read the name of the operation."""
        self.begin()
        self.assertIn('operation = "drain with options"\nstarted_operation = "drain"\n', self.record())

    def test_second_start_joins_where_it_agrees(self):
        self.begin()
        joined = {"response": "OK", "joined": 1, "id": 1}
        self.assertEqual(self.ask_start(), joined)
        self.assertEqual(self.ask_start("mode=fast"), joined)
        self.assertEqual(self.ask_start("mode=slow")["reason"],
                         "the drain of vg/hang (id:1): it is in flight with the options " + ALL)
        self.assertEqual(self.client.list()["hang"]["requests"], 3)

    def test_request_as_of_lvm2_needs_none_that_must_be_given(self):
        self.start_with("drain", "monitor: lvpoll")
        self.request("hang", operation="drain")
        self.assert_is_run_with(1, "slow,1024,any")
        self.assertEqual(self.client.list()["hang"]["options"], "mode=slow region=1KiB")
        # Nor does it after a crash, or an upgrade.
        self.kill()
        self.start_again()
        self.assertEqual(self.client.list()["hang"]["options"], "mode=slow region=1KiB")
        self.assert_is_run_with(2, "slow,1024,any")
        upgrade(self.daemon)
        self.client = self.connect(self.daemon)
        self.assertEqual(self.client.list()["hang"]["options"], "mode=slow region=1KiB")
        self.assertEqual(self.ask_start("disk=sda")["response"], "invalid")


class WrongTest(OptionsTest):
    def test_each_is_refused_with_a_sentence(self):
        self.start_with("drain", "monitor: lvpoll")
        for options, reason in (
                (None, 'the option "disk" is missing: The disk that is drained.'),
                ("disk=a nix=1", 'the operation "drain" has no option "nix"; it has mode, region, disk'),
                ("disk=a disk=b", 'the option "disk" is there twice'),
                ("disk", 'the option "disk" has no value: disk=VALUE is needed'),
                ("disk=", "option disk: it must have 1 to 255 characters"),
                ("disk=a mode=never", 'the option mode is "never", and must be slow or fast'),
                ("disk=-y", 'option disk: "-y" begins with "-"'),
                ("disk=" + 300 * "x", "option disk: it must have 1 to 255 characters")):
            self.assertEqual(self.ask_start(options), {"response": "invalid", "reason": reason})
        self.assertRegex(self.ask_start("disk=a region=much")["reason"], '^option region: .*much')
        self.assertEqual(self.client.list(), {})

    def test_record_that_does_not_fit_the_plugin_waits(self):
        self.begin("disk=sda")
        self.kill()
        self.build_other()
        self.start_again()
        wait_for(lambda: 'vg/hang was in flight and is left alone: the operation "drain" has no option'
                 in self.daemon.log(), "the reason")
        self.assertEqual(self.client.list(), {})
        self.assertEqual(len(self.daemon.record_names(".no_plugin")), 1)

    def build_other(self):
        """The plugin, with another name of its option, takes the place of the first."""
        text = read_file(os.path.join(os.path.dirname(__file__), "drain.c"))
        other = os.path.join(self.temporary_directory(), "drain.c")
        with open(other, "w") as file:
            file.write(text.replace('{"disk", LVMPOLLD_STRING, NULL', '{"target", LVMPOLLD_STRING, "x"'))
        self.build("drain", other)


@needs_tool
class ToolTest(OptionsTest):
    def run_start(self, *arguments):
        return run_tool(self.daemon, "start", *arguments, STANDIN_DIR=self.daemon.directory,
                        **self.kernel.variables())

    def test_options_of_the_tool(self):
        self.start_with("drain", "monitor: lvpoll")
        self.add_device("hang", ["0 1000 linear"], operation="drain")
        answer = self.run_start("drain", "vg/hang", "--option", "disk=sda", "--option=mode=fast")
        self.assertEqual((answer.returncode, answer.stderr), (GOOD, ""))
        self.assert_is_run_with(1, "fast,1024,sda")
        answer = run_tool(self.daemon, "list", "-nr", "-o", "VOLUME,OPTIONS")
        self.assertEqual(answer.stdout, "vg/hang mode=fast\\x20region=1KiB\\x20disk=sda\n")
        listed = json.loads(run_tool(self.daemon, "list", "--json").stdout)
        self.assertEqual(list(faults(listed, read_schema(), read_schema())), [])
        self.assertEqual(listed["operations"][0]["options"],
                         {"mode": "fast", "region": "1KiB", "disk": "sda"})

    def test_what_is_no_option(self):
        self.start_with("drain", "monitor: lvpoll")
        for option in ("disk", "=x", "disk=a b"):
            self.assertEqual(self.run_start("drain", "vg/hang", "--option", option).returncode, USAGE)


if __name__ == "__main__":
    unittest.main()
