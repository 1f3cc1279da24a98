# SPDX-License-Identifier: LGPL-2.1-or-later
"""What people are told: list, watch, status, plugins, configuration, log_level."""

import fcntl
import os
import time
import unittest

from deadline import scaled, wait_for
from kernel_standin import linear, mirror
from kernel_test import identity_in, KernelTest, REGIONS, row, SEGMENT_SECTORS, segments
from lvmpolld import DaemonTest, ours_only, read_file
from protocol import format_request, lvid, MESSAGE_END, parse_reply, volume
from recovery_test import pvmove_record, record_name, RecoveryTest
from upgrade_test import upgrade

STOCK = "it has no such request"
SECTOR = 512


@ours_only(STOCK)
class ListTest(DaemonTest):
    def setUp(self):
        self.daemon, self.client = self.start_and_connect(patience=0)

    def test_hello_names_the_requests_and_their_version(self):
        reply = self.client.hello()
        self.assertEqual(list(reply)[:3], ["response", "protocol", "version"])
        self.assertEqual(reply["extensions_version"], 1)
        for name in reply["extensions"].split():
            answer = self.client.ask_raw(format_request(name, {}))
            self.assertNotIn(b"not implemented", answer)
            if b'"OK"' in answer and name not in ("status", "log_level"):
                self.client.receive_items()

    def test_nothing_in_flight(self):
        self.assertEqual(self.client.ask_items("list"), [])

    def test_entry_tells_who_and_why(self):
        before, begun = int(time.time()) - 1, time.monotonic()  # time() may be behind by a tick
        self.client.ask("pvmove", **volume("hang"))
        self.client.ask("pvmove", **volume("hang"))
        pid = self.daemon.wait_start("hang")[0]
        entry = wait_for(lambda: self.client.list().get("hang", {}).get("percent") and
                         self.client.list()["hang"], "progress")
        started = entry.pop("started")
        self.assertTrue(before <= started <= time.time(), started)
        self.assertLessEqual(entry.pop("elapsed"), time.monotonic() - begun + 1, "whole seconds")
        self.assertTrue(entry.pop("doubt"))
        self.assertEqual(entry, {
            "item": "operation", "abortable": 1, "id": 1, "vg": "vg", "lv": "hang", "lvid": lvid("hang"),
            "operation": "pvmove", "abort": 0, "state": "running", "pid": pid,
            "reason": "an lvm command runs", "percent": "10.00", "failed_devices": 0, "disks_unknown": 1,
            "requests": 2})

    def test_each_has_a_number_of_its_own(self):
        for name in ("hang-1", "hang-2", "hang-3"):
            self.client.ask("pvmove", **volume(name))
        self.assertEqual([entry["id"] for entry in self.client.list().values()], [1, 2, 3])

    def test_abort_is_an_operation_of_its_own(self):
        self.client.ask("pvmove", **volume("hang"))
        self.client.ask("pvmove", **volume("hang", abort=1))
        entries = self.client.ask_items("list")
        self.assertEqual([(entry["id"], entry["abort"]) for entry in entries], [(1, 0), (2, 1)])

    def wait_ended(self, count):
        wait_for(lambda: len(self.client.ended()) >= count, "the end of %d operations" % count)
        return self.client.ended()

    def test_how_they_ended(self):
        before = int(time.time()) - 1  # time() may be behind by a tick
        self.client.ask("pvmove", **volume("good"))
        entry, = self.wait_ended(1)
        self.assertEqual([entry[key] for key in ("id", "state", "result", "value")],
                         [1, "finished", "retcode", 0])
        self.assertTrue(before <= entry["ended"] <= time.time(), entry["ended"])
        self.assertEqual(self.client.list(), {})

    def test_failure_that_was_told_shows_while_it_goes_on(self):
        self.client.ask("pvmove", **volume("exit-5"))
        entry = wait_for(lambda: "result" in self.client.list()["exit-5"] and
                         self.client.list()["exit-5"], "the failure")
        self.assertEqual([entry["result"], entry["value"]], ["retcode", 5])

    def test_why_it_pauses(self):
        self.client.ask("pvmove", **volume("exit-5"))

        def pauses():
            entry = self.client.list()["exit-5"]
            return entry if entry["state"] == "backing_off" else None
        self.assertEqual(wait_for(pauses, "a pause")["reason"], "lvpoll failed")

    def test_no_more_ended_ones_are_kept_than_the_limit(self):
        path = os.path.join(self.daemon.directory, "limits.yaml")
        with open(path, "w") as file:
            file.write("history: {entries: 3}\n")
        daemon, self.client = self.start_and_connect("-c", path)
        for number in range(5):
            self.client.ask("pvmove", **volume("good", "n%d" % number))
            wait_for(lambda: not self.client.list(), "its end")
        self.assertEqual([entry["id"] for entry in self.client.ended()], [3, 4, 5])

    def texts(self, entry):
        """The latest events of an entry, without their times."""
        events = [entry["event%d" % number] for number in range(1, 9) if "event%d" % number in entry]
        for event in events:
            self.assertLess(abs(int(event.split(" ", 1)[0]) - time.time()), 600)
        return [event.split(" ", 1)[1] for event in events]

    def test_latest_events_are_told_to_who_asks(self):
        """The first attempt fails, and the next one waits: so what is kept is not all of later ones."""
        self.daemon.make_pipe("until-5")
        self.assert_ok(self.client.ask("pvmove", **volume("until-5", cmdline="pvmove /dev/sdb")))
        self.daemon.release("until-5")

        def told():
            events = self.texts(self.client.list(events=1)["until-5"])
            return events if any(event.startswith("lvpoll failed (status 5)") for event in events) else None
        self.assertEqual(wait_for(told, "why it pauses")[0], "begins, asked for by: pvmove /dev/sdb")
        self.assertEqual(self.texts(self.client.list()["until-5"]), [])

    def test_what_ended_has_its_events(self):
        self.client.ask("pvmove", **volume("good"))
        entry, = self.wait_ended(1)
        begin, *_, end = self.texts(entry)
        self.assertEqual(begin, "begins")
        self.assertRegex(end, "^ends well after ")

    def test_events_are_kept_over_an_upgrade(self):
        self.client.ask("pvmove", **volume("hang"))
        self.daemon.wait_start("hang")
        upgrade(self.daemon)
        client = self.connect(self.daemon)
        self.assertEqual(self.texts(client.list(events=1)["hang"]),
                         ["begins", "goes on: resumed from a previous daemon"])

    def test_another_operation_of_the_volume_has_a_story_of_its_own(self):
        for number in (1, 2):
            self.client.ask("pvmove", **volume("good"))
            entry = self.wait_ended(number)[-1]
            self.assertEqual([self.texts(entry).count(text) for text in ("begins",)], [1])

    def test_status(self):
        self.client.ask("pvmove", **volume("hang"))
        self.daemon.wait_start("hang")
        status = self.client.ask("status")
        self.assertEqual([status[key] for key in ("pid", "socket", "in_flight", "running")],
                         [self.daemon.pid, self.daemon.socket, 1, 1])

    def counts(self, operation="pvmove"):
        item, = [item for item in self.client.ask_items("plugins") if item["operation"] == operation]
        return {key: value for key, value in item.items() if key.startswith(("results_", "lvm_runs_"))}

    def test_ends_and_runs_are_counted(self):
        nothing = dict.fromkeys(["results_success", "results_error", "results_given_up", "results_aborted",
                                 "lvm_runs_success", "lvm_runs_error"], 0)
        self.assertEqual(self.counts(), nothing)
        for number in (1, 2):
            self.client.ask("pvmove", **volume("good"))
            self.wait_ended(number)
        self.assertEqual(self.counts(), {**nothing, "results_success": 2, "lvm_runs_success": 2})
        self.client.ask("pvmove", **volume("hang"))
        self.daemon.wait_start("hang")
        self.assert_ok(self.client.ask("pvmove", **volume("good", seed="hang", abort=1)))
        self.wait_ended(4)
        self.assertEqual(self.counts()["results_aborted"], 1)
        upgrade(self.daemon)
        self.client = self.connect(self.daemon)
        self.assertEqual([self.counts()[key] for key in ("results_success", "results_aborted")], [2, 1])
        self.assertEqual(self.counts("merge"), nothing)

    def test_runs_that_fail_are_counted(self):
        self.client.ask("pvmove", **volume("exit-5"))
        wait_for(lambda: self.counts()["lvm_runs_error"] > 1, "two runs that fail")
        self.assertEqual(self.counts()["results_error"], 0)

    def test_what_is_forgotten_is_given_up(self):
        self.client.ask("pvmove", **volume("exit-5"))
        wait_for(lambda: self.client.list()["exit-5"]["state"] == "backing_off", "a pause")
        self.client.ask("forget", id=1)
        self.wait_ended(1)
        self.assertEqual(self.counts()["results_given_up"], 1)

    def test_plugins(self):
        plugins = {item["name"]: item for item in self.client.ask_items("plugins")}
        self.assertEqual(sorted(name for name in plugins if plugins[name]["loaded"]),
                         ["convert", "merge", "pvmove", "thin_merge"])
        self.assertEqual([plugins["thin_merge"][key] for key in ("operation", "loaded")],
                         ["merge_thin", 1])
        version = self.client.ask("status")["daemon_version"]
        self.assertEqual({plugin["version"] for plugin in plugins.values() if plugin["loaded"]}, {version})

    def test_configuration(self):
        keys = {item["key"]: item.get("value") for item in self.client.ask_items("configuration")}
        self.assertEqual(keys["daemon.socket"], self.daemon.socket)
        self.assertEqual(keys["limits.patience"], "0")
        self.assertEqual(keys["access.users"], "[0]")
        self.assertEqual(keys["log.targets"], "[stderr, syslog]")
        self.assertEqual(keys["plugins.enabled"], "all")

    def test_log_level(self):
        self.assertEqual(self.client.ask("log_level")["response"], "invalid")
        self.assertEqual(self.client.ask("log_level", level="loud")["response"], "invalid")
        self.assert_ok(self.client.ask("log_level", level="debug"))
        self.assertEqual(self.client.ask("status")["log_level"], "debug")
        self.client.ask("pvmove", **volume("hang"))
        wait_for(lambda: "looking -> " in self.daemon.log(), "a line of level debug")


