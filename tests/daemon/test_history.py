# SPDX-License-Identifier: LGPL-2.1-or-later
"""What ended, kept on disk: shown after restarts, within limits, and never in the way."""

import fcntl
import json
import os
import stat
import unittest

from clock_standin import Clock
from ctl_test import faults, GOOD, needs_tool, read_schema, run_tool
from deadline import wait_for
from lvmpolld import read_file
from protocol import volume
from recovery_test import checksum, RecoveryTest
from upgrade_test import upgrade


class HistoryTest(RecoveryTest):
    def setUp(self):
        super().setUp()
        self.path = os.path.join(self.daemon.directory, "kept", "history")
        self.names = 0

    def configure(self, path=None, entries=1000):
        file = os.path.join(self.daemon.directory, "history.yaml")
        with open(file, "w") as yaml:
            yaml.write("history: {path: %s, entries: %d}\nlimits: {patience: 0}\n" % (path or self.path, entries))
        return "-c", file

    def end_one(self):
        """An operation begins and ends well; returns its number."""
        self.names += 1
        name = "n%d" % self.names
        self.assert_ok(self.client.ask("pvmove", **volume("good", name)))
        wait_for(lambda: "good" not in self.client.list(), "its end")
        return self.told()[-1]

    def lines(self):
        return read_file(self.path).splitlines() if os.path.exists(self.path) else []

    def wait_kept(self, count):
        wait_for(lambda: len(self.lines()) == count, "%d lines of history" % count)

    def wait_kept_one(self, number):
        """Where the file has as many lines as before."""
        wait_for(lambda: any("id = %d\t" % number in line for line in self.lines()),
                 "operation %d in the history" % number)

    def restart(self, *arguments):
        self.assertEqual(self.daemon.stop(), 0)
        self.start(*arguments)

    def entries(self):
        """What ended, once the daemon has read its history."""
        def whole():
            reply = self.client.ask("list", ended=1)
            items = self.client.receive_items()
            return None if "history" in reply else [items]
        return [item for item in wait_for(whole, "the history")[0] if item["item"] == "ended"]

    def told(self):
        """The numbers of what ended."""
        return [entry["id"] for entry in self.entries()]


