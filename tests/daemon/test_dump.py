# SPDX-License-Identifier: LGPL-2.1-or-later
"""The text of dump, which people parse with awk."""

import os
import re
import subprocess
import unittest

from clock_standin import Clock
from deadline import DEADLINE_S, scaled, wait_for
from lvmpolld import DaemonTest, ours_only
from protocol import (MESSAGE_END, MESSAGE_MAX, format_request, lvid, parse_dump, parse_reply,
                      volume)

# The key "error_occurred" is spelt with one r less by stock up to 2.03.16 at least.
ENTRY_KEYS = ["lvid", "type", "lvname", "lvmpolld_internal_timeout", "lvm_command_interval",
              "LVM_SYSTEM_DIR", "lvm_command_pid", "polling_finished", "error_occurred",
              "init_requests_count", "lvm_command"]

EMPTY = """\
# Registered polling operations

poll {
}

# Registered abort operations

abort {
}"""

BLOCK_OF_LVNAME = r"""
	/^[ \t]*[^ \t]+ \{$/ { depth++ }
	/^[ \t]*\}$/ { depth-- }
	depth == 2 && /lvname=/ { split($0, part, "="); print part[2] }
	depth > 3 { print "too deep" }
"""


class DumpTest(DaemonTest):
    def setUp(self):
        self.daemon, self.client = self.start_and_connect(patience=0)

    def dump_text(self):
        text = self.client.ask_raw(format_request("dump", {})).decode()
        return text.replace("error_occured=", "error_occurred=")

    def entry(self, identifier, store="poll"):
        return self.client.dump()[store][identifier]

    def test_nothing_registered(self):
        self.assertEqual(self.dump_text().rstrip("\n"), EMPTY)

    def test_entry_in_progress_begins_as_stock_writes_it(self):
        self.client.ask("pvmove", **volume("hang", "x", sysdir="/etc/lvm", interval="+0"))
        pid = self.daemon.wait_start("hang")[0]
        expected = """\
# Registered polling operations

poll {
	/etc/lvm%(lvid)s {
		lvid="%(lvid)s"
		type="pvmove"
		lvname="vg/hang"
		lvmpolld_internal_timeout=60
		lvm_command_interval="+0"
		LVM_SYSTEM_DIR="/etc/lvm"
		lvm_command_pid=%(pid)d
		polling_finished=0
		error_occurred=0
		init_requests_count=1
""" % {"lvid": lvid("x"), "pid": pid}
        text = self.dump_text()
        self.assertEqual(text[:len(expected)], expected)
        self.assertIn('\n\t\tlvm_command {\n\t\t\tstate="in_progress"\n', text)
        self.assertIn("\n\t\t}\n", text)
        self.assertIn("\n\t}\n}\n\n# Registered abort operations\n\nabort {\n}", text)

    def test_keys_come_in_the_order_of_stock(self):
        self.client.ask("merge", **volume("hang"))
        self.client.ask("pvmove", **volume("hang", "abort", abort=1))
        for entry in (self.entry(lvid("hang")), self.entry(lvid("abort"), "abort")):
            keys = [key.replace("occured", "occurred") for key in entry]
            self.assertEqual([key for key in keys if key in ENTRY_KEYS], ENTRY_KEYS)

    @ours_only("it has no keys beyond these")
    def test_keys_of_our_own_come_after_those_of_stock(self):
        self.client.ask("merge", **volume("hang"))
        entry = self.entry(lvid("hang"))
        simple = [key for key, value in entry.items() if not isinstance(value, dict)]
        self.assertEqual(simple[:len(ENTRY_KEYS) - 1], ENTRY_KEYS[:-1])
        self.assertEqual(list(entry["lvm_command"])[:1], ["state"])

    def test_internal_timeout_grows_with_the_interval(self):
        for interval, timeout in (("1", 60), ("+30", 60), ("31", 62), ("100", 200)):
            with self.subTest(interval):
                request = volume("hang", "i" + interval.strip("+"), interval=interval)
                self.client.ask("pvmove", **request)
                entry = self.entry(request["lvid"])
                self.assertEqual(entry["lvmpolld_internal_timeout"], timeout)
                self.assertEqual(entry["lvm_command_interval"], interval)

    def test_undefined_system_dir(self):
        self.client.ask("pvmove", **volume("hang"))
        self.assertIn('\t\tLVM_SYSTEM_DIR="<undefined>"\n', self.dump_text())

    def finished_entry(self, scenario):
        self.client.ask("pvmove", **volume(scenario))
        wait_for(lambda: self.entry(lvid(scenario))["polling_finished"], "the end")
        return self.entry(lvid(scenario))

    def test_finished_with_status(self):
        for scenario, value in (("good", 0), ("exit-5", 5)):
            with self.subTest(scenario):
                entry = self.finished_entry(scenario)
                self.assertEqual(list(entry["lvm_command"].items())[:3],
                                 [("state", "finished"), ("reason", "retcode"), ("value", value)])
                self.assertEqual(entry.get("error_occurred", entry.get("error_occured")), 0)

    def test_finished_by_signal(self):
        entry = self.finished_entry("signal-KILL")
        self.assertEqual(list(entry["lvm_command"].items())[:3],
                         [("state", "finished"), ("reason", "signal"), ("value", 9)])

    @ours_only("it makes one attempt")
    def test_why_an_operation_pauses(self):
        """Who waited has heard of the failure; the operation is in flight."""
        for scenario, reason in (("exit-5", "status"), ("signal-KILL", "signal")):
            with self.subTest(scenario):
                self.finished_entry(scenario)
                entry = wait_for(lambda: self.pausing_entry(lvid(scenario)), "a pause")
                self.assertEqual(entry["backing_off_reason"], reason)
                self.assertGreaterEqual(entry["backing_off_count"], 1)

    def pausing_entry(self, identifier):
        entry = self.entry(identifier)
        return entry if entry["operation_state"] == "backing_off" else None

    def test_pid_of_a_finished_one_stays(self):
        entry = self.finished_entry("good")
        self.assertEqual(entry["lvm_command_pid"], self.daemon.starts()[0][0])

    def test_finished_one_stays_until_its_result_is_collected(self):
        self.finished_entry("good")
        self.assertIn(lvid("good"), self.client.dump()["poll"])
        self.client.progress(lvid("good"))
        self.assertNotIn(lvid("good"), self.client.dump()["poll"])

    def test_awk_finds_its_way(self):
        for name in ("hang-1", "hang-2", "hang-3"):
            self.client.ask("pvmove", **volume(name))
        answer = subprocess.run(["awk", BLOCK_OF_LVNAME], input=self.dump_text(), text=True,
                                capture_output=True, timeout=scaled(DEADLINE_S))
        self.assertEqual(sorted(answer.stdout.split()),
                         ['"vg/hang-1"', '"vg/hang-2"', '"vg/hang-3"'], answer.stderr)

    def test_dump_of_many_operations_is_whole(self):
        for number in range(300):
            request = volume("silent", "n%d" % number, abort=number % 2)
            self.assert_ok(self.client.ask("pvmove", **request))
        dump = self.client.dump()
        self.assertEqual((len(dump["poll"]), len(dump["abort"])), (150, 150))

    @ours_only("it sends a dump of any length")
    def test_dump_that_is_too_long_for_a_message_is_cut_at_an_entry(self):
        # One lvpoll runs, and the others wait for it, as it shows no progress.
        daemon = self.new_daemon()
        path = os.path.join(daemon.directory, "lvmpolld.yaml")
        with open(path, "w") as file:
            file.write("lvm: {max_running: 1}\n")
        daemon.make_pipe("closed-0")
        # Nor is that one ended meanwhile, since it shows none.
        clock = Clock(daemon.directory)
        clock.stop()
        self.daemon = daemon.start("-c", path, environment=clock.environment_of(daemon))
        self.client = self.connect(self.daemon)
        long_path = "/" + "x" * 4094
        count = 2100  # each takes more than 8 KiB: the path is in it twice
        for number in range(count):
            request = volume("closed-0", "n%d" % number, sysdir=long_path)
            self.client.send(format_request("pvmove", request) + MESSAGE_END)
        for number in range(count):
            self.assert_ok(parse_reply(self.client.receive()))
        self.assert_ok(self.client.ask("pvmove", **volume("hang", "a", abort=1)))
        text = self.dump_text()
        self.assertLess(len(text) + len(MESSAGE_END), MESSAGE_MAX)
        self.assertGreater(len(text), MESSAGE_MAX - (2 << 20), "what there is room for is told")
        dump = parse_dump(text.encode())
        left_out = int(re.search(r"^# Entries of poll .* left out.*: (\d+)$", text, re.M).group(1))
        self.assertEqual(len(dump["poll"]) + left_out, count)
        self.assertEqual(len(dump["abort"]), 1)
        for entry in dump["poll"].values():
            self.assertEqual(entry["lvm_command"]["state"], "in_progress")
        answer = self.run_daemon("--dump", "-s", self.daemon.socket)
        self.assertEqual((answer.returncode, answer.stderr), (0, ""))
        # Their number depends on how long each of them is, which changes as they get on.
        self.assertAlmostEqual(len(parse_dump(answer.stdout.encode())["poll"]), len(dump["poll"]),
                               delta=10)

    @ours_only("it does not tell how far an operation is")
    def test_progress_is_shown_after_the_keys_of_stock(self):
        for operation in ("pvmove", "convert", "merge"):
            with self.subTest(operation):
                identity = lvid(operation)
                self.client.ask(operation, **volume("progress-37", operation))
                wait_for(lambda: self.told(identity), "a key with the progress of 37 % in dump")

    def told(self, identity):
        """The keys after stock's that tell of a progress of 37 per cent."""
        entry = self.entry(identity)
        keys = list(entry)
        own = keys[keys.index("init_requests_count") + 1:]
        return [key for key in own if "progress" in key and str(entry[key]).startswith("37")]


if __name__ == "__main__":
    unittest.main()