@ours_only(STOCK)
class WaitRequestTest(DaemonTest):
    """The end of one operation, told when it is there; and what ended, alone."""

    def setUp(self):
        self.daemon, self.client = self.start_and_connect()
        self.waiter = self.connect(self.daemon)
        self.daemon.make_pipe("until-0")
        self.client.ask("pvmove", **volume("until-0"))

    def end(self):
        self.daemon.release("until-0")
        wait_for(lambda: "until-0" not in self.client.list(), "the end")

    def assert_end_is_told(self, client):
        item, = client.receive_items()
        self.assertEqual([item[key] for key in ("item", "event", "id", "lv", "state", "result", "value")],
                         ["operation", "destroy", 1, "until-0", "finished", "retcode", 0])

    def test_who_waits_does_not_watch(self):
        """The end of what it waits for would be lost among the others."""
        self.assert_ok(self.waiter.ask("wait", id=1))
        self.assertEqual(self.waiter.ask("watch")["response"], "failed")
        self.end()
        self.assert_end_is_told(self.waiter)

    def test_end_is_told_when_it_is_there(self):
        self.assert_ok(self.waiter.ask("wait", id=1))
        self.client.ask("pvmove", **volume("hang"))
        # Other requests are answered meanwhile.
        self.assertEqual(self.waiter.ask("status")["response"], "OK")
        self.end()
        self.assert_end_is_told(self.waiter)
        # And the connection can wait again.
        self.assert_ok(self.waiter.ask("wait", id=1))
        self.assert_end_is_told(self.waiter)

    def test_who_leaves_is_not_told(self):
        self.assert_ok(self.waiter.ask("wait", id=1))
        self.waiter.close()
        self.end()
        self.assertEqual(self.client.ask("status")["response"], "OK")

    def test_what_was_forgotten_is_over(self):
        self.assert_ok(self.waiter.ask("wait", id=1))
        self.client.ask("forget", id=1)
        item, = self.waiter.receive_items()
        self.assertEqual([item["id"], item["forgotten"]], [1, "asked"])

    def test_wrong_requests(self):
        self.assertEqual(self.waiter.ask("wait", id=77), {"response": "not_found"})
        self.assertEqual(self.waiter.ask("wait")["reason"], "request requires id set")
        self.assert_ok(self.waiter.ask("wait", id=1))
        self.assertEqual(self.waiter.ask("wait", id=1)["response"], "failed")

    def test_history_has_what_ended(self):
        self.assertEqual(self.client.ask_items("history"), [])
        self.client.ask("pvmove", **volume("hang"))
        self.end()
        item, = self.client.ask_items("history")
        self.assertEqual([item["item"], item["lv"], item["result"]], ["ended", "until-0", "retcode"])