class RestartTest(HistoryTest):
    def test_it_is_told_after_a_restart(self):
        self.start(*self.configure())
        before = [self.end_one(), self.end_one()]
        entries = self.entries()
        self.wait_kept(2)
        self.restart(*self.configure())
        self.assertEqual(self.told(), before)
        self.assertEqual(self.entries(), entries)
        self.assertEqual(self.told() + [self.end_one()], self.told())
        self.wait_kept(3)

    def test_what_was_forgotten_since_stays_so(self):
        """One that has failed is kept already when somebody has it forgotten; the next one is behind it."""
        self.start(*self.configure())
        self.assert_ok(self.client.ask("pvmove", **volume("exit-5", abort=1)))
        number = wait_for(self.told, "its end")[0]
        self.wait_kept(1)
        after = self.end_one()
        self.wait_kept(2)
        self.assert_reply(self.client.ask("forget", id=number), response="OK")
        entries = self.entries()
        self.assertEqual([entry.get("forgotten") for entry in entries], ["seen", None])
        self.assertEqual(self.client.ask("forget", id=after), {"response": "not_found"})
        self.wait_kept(3)
        self.restart(*self.configure())
        self.assertEqual(self.entries(), entries)

    def test_it_is_told_after_a_crash(self):
        self.start(*self.configure())
        number = self.end_one()
        self.wait_kept(1)
        self.kill_and_start(*self.configure())
        self.assertEqual(self.told(), [number])

    def test_upgrade_keeps_all_once(self):
        self.start(*self.configure())
        before = [self.end_one()]
        upgrade(self.daemon)
        before.append(self.end_one())
        upgrade(self.daemon)
        self.assertEqual(self.told(), before)
        self.wait_kept(2)

    def test_no_more_than_the_limit(self):
        self.start(*self.configure(entries=3))
        numbers = [self.end_one() for _ in range(5)]
        wait_for(lambda: len(self.lines()) == 3 and "id = %d\t" % numbers[-1] in self.lines()[-1],
                 "the last three")
        self.assertEqual(self.told(), numbers[-3:])
        self.restart(*self.configure(entries=2))
        self.assertEqual(self.told(), numbers[-2:])

    def test_only_the_daemons_user_may_read_it(self):
        self.start(*self.configure())
        self.end_one()
        self.wait_kept(1)
        self.assertEqual(os.stat(self.path).st_mode & 0o777, 0o600)
        self.assertEqual(os.stat(os.path.dirname(self.path)).st_mode & 0o777, 0o700)
        self.assertEqual(os.listdir(os.path.dirname(self.path)), ["history"])

    def test_another_socket_has_none_unless_it_is_told_where(self):
        self.start()
        keys = {item["key"]: item.get("value") for item in self.client.ask_items("configuration")}
        self.assertFalse(keys["history.path"])
        self.assertEqual(keys["history.entries"], "1000")

    @needs_tool
    def test_tool_tells_it_as_soon_as_the_daemon_answers(self):
        self.start(*self.configure())
        number = self.end_one()
        self.wait_kept(1)
        self.restart(*self.configure())
        answer = run_tool(self.daemon, "history", "--json")
        self.assertEqual(answer.returncode, GOOD, answer.stderr)
        told = json.loads(answer.stdout)
        self.assertEqual([entry["id"] for entry in told["operations"]], [number])
        schema = read_schema()
        self.assertEqual(list(faults(told, schema, schema)), [])
        answer = run_tool(self.daemon, "wait", "--must", "id:%d" % number)
        self.assertEqual(answer.returncode, GOOD, answer.stderr)


class NumberTest(HistoryTest):
    """After a boot the state directory, which is in /run, is empty."""

    def boot(self, *arguments, **options):
        self.assertEqual(self.daemon.stop(), 0)
        os.unlink(self.state + ".number")
        # It is asked as soon as it is there: as by the request that has started it.
        self.start(*arguments, **options)

    def boot_patiently(self, *arguments):
        """The daemon's patience for its history does not end, however long a busy machine takes to read it."""
        clock = Clock(self.temporary_directory())
        clock.stop()
        self.boot(*arguments, environment=clock.environment_of(self.daemon))
        clock.go_on()

    def test_numbers_go_on_above_those_of_the_history(self):
        self.start(*self.configure(entries=2))
        before = [self.end_one() for _ in range(4)]
        self.wait_kept_one(before[-1])
        for count in range(1, 3):
            self.boot_patiently(*self.configure(entries=2))
            number = self.end_one()
            self.assertEqual(number, before[-1] + count)
            self.wait_kept_one(number)
            self.assertEqual(len(self.lines()), 2)

    def test_numbers_are_none_that_were_given_where_the_history_cannot_be_read(self):
        self.start(*self.configure())
        self.end_one()
        self.wait_kept(1)
        os.unlink(self.path)
        os.mkdir(self.path)
        self.boot(*self.configure())
        self.assertGreater(self.end_one(), 1000000)

    def test_a_history_that_hangs_holds_up_the_start_for_a_moment_only(self):
        self.start(*self.configure())
        self.end_one()
        self.wait_kept(1)
        folder = os.open(os.path.dirname(self.path), os.O_RDONLY)
        self.addCleanup(os.close, folder)
        fcntl.flock(folder, fcntl.LOCK_EX)
        self.boot(*self.configure())
        self.assert_ok(self.client.ask("pvmove", **volume("hang")))
        self.assertGreater(self.client.list()["hang"]["id"], 1000000)


    def test_a_daemon_that_waits_for_it_can_be_ended(self):
        os.mkdir(os.path.dirname(self.path))
        folder = os.open(os.path.dirname(self.path), os.O_RDONLY)
        self.addCleanup(os.close, folder)
        fcntl.flock(folder, fcntl.LOCK_EX)
        self.daemon.start(*self.configure(), wait=False)
        wait_for(self.daemon.children, "the process that reads the history")
        self.assertEqual(self.daemon.stop(), 0)