@ours_only(STOCK)
class AccessTest(DaemonTest):
    """Whoever may connect may see, and nothing more; tests/daemon/test_steer.py has who may steer."""

    @unittest.skipIf(os.geteuid() != 0, "only root can become another user")
    def test_others_may_see(self):
        path = os.path.join(self.temporary_directory(), "lvmpolld.yaml")
        with open(path, "w") as file:
            file.write("access: {users: [root, nobody]}\n")
        daemon, client = self.start_and_connect("-c", path)
        client.ask("pvmove", **volume("hang"))
        other = self.connect_as_nobody(daemon)
        self.assertEqual(list(other.list()), ["hang"])
        self.assertEqual([each.hello()["may_steer"] for each in (client, other)], [1, 0])
        self.assertEqual(other.ask("status")["in_flight"], 1)
        self.assertEqual(other.ask("log_level", level="debug")["response"], "invalid")


class NumberTest(RecoveryTest):
    """The number of an operation is kept, and never given to another."""

    def begin(self, name):
        self.assert_ok(self.client.ask("pvmove", **volume(name)))
        return self.client.list()[name]["id"]

    def test_it_is_kept_after_a_crash(self):
        self.start()
        self.assertEqual((self.begin("hang-a"), self.begin(self.hang)), (1, 2))
        started = self.client.list()[self.hang]["started"]
        self.kill()
        self.start()
        entry = self.client.list()[self.hang]
        self.assertEqual((entry["id"], entry["started"]), (2, started))
        self.assertEqual(self.begin("hang-b"), 3)

    def test_it_is_not_given_again_where_nothing_is_in_flight(self):
        self.start()
        self.assertEqual(self.begin(self.until), 1)
        self.daemon.release(self.until)
        wait_for(lambda: not self.client.list(), "its end")
        self.assertEqual(self.daemon.stop(), 0)
        self.start()
        self.assertEqual(self.begin(self.hang), 2)

    def test_it_is_kept_over_an_upgrade(self):
        self.start()
        self.assertEqual((self.begin(self.hang), self.begin(self.until)), (1, 2))
        self.daemon.release(self.until)
        wait_for(lambda: len(self.client.ended()) == 1, "the end of the second")
        os.unlink(os.path.join(self.daemon.directory, "lvmpolld.state.number"))
        upgrade(self.daemon)
        self.assertEqual(self.client.list()[self.hang]["id"], 1)
        self.assertEqual([entry["id"] for entry in self.client.ended()], [2])
        self.assertEqual(self.begin("hang-b"), 3)

    def test_record_of_an_older_daemon_gets_one(self):
        os.mkdir(self.state, 0o700)
        with open(os.path.join(self.state, record_name(lvid(self.hang))), "w") as file:
            file.write(pvmove_record(self.hang))
        self.start()
        self.assertEqual(self.client.list()[self.hang]["id"], 1)


@ours_only(STOCK)
class ProgressTest(KernelTest):
    """What the kernel's tables tell."""

    def test_disks_and_bytes(self):
        self.start()
        self.add_move(count=4)
        self.kernel_device = self.add_device("moved", segments(4, 1, REGIONS // 2))
        self.start_watching("moved")
        entry = wait_for(lambda: "total_bytes" in self.client.list()["moved"] and
                         self.client.list()["moved"], "a look")
        total = 4 * SEGMENT_SECTORS * SECTOR
        self.assertEqual([entry["total_bytes"], entry["done_bytes"]], [total, total * 3 // 8])
        self.assertEqual(entry["state"], "copying")
        self.assertNotEqual(entry["source"], entry["destinations"])

    def test_rate_and_time_left(self):
        """Five samples, three seconds apart, of what is copied meanwhile."""
        self.start()
        device = self.add_device("moved", [mirror(0, SEGMENT_SECTORS, 0, REGIONS)])
        begun = time.monotonic()
        self.start_watching("moved")
        in_sync = 0

        def has_rate():
            nonlocal in_sync
            in_sync = min(in_sync + 1, REGIONS - 1)
            device.change(targets=[mirror(0, SEGMENT_SECTORS, in_sync, REGIONS)])
            entry = self.client.list()["moved"]
            return entry if "rate" in entry else None
        entry = wait_for(has_rate, "a rate")
        self.assertGreater(time.monotonic() - begun, 10, "four times three seconds")
        self.assertGreater(entry["rate"], 0)
        left = entry["total_bytes"] - entry["done_bytes"]
        self.assertAlmostEqual(entry["remaining"], left / entry["rate"], delta=1)

    def test_what_stands_still(self):
        self.start()
        self.add_device("moved", [mirror(0, SEGMENT_SECTORS, 3, REGIONS)])
        self.start_watching("moved")
        entry = wait_for(lambda: self.client.list()["moved"].get("stalled") and
                         self.client.list()["moved"], "that it stands still", 60)
        self.assertGreaterEqual(entry["stalled"], 10)


@ours_only(STOCK)
class KeptTest(KernelTest):
    """What was seen, and no look shows again, goes on with the next daemon."""

    TOLD = "stands still: no progress for"

    def stand_still(self, seconds):
        self.device = self.add_device("move", [mirror(0, SEGMENT_SECTORS, 3, REGIONS)])
        self.start()
        self.start_watching("move")

        def stalls():
            self.clock.skip(60, self.client)
            return self.client.list()["move"].get("stalled", -1) >= seconds
        wait_for(stalls, "a move that stands still", 60)
        return self.client.list()["move"]["stalled"]

    def assert_stands(self, seconds):
        entry = wait_for(lambda: "stalled" in self.client.list()["move"] and self.client.list()["move"],
                         "a look of the next daemon")
        self.assertGreaterEqual(entry["stalled"], seconds)

    def test_since_when_it_stands_still_outlives_an_upgrade(self):
        seconds = self.stand_still(100)
        upgrade(self.daemon)
        self.client = self.connect(self.daemon)
        self.assert_stands(seconds)

    def test_since_when_it_stands_still_outlives_a_crash(self):
        seconds = self.stand_still(700)
        wait_for(lambda: self.daemon.log().count(self.TOLD) == 1, "that it is told")
        wait_for(lambda: "stall_told = 1\n" in self.record(), "its record")
        self.kill()
        before = self.looks()
        self.start_again()
        self.assert_stands(seconds)
        self.wait_looks(before + 3)
        self.assert_stands(seconds)
        # And is no news.
        self.assertLessEqual(self.daemon.log().count(self.TOLD), 1)

    def record(self):
        name, = self.daemon.record_names()
        return read_file(os.path.join(self.daemon.folder_of_records(), name))

    def test_it_moves_after_a_crash(self):
        self.stand_still(700)
        wait_for(lambda: "stall_told = 1\n" in self.record(), "its record")
        self.kill()
        self.device.change(targets=[mirror(0, SEGMENT_SECTORS, 4, REGIONS)])
        # It does not stand still again meanwhile.
        self.clock.stop()
        self.start_again()
        wait_for(lambda: "moves again, after" in self.daemon.log(), "that it moves")
        self.assertNotIn("stalled", self.client.list()["move"])
        self.clock.go_on()
        wait_for(lambda: "stall_told" not in self.record(), "that its record says so")

    def kept_disks(self):
        """Two segments go to different disks, and a step is between them."""
        def to(disk, line):
            return line.replace(" 7:1 ", " %s " % disk)
        first = [to("7:8", mirror(0, SEGMENT_SECTORS, 50, REGIONS)), segments(2, 0, 50)[1]]
        second = [segments(2, 1, 0)[0], to("7:9", mirror(SEGMENT_SECTORS, SEGMENT_SECTORS, 0, REGIONS))]
        device = self.add_device("move", first)
        device.set_steps(second)
        self.start()
        self.start_watching("move")
        wait_for(lambda: self.client.list()["move"].get("destinations"), "its destination")
        device.change(targets=[to("7:8", mirror(0, SEGMENT_SECTORS, REGIONS, REGIONS)), first[1]], event=True)
        wait_for(lambda: " " in self.client.list()["move"]["destinations"], "both destinations")
        return self.client.list()["move"]["destinations"]

    def test_destinations_outlive_an_upgrade(self):
        before = self.kept_disks()
        upgrade(self.daemon)
        self.client = self.connect(self.daemon)
        self.assertEqual(self.client.list()["move"]["destinations"], before)

    def test_destinations_outlive_a_crash(self):
        """As far as the record has them, which the step has written."""
        before = self.kept_disks()
        self.kill()
        self.start_again()
        wait_for(lambda: self.client.list()["move"].get("destinations") == before, "both destinations")


@ours_only(STOCK)
class ReasonTest(KernelTest):
    """Why an operation is in its state."""

    def reason(self, name):
        return self.client.list()[name]["reason"]

    def wait_reason(self, name, reason):
        wait_for(lambda: self.reason(name) == reason, "that reason")

    def test_a_suspended_device(self):
        device = self.add_move()
        self.start()
        self.start_watching()
        device.change(suspended=True, event=True)
        self.wait_reason("move", "its device is suspended, and does no I/O")
        device.change(suspended=False, event=True)
        self.wait_reason("move", "the kernel copies; no process runs")

    def test_an_lvpoll_that_waits_for_a_lock(self):
        self.add_device("locked", segments(1, 0, REGIONS))
        self.start()
        with open(os.path.join(self.daemon.directory, "lock"), "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            self.request("locked")
            self.wait_reason("locked", "its lvpoll waits for a lock, as that of the volume group")
        wait_for(lambda: "waits for a lock" not in self.client.list().get("locked", {}).get("reason", ""), "its lock")

    def test_a_merge_that_cannot_begin(self):
        """The kernel has no line of it, and lvm2 says that it merges."""
        self.add_device("silent", [linear(0, SEGMENT_SECTORS)], operation="merge")
        self.start()
        self.set_rows(row(identity_in("vg", "silent"), lv_name="silent", lv_attr="Owi-aos---", lv_active="active",
                          lv_merging="merging", lv_converting="", lv_merge_failed="", lv_snapshot_invalid=""))
        self.request("silent", operation="merge")
        self.wait_reason("silent", "it merges when its origin is activated the next time and is not in use")


@ours_only(STOCK)
class TwoWatchersTest(KernelTest):
    def test_one_that_reads_misses_nothing_where_another_begins_to_watch(self):
        """The other one's begin counts a change, and the end comes before that is told."""
        self.add_move()
        self.start()
        self.start_watching()
        watcher = self.connect(self.daemon)
        watcher.ask_items("watch")
        wait_for(lambda: self.client.list()["move"].get("percent"), "a look")
        self.clock.skip(5, self.client)
        self.clock.skip(5, self.client)
        self.clock.stop()
        self.clock.settle(self.client)
        self.request("move")  # one request more is a change
        other = self.connect(self.daemon)
        other.send(format_request("watch", {}) + MESSAGE_END + format_request("forget", {"id": 1}) + MESSAGE_END)
        item = {}
        while item.get("event") != "destroy":
            item = parse_reply(watcher.receive())
            self.assertIn(item["event"], ("create", "change", "destroy"))
        self.client.hello()
        self.clock.go_on()
        self.request("move")
        self.assertEqual(parse_reply(watcher.receive())["event"], "create")


@ours_only(STOCK)
class WatchTest(DaemonTest):
    def setUp(self):
        self.daemon, self.client = self.start_and_connect()
        self.watcher = self.connect(self.daemon)

    def watch(self):
        return [item["lv"] for item in self.watcher.ask_items("watch")]

    def next_event(self):
        item = parse_reply(self.watcher.receive())
        return item["event"], item.get("lv"), item

    def wait_event(self, wanted, name):
        while True:
            event, lv, item = self.next_event()
            if (event, lv) == (wanted, name):
                return item

    def test_first_what_is_then_each_change(self):
        self.client.ask("pvmove", **volume("hang"))
        self.assertEqual(self.watch(), ["hang"])
        self.daemon.make_pipe("until-0")
        self.client.ask("pvmove", **volume("until-0"))
        self.assertEqual(self.wait_event("create", "until-0")["id"], 2)
        self.daemon.release("until-0")
        item = self.wait_event("destroy", "until-0")
        self.assertEqual([item[key] for key in ("id", "state", "result", "value")],
                         [2, "finished", "retcode", 0])

    def test_at_most_one_message_a_second_for_each_operation(self):
        self.assertEqual(self.watch(), [])
        first = time.monotonic()  # before the first message, which this test may be late to read
        self.client.ask("pvmove", **volume("hang"))
        self.wait_event("create", "hang")
        for _ in range(3):
            self.client.ask("pvmove", **volume("hang"))
            self.wait_event("change", "hang")
        self.assertGreater(time.monotonic() - first, 2.5)

    def test_nothing_is_told_where_nothing_changes(self):
        self.client.ask("pvmove", **volume("hang"))
        wait_for(lambda: self.client.list()["hang"].get("percent"), "progress")
        self.watch()
        self.watcher.socket.settimeout(scaled(3))
        self.assertRaises(TimeoutError, self.watcher.receive)

    def test_one_that_does_not_read_costs_nothing_and_hears_what_it_missed(self):
        count, rounds = 200, 8  # more than the kernel takes for one that does not read
        for number in range(count):
            self.client.ask("pvmove", **volume("hang", "n%d" % number))
        sleeper = self.connect(self.daemon)
        sleeper.send(format_request("watch", {}) + MESSAGE_END)
        self.watch()
        before = self.daemon.peak_memory_kib()
        for _ in range(rounds):
            for number in range(count):
                self.client.ask("pvmove", **volume("hang", "n%d" % number))
            self.wait_change_of(lvid("n%d" % (count - 1)))
        self.assert_memory_grew_less(self.daemon, before, 8192)
        sleeper.receive_items()
        while True:
            item = parse_reply(sleeper.receive())
            if item["event"] == "missed":
                break
        self.assertGreater(item["changes"], 0)

    def wait_change_of(self, identity):
        """Changes of all others, which came before, are told by then."""
        while True:
            event, _, item = self.next_event()
            if event == "change" and item["lvid"] == identity:
                return

    def test_it_outlasts_the_time_for_a_reply(self):
        path = os.path.join(self.daemon.directory, "limits.yaml")
        with open(path, "w") as file:
            file.write("limits: {client_timeout: 1}\n")
        self.daemon, self.client = self.start_and_connect("-c", path)
        self.watcher = self.connect(self.daemon)
        self.watch()
        self.daemon.make_pipe("until-0")
        self.client.ask("pvmove", **volume("until-0"))
        self.wait_event("create", "until-0")
        begun = time.monotonic()
        wait_for(lambda: time.monotonic() - begun > 2, "twice the time for a reply")
        self.daemon.release("until-0")
        self.wait_event("destroy", "until-0")

    def test_upgrade_ends_the_watch_and_the_next_tells_what_is(self):
        self.client.ask("pvmove", **volume("hang"))
        self.watch()
        upgrade(self.daemon)
        self.watcher.receive_end()
        self.watcher = self.connect(self.daemon)
        self.assertEqual(self.watch(), ["hang"])
        self.client.hello()


if __name__ == "__main__":
    unittest.main()