class DamageTest(HistoryTest):
    def put(self, *lines):
        os.mkdir(os.path.dirname(self.path))
        with open(self.path, "wb") as file:
            file.write(b"".join(lines))

    def line(self, number, **changes):
        fields = {"id": number, "lvid": "x" * 64, "ended": 1, **changes}
        text = "\t".join("%s = %s" % (key, value if isinstance(value, int) else '"%s"' % value)
                         for key, value in fields.items()) + "\t"
        return b"%016x %s\n" % (checksum(text.encode()), text.encode())

    def test_damaged_lines_are_passed_over_and_named_once(self):
        good = self.line(7)
        self.put(good[:40] + b"\n", good, b"\0" * 100 + b"\n", b"f" * 100000 + b"\n",
                 self.line(8).replace(b"8", b"9"), self.line(10)[:-1])
        self.start(*self.configure())
        self.assertEqual(self.told(), [7])
        words = "damaged and passed over"
        self.wait_log("history: 5 lines are damaged and passed over, the first is line 1")
        number = self.end_one()
        self.wait_kept(2)
        self.restart(*self.configure())
        self.assertEqual(self.told(), [7, number])
        self.assertEqual(self.daemon.log().count(words), 1)

    def test_line_that_is_no_entry_is_passed_over(self):
        self.put(self.line(0), self.line(1, item="end"), self.line(2, lvid=""), self.line(3),
                 self.line(4, lv="\t##\tresponse = "))
        self.start(*self.configure())
        self.assertEqual(self.told(), [3])
        self.assertEqual(self.daemon.log().count("is no entry"), 4)

    def assert_not_in_the_way(self, path):
        self.start(*self.configure(path))
        numbers = [self.end_one(), self.end_one(), self.end_one()]
        self.wait_log("warn: the history")
        self.assertEqual(self.told(), numbers)
        self.assertEqual(self.daemon.stop(), 0)
        lines = [line for line in self.daemon.log().splitlines() if "the history" in line]
        self.assertEqual(len(lines), 1, lines)

    def test_folder_that_cannot_be_made(self):
        self.assert_not_in_the_way("/proc/none/history")

    def test_file_that_cannot_be_replaced(self):
        os.makedirs(os.path.join(self.path, "full"))
        self.assert_not_in_the_way(self.path)

    def test_disk_that_is_full(self):
        """What is written first goes where there is never room."""
        os.mkdir(os.path.dirname(self.path))
        try:
            os.mknod(self.path + ".new", stat.S_IFCHR | 0o600, os.stat("/dev/full").st_rdev)
            open(self.path + ".new", "w").close()
        except (PermissionError, FileNotFoundError):
            self.skipTest("no second /dev/full can be made here")
        self.start(*self.configure())
        first = self.end_one()
        self.wait_log("the history is not kept for now: cannot write %s: No space left" % self.path)
        self.assertEqual(self.told(), [first])
        second = self.end_one()
        self.wait_kept(2)
        self.assertEqual(self.told(), [first, second])

    def test_it_is_kept_again_when_that_is_possible(self):
        """It can be read all the time, so that it is the writing that the log tells of."""
        os.makedirs(os.path.join(self.path + ".new", "full"))
        self.start(*self.configure())
        self.end_one()
        self.wait_log("the history is not kept for now")
        os.rmdir(os.path.join(self.path + ".new", "full"))
        os.rmdir(self.path + ".new")
        self.end_one()
        self.wait_log("the history is kept again")
        self.wait_kept(2)


if __name__ == "__main__":
    unittest.main()
