# SPDX-License-Identifier: LGPL-2.1-or-later
"""lvmpollctl: what it prints, and its exit statuses."""

import json
import os
import re
import shutil
import socket
import subprocess
import threading
import time
import unittest

from ctl_test import (FAILED, faults, GOOD, needs_tool, NO_DAEMON, NO_OPERATION, read_schema,
                      REFUSED, run_tool, SOURCE, TIMEOUT, tool_path, USAGE)
from deadline import DEADLINE_S, scaled, wait_for
from kernel_standin import HANG
from kernel_test import KernelTest, segments
from lvmpolld import DaemonTest, ours_only, read_file, STOCK
from protocol import lvid, volume
from recovery_test import RecoveryTest
from upgrade_test import upgrade

NOT_STOCK = "it is for our daemon"


class ToolTest(DaemonTest):
    def setUp(self):
        self.daemon, self.client = self.start_and_connect(patience=0)

    def run_tool(self, *arguments, status=GOOD, **variables):
        """Runs it, and returns what it prints where it ends with STATUS."""
        answer = run_tool(self.daemon, *arguments, **variables)
        self.assertEqual(answer.returncode, status, answer.stdout + answer.stderr)
        self.complaint = answer.stderr
        return answer.stdout

    def start_tool(self, *arguments):
        process = subprocess.Popen(
            [tool_path(), *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True,
            env=dict(os.environ, LVM_LVMPOLLD_SOCKET=self.daemon.socket, LC_ALL="C"))
        self.addCleanup(self.end, process)
        return process

    def end(self, process):
        if process.poll() is None:
            process.kill()
        process.communicate()

    def begin(self, name, operation="pvmove", **parameters):
        self.assert_ok(self.client.ask(operation, **volume(name, **parameters)))

    def begin_released(self):
        """An operation that goes on until it is released."""
        self.daemon.make_pipe("until-0")
        self.begin("until-0")


@needs_tool
@ours_only(NOT_STOCK)
class ListTest(ToolTest):
    def test_nothing_in_flight_prints_nothing(self):
        self.assertEqual(self.run_tool(), "")
        self.assertEqual(json.loads(self.run_tool("list", "--json")), {"operations": []})

    def test_table(self):
        self.begin("hang")
        wait_for(lambda: self.client.list()["hang"].get("percent"), "progress")
        heading, line = self.run_tool().splitlines()
        self.assertEqual(heading.split(), ["VOLUME", "OPERATION", "STATE", "PERCENT", "DONE",
                                           "SIZE", "RATE", "LEFT"])
        self.assertEqual(line.split(), ["vg/hang", "pvmove", "running", "10.0%"])

    def test_columns(self):
        self.begin("hang")
        names = [line.split()[0] for line in self.run_tool("list", "--list-columns").splitlines()]
        self.assertEqual(len(names), len(set(names)))
        for name in "VOLUME OPERATION STATE PERCENT DONE SIZE RATE LEFT SOURCE DESTINATION " \
                    "STARTED ELAPSED STALLED FAILED PID REQUESTS LVID REASON DOUBT RESULT ID".split():
            self.assertIn(name, names)
        self.assertEqual(self.run_tool("list", "-O", "-r").splitlines()[0].split(" "), names)
        self.assertEqual(self.run_tool("list", "-nr", "-o", "id,lvid"), "1 %s\n" % lvid("hang"))
        self.run_tool("list", "-o", "VOLUME,NIX", status=USAGE)
        self.assertIn('no column "NIX"', self.complaint)

    def test_json_is_as_the_schema_says(self):
        schema = read_schema()
        self.begin("hang")
        self.begin("exit-5", "merge")
        self.begin("good", "convert")
        wait_for(lambda: "result" in self.client.list()["exit-5"] and self.client.ended(), "ends")
        told = json.loads(self.run_tool("list", "--all", "--json"))
        self.assertEqual(list(faults(told, schema, schema)), [])
        self.assertEqual({entry["name"] for entry in told["operations"]},
                         {"vg/hang", "vg/exit-5", "vg/good"})
        results = {entry["name"]: entry["result"] for entry in told["operations"]}
        self.assertEqual(results["vg/good"], {"kind": "retcode", "value": 0})
        for line in self.run_tool("events", "--now", "--json").splitlines():
            event = json.loads(line)
            if "operation" in event:
                self.assertEqual(list(faults({"operations": [event]}, schema, schema)),
                                 [])

    def test_schema_has_each_state(self):
        header = read_file(os.path.join(SOURCE, "core", "operation", "state.h"))
        table = re.search(r"#define OPERATION_STATES\(X\)(.*?)\n\n", header, re.S).group(1)
        states = set(re.findall(r'X\(\w+,\s*(?:\\\s*)?"(\w+)"', table))
        self.assertGreater(len(states), 9)
        known = read_schema()["$defs"]["operation"]["properties"]["state"]["enum"]
        self.assertEqual(states - set(known), set())

    def test_checks_of_the_schema_find_faults(self):
        schema = read_schema()
        for wrong in ({}, {"operations": {}}, {"operations": [{"id": 0}]}):
            self.assertNotEqual(list(faults(wrong, schema, schema)), [])

    def test_names_choose(self):
        self.begin("hang-1")
        self.begin("hang-2")
        for name in ("vg/hang-2", "id:2", lvid("hang-2"), "/dev/vg/hang-2"):
            self.assertEqual(self.run_tool("list", "-nr", "-o", "ID", name), "2\n")
        self.assertEqual(self.run_tool("list", "-nr", "-o", "ID", "vg"), "1\n2\n")
        self.assertEqual(self.run_tool("list", "-nr", "-o", "ID", "vg/nix"), "")

    def test_status(self):
        self.begin("hang")
        text = self.run_tool("status", "vg/hang")
        self.assertIn("REASON: an lvm command runs", text)
        self.assertRegex(text, r"\n +EVENTS: +\d{4}-\d\d-\d\d \d\d:\d\d:\d\d  begins\n")
        self.run_tool("status", "vg/nix", status=NO_OPERATION)
        self.run_tool("status", status=USAGE)

    def test_status_in_json(self):
        schema = read_schema()
        self.begin("good")
        wait_for(self.client.ended, "the end")
        self.begin("hang")
        for name in ("good", "hang"):
            told = json.loads(self.run_tool("status", "--json", "vg/" + name))
            self.assertEqual(list(faults(told, schema, schema)), [])
            self.assertEqual([entry["name"] for entry in told["operations"]], ["vg/" + name])
            self.assertEqual(told["operations"][0]["events"][0]["text"], "begins")

    def test_status_of_what_ended_is_that_of_the_latest(self):
        for number in (1, 2):
            self.begin("good")
            wait_for(lambda: len(self.client.ended()) == number, "the end")
        self.assertIn("          ID: 2\n", self.run_tool("status", "vg/good"))

    def test_history(self):
        self.begin("good")
        wait_for(self.client.ended, "the end")
        self.assertEqual(self.run_tool("history", "-nr", "-o", "ID,VOLUME,RESULT"),
                         "1 vg/good retcode\\x200\n")
        self.assertEqual(self.run_tool("list"), "")

    def test_daemon(self):
        self.assertIn("pid            %d\n" % self.daemon.pid, self.run_tool("ping"))
        version = re.search(r"^daemon +lvmpolld (\S+)$", self.run_tool("ping"), re.M).group(1)
        self.assertRegex(self.run_tool("plugins"), r"merge_thin   loaded +%s " % re.escape(version))
        self.assertIn("daemon.socket: %s\n" % self.daemon.socket, self.run_tool("config"))
        self.assertIn("abort {\n}", self.run_tool("dump"))
        self.run_tool("log-level", "debug")
        self.assertIn("log level      debug\n", self.run_tool("ping"))
        self.run_tool("log-level", "loud", status=REFUSED)
        self.run_tool("log-level", status=USAGE)

    def test_output_that_cannot_be_written_is_a_failure(self):
        self.begin("hang")
        with open("/dev/full", "w") as full:
            answer = subprocess.run([tool_path(), "--socket", self.daemon.socket], stdout=full,
                                    stderr=subprocess.PIPE, timeout=scaled(DEADLINE_S))
        self.assertEqual(answer.returncode, FAILED, answer.stderr)


@needs_tool
@ours_only(NOT_STOCK)
class CommandLineTest(ToolTest):
    def verbs(self):
        return [line.split()[0] for line in self.run_tool("--help").splitlines()
                if re.match(r"  [a-z]", line)]

    def test_help_for_each_verb(self):
        verbs = self.verbs()
        self.assertGreater(len(verbs), 12)
        for verb in verbs:
            self.assertIn("Usage: lvmpollctl [--socket PATH] " + verb, self.run_tool(verb, "--help"))

    def test_what_is_wrong_has_status_2(self):
        for arguments in (["nix"], ["--nix"], ["list", "--nix"], ["wait", "--timeout", "soon"],
                          ["abort"], ["ping", "twice"], ["events", "all"]):
            self.assertEqual(self.run_tool(*arguments, status=USAGE), "")
            self.assertLess(self.complaint.count("\n"), 4)

    def test_no_daemon(self):
        self.daemon.stop()
        for verb in self.verbs():
            if verb not in ("check", "resume"):
                needed = dict({verb: ["vg/x"] for verb in ("status", "abort", "adopt", "forget")},
                              **{"log-level": ["info"], "start": ["scrub", "vg/x"]})
                self.run_tool(verb, *needed.get(verb, []), status=NO_DAEMON)
                self.assertIn("no daemon answers at " + self.daemon.socket, self.complaint)
                self.assertEqual(self.complaint.count("\n"), 1)

    def test_version(self):
        self.assertRegex(self.run_tool("--version"), r"^lvmpollctl \d+\.\d+\.\d+\n$")


@needs_tool
@ours_only(NOT_STOCK)
class WaitTest(ToolTest):
    def test_nothing_to_wait_for(self):
        self.run_tool("wait")
        self.run_tool("wait", "vg/nix")
        self.run_tool("wait", "--must", status=NO_OPERATION)
        self.run_tool("wait", "--must", "vg/nix", status=NO_OPERATION)

    def wait_watched(self, count=1):
        """The tool has asked, and waits: clients beside this one."""
        wait_for(lambda: len(os.listdir("/proc/%d/fd" % self.daemon.pid)) >= self.descriptors +
                 count, "the tool's connection")

    def start_wait(self, *arguments):
        self.descriptors = len(os.listdir("/proc/%d/fd" % self.daemon.pid))
        process = self.start_tool("wait", *arguments)
        self.wait_watched()
        return process

    def test_good_end(self):
        self.begin_released()
        process = self.start_wait("vg/until-0")
        self.assertIsNone(process.poll())
        self.daemon.release("until-0")
        self.assertEqual(process.wait(scaled(DEADLINE_S)), GOOD)

    def test_end_that_came_before(self):
        self.begin("good")
        wait_for(self.client.ended, "the end")
        self.run_tool("wait", "--must", "vg/good")

    def test_failure_is_told_as_soon_as_a_client_would_be(self):
        self.begin("exit-5")
        self.run_tool("wait", "vg/exit-5", status=FAILED)
        self.assertIn("vg/exit-5: its pvmove fails, and is tried again (retcode 5)", self.complaint)

    def test_until_over_waits_on(self):
        self.begin("exit-5")
        wait_for(lambda: "result" in self.client.list()["exit-5"], "the failure")
        self.run_tool("wait", "--until-over", "--timeout", "1", "vg/exit-5", status=TIMEOUT)

    def test_timeout(self):
        self.begin("hang")
        self.run_tool("wait", "--timeout", "1", status=TIMEOUT)
        self.assertIn("hang", self.client.list())

    def test_aborted_move_is_a_failure(self):
        self.begin("hang")
        process = self.start_wait("id:1")
        self.begin("good", seed="hang", abort=1)
        self.assertEqual(process.wait(scaled(DEADLINE_S)), FAILED)

    def test_it_goes_on_over_an_upgrade(self):
        self.begin_released()
        process = self.start_wait("vg/until-0")
        upgrade(self.daemon)
        self.daemon.release("until-0")
        self.assertEqual(process.wait(scaled(DEADLINE_S)), GOOD, process.stderr.read())


@needs_tool
class CrashTest(RecoveryTest):
    def test_wait_goes_on_with_the_next_daemon(self):
        self.start()
        self.assert_ok(self.client.ask("pvmove", **volume(self.until)))
        self.daemon.wait_start(self.until)
        path = os.path.join(self.daemon.directory, "events")
        with open(path, "w") as file:
            process = subprocess.Popen([tool_path(), "--socket", self.daemon.socket, "events"], stdout=file)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        wait_for(lambda: "exists -\n" in read_file(path), "what is")
        self.kill()
        self.start()
        self.wait_starts_of(self.until, 2)  # the former one is ended first
        self.daemon.release(self.until)
        ending = "^destroy id:1 name:vg/%s .* result:retcode value:0 " % re.escape(self.until)
        wait_for(lambda: re.search(ending, read_file(path), re.M), "the end")
        self.assertIsNone(process.poll(), "it goes on")


@needs_tool
@ours_only(NOT_STOCK)
class EventsTest(ToolTest):
    def test_what_is_then_what_happens(self):
        self.begin("hang")
        process = self.start_tool("events", "--timestamps")
        stamp = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ "
        self.assertRegex(process.stdout.readline(), stamp + "exists id:1 name:vg/hang operation:pvmove")
        self.assertRegex(process.stdout.readline(), stamp + "exists -\n")
        self.begin("good")
        line = ""
        while " destroy " not in line:
            line = process.stdout.readline()
            self.assertRegex(line, stamp + "(create|change|destroy) ")
        self.assertIn("name:vg/good", line)

    def test_lines_in_json_are_operations_with_their_event(self):
        schema = read_schema()
        self.begin("hang")
        process = self.start_tool("events", "--json", "--timestamps")
        line = json.loads(process.stdout.readline())
        self.assertEqual(list(faults({"operations": [line]}, schema, schema)), [])
        self.assertEqual([line["event"], line["id"], line["name"]], ["exists", 1, "vg/hang"])
        self.assertRegex(line["time"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")
        line = json.loads(process.stdout.readline())
        self.assertEqual((set(line), line["event"]), ({"time", "event"}, "exists"))
        self.begin("good")
        line = {}
        while line.get("event") != "destroy":
            line = json.loads(process.stdout.readline())
            self.assertEqual(list(faults({"operations": [line]}, schema, schema)), [])
        self.assertEqual(line["name"], "vg/good")

    def test_watch_in_a_pipe_ends_when_all_is_over(self):
        self.begin_released()
        process = self.start_tool("watch")
        first = process.stdout.readline()
        self.assertIn("vg/until-0 pvmove", first)
        self.daemon.release("until-0")
        output, _ = process.communicate(timeout=scaled(DEADLINE_S))
        self.assertEqual(process.returncode, GOOD)
        for line in [first, *output.splitlines(True)]:
            self.assertRegex(line, r"\S\n\Z")
        self.assertIn("vg/until-0 pvmove is finished after", output.splitlines()[-1])

    def test_watch_without_anything_ends(self):
        self.assertEqual(self.run_tool("watch"), "")


@needs_tool
@ours_only(NOT_STOCK)
class MonitoringTest(ToolTest):
    def test_check(self):
        self.assertEqual(self.run_tool("check"),
                         "LVMPOLLD OK - 0 operations in flight | operations=0 wrong=0\n")
        self.begin("exit-5")
        wait_for(lambda: "result" in self.client.list()["exit-5"], "the failure")
        self.assertIn("CRITICAL - 1 operation in flight: vg/exit-5: ", self.run_tool("check", status=2))
        self.run_tool("check", "-w", "soon", status=3)
        self.daemon.stop()
        self.assertIn("UNKNOWN", self.run_tool("check", status=3))

    def assert_metrics(self, text):
        """Prometheus' text format: each sample behind HELP and TYPE of its family."""
        family = None
        for line in text.splitlines():
            head = re.fullmatch(r"# (HELP|TYPE) (lvmpolld_\w+) (.+)", line)
            sample = re.fullmatch(r'(lvmpolld_\w+)(\{(\w+="[^"\\]*",?)+\})? -?[\d.e+]+', line)
            self.assertTrue(head or sample, line)
            if head and head.group(1) == "HELP":
                self.assertNotEqual(head.group(2), family)
                family = head.group(2)
            else:
                self.assertEqual((head.group(2) if head else sample.group(1)), family)

    def test_metrics(self):
        self.begin("hang")
        wait_for(lambda: self.client.list()["hang"].get("percent"), "progress")
        text = self.run_tool("metrics")
        self.assert_metrics(text)
        self.assertIn('lvmpolld_operations{operation="pvmove",state="running"} 1\n', text)
        self.assertIn('lvmpolld_operation_progress_ratio{id="1",vg="vg",lv="hang",'
                      'operation="pvmove",abort="0"} 0.1\n', text)

    def test_totals_of_what_is_over(self):
        self.begin("good")
        wait_for(self.client.ended, "the end")
        text = self.run_tool("metrics")
        self.assert_metrics(text)
        for line in ('lvmpolld_results_total{operation="pvmove",result="success"} 1',
                     'lvmpolld_results_total{operation="merge_thin",result="given_up"} 0',
                     'lvmpolld_lvm_runs_total{operation="pvmove",result="success"} 1',
                     'lvmpolld_lvm_runs_total{operation="pvmove",result="error"} 0'):
            self.assertIn(line + "\n", text)
        self.assertIn("# TYPE lvmpolld_results_total counter\n", text)

    @unittest.skipUnless(shutil.which("promtool"), "promtool is not installed (package prometheus)")
    def test_promtool_has_nothing_to_say(self):
        self.begin("hang")
        wait_for(lambda: self.client.list()["hang"].get("percent"), "progress")
        answer = subprocess.run(["promtool", "check", "metrics"], text=True, capture_output=True,
                                input=self.run_tool("metrics"), timeout=scaled(DEADLINE_S))
        self.assertEqual((answer.returncode, answer.stdout, answer.stderr), (0, "", ""))

    def test_metrics_for_node_exporter(self):
        path = os.path.join(self.temporary_directory(), "lvmpolld.prom")
        self.assertEqual(self.run_tool("metrics", "--textfile", path), "")
        self.assert_metrics(read_file(path))
        self.assertEqual(os.listdir(os.path.dirname(path)), ["lvmpolld.prom"])
        self.run_tool("metrics", "--textfile", "/nowhere/lvmpolld.prom", status=FAILED)


class Forgetful:
    """In place of a daemon: its first watch misses the end of the only operation, which its list tells afterwards."""

    OPERATION = 'item="operation"\nid=1\nvg="vg"\nlv="lv"\nlvid="x"\noperation="pvmove"\n'
    END = 'item="end"\n'

    def __init__(self, path):
        self.socket = path  # as a daemon has it
        self.watches = 0
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(path)
        self.listener.listen()
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            connection = self.listener.accept()[0]
            threading.Thread(target=self.answer, args=(connection,), daemon=True).start()

    def answer(self, connection):
        request = connection.recv(4096)
        connection.sendall("".join(item + "##\n" for item in self.items(request)).encode())
        connection.recv(1)

    def items(self, request):
        is_over = self.watches > 0
        yield 'response="OK"\n'
        if b"watch" in request:
            self.watches += 1
            yield from [] if is_over else [self.OPERATION]
            yield self.END
            yield from [] if is_over else ['item="missed"\nevent="missed"\nchanges=1\n']
            return
        yield self.OPERATION + ('ended=%d\nresult="retcode"\nvalue=5\n' % time.time() if is_over else "")
        yield self.END


@needs_tool
class MissedTest(DaemonTest):
    def test_end_among_changes_that_were_missed_is_heard(self):
        daemon = Forgetful(os.path.join(self.temporary_directory(), "socket"))
        answer = run_tool(daemon, "wait", "id:1")
        self.assertEqual((answer.returncode, answer.stderr),
                         (FAILED, "lvmpollctl: vg/lv: its pvmove has failed (retcode 5)\n"))
        self.assertEqual(daemon.watches, 2)


@needs_tool
class DisksTest(KernelTest):
    def test_disks_name_an_operation(self):
        self.start()
        self.add_device("moved", segments(2, 0, 50))
        self.start_watching("moved")
        entry = wait_for(lambda: self.client.list()["moved"].get("source") and
                         self.client.list()["moved"], "a look")
        for disk in (entry["source"], entry["destinations"]):
            if disk.startswith("/"):
                answer = run_tool(self.daemon, "list", "-nr", "-o", "ID", disk)
                self.assertEqual(answer.stdout, "1\n", answer.stderr)

    def test_disk_of_a_move_that_was_not_looked_at_is_waited_for(self):
        self.start()
        self.add_device("moved", segments(2, 0, 50))
        self.kernel.set_fault("status.vg-moved", HANG)
        self.request("moved")
        wait_for(lambda: self.kernel.calls("hang"), "the call that hangs")
        answer = run_tool(self.daemon, "wait", "--timeout", "2", "/dev/nix")
        self.assertEqual(answer.returncode, TIMEOUT)
        self.assertIn("vg/moved: its pvmove is waited for, too, since its disks are not known", answer.stderr)
        self.kernel.clear_fault("status.vg-moved")
        wait_for(lambda: "disks_unknown" not in self.client.list()["moved"], "a look")
        self.assertEqual(run_tool(self.daemon, "wait", "/dev/nix").returncode, GOOD)

    def test_name_of_several_moves_aborts_none(self):
        self.start()
        for name in ("one", "other"):
            self.add_device(name, segments(2, 0, 50))
            self.start_watching(name)
        wait_for(lambda: len(self.client.list()) == 2, "two moves")
        answer = run_tool(self.daemon, "abort", "vg", STANDIN_DIR=self.daemon.directory)
        self.assertEqual(answer.returncode, USAGE)
        self.assertIn("vg stands for id:1 and id:2, at least: name one by its number", answer.stderr)
        self.assertEqual([start for start in self.daemon.starts() if "--abort" in start[2]], [])

    def test_abort_is_done_by_lvm2(self):
        """The stand-in notes what it is called with."""
        self.start()
        self.add_device("moved", segments(2, 0, 50))
        self.start_watching("moved")
        entry = wait_for(lambda: self.client.list()["moved"].get("source") and
                         self.client.list()["moved"], "a look")
        run_tool(self.daemon, "abort", "vg/moved", STANDIN_DIR=self.daemon.directory)
        self.assertIn("pvmove --abort " + entry["source"],
                      [arguments for _, _, arguments in self.daemon.starts()])
        self.assertEqual(run_tool(self.daemon, "abort", "vg/nix").returncode, NO_OPERATION)


@needs_tool
@ours_only(NOT_STOCK)
class RefusalTest(ToolTest):
    def test_merge_cannot_be_aborted(self):
        self.begin("hang", "merge")
        self.run_tool("abort", "vg/hang", status=REFUSED)
        self.assertIn("cannot abort the merge of vg/hang", self.complaint)


@needs_tool
@unittest.skipUnless(os.path.exists(STOCK), "lvm2's own daemon is not installed")
class StockTest(DaemonTest):
    def test_table_of_what_its_dump_has(self):
        daemon = self.new_daemon(path=STOCK)
        daemon.start()
        client = self.connect(daemon)
        client.ask("pvmove", **volume("hang"))
        pid = daemon.wait_start("hang")[0]
        answer = run_tool(daemon, "list", "-nr", "-o", "VOLUME,OPERATION,STATE,PID")
        self.assertEqual(answer.stdout, "vg/hang pvmove running %d\n" % pid)
        self.assertIn("lvm2's own", answer.stderr)
        self.assertEqual(answer.returncode, GOOD)
        told = json.loads(run_tool(daemon, "list", "--json").stdout)
        schema = read_schema()
        self.assertEqual(list(faults(told, schema, schema)), [])
        self.assertEqual([entry["id"] for entry in told["operations"]], [None])
        self.assertEqual(run_tool(daemon, "list", "-n", "-o", "ID").stdout.strip(), "")
        self.assertEqual(run_tool(daemon, "events").returncode, REFUSED)
        self.assertIn("lvm2's own", run_tool(daemon, "ping").stdout)


class CompletionCase:
    """What a shell offers."""

    def complete(self, *words):
        environment = dict(os.environ, LVM_LVMPOLLD_SOCKET=self.daemon.socket, LC_ALL="C",
                           HOME=self.daemon.directory, XDG_CONFIG_HOME=self.daemon.directory,
                           PATH=os.path.dirname(tool_path()) + ":" + os.environ["PATH"])
        answer = subprocess.run(self.command(words), capture_output=True, text=True,
                                stdin=subprocess.DEVNULL, timeout=scaled(DEADLINE_S), env=environment)
        self.assertEqual(answer.stderr, "")
        return self.offered(answer.stdout)

    def script(self, shell):
        return os.path.join(SOURCE, "etc", "lvmpollctl." + shell)

    def offered(self, output):
        return output.split()

    @ours_only(NOT_STOCK)
    def test_verbs_options_and_volumes(self):
        self.begin("hang")
        verbs = [line.split()[0] for line in
                 run_tool(self.daemon, "--help").stdout.splitlines() if re.match(r"  [a-z]", line)]
        self.assertEqual(sorted(self.complete("")), sorted(verbs))
        self.assertEqual(self.complete("wat"), ["watch"])
        self.assertEqual(self.complete("wait", ""), ["vg/hang"])
        self.assertEqual(self.complete("--socket", self.daemon.socket, "wait", "vg"), ["vg/hang"])
        self.assertNotIn("vg/hang", self.complete("--socket", "x", "wait", "vg"))
        self.assertIn("REASON", self.complete("list", "-o", ""))
        self.assertEqual(self.complete("log-level", "n"), ["notice"])
        for verb in verbs:
            options = set(re.findall(r"--[a-z-]+", run_tool(self.daemon, verb, "--help").stdout))
            self.assertLessEqual(options - {"--socket"}, set(self.complete(verb, "--")), verb)


@needs_tool
@unittest.skipUnless(shutil.which("zsh"), "zsh is not installed")
class ZshTest(CompletionCase, ToolTest):
    """Completion for zsh, which chooses by itself of what it is given."""

    def command(self, words):
        self.word = words[-1]
        return ["zsh", "-f", "-c", "compadd() { print -l -- ${(P)2}; }; _files() { print files; }; "
                "complete_it() { local -a words=(lvmpollctl $@[2,-1]); local CURRENT=$#; . $1; }; "
                'complete_it "$@"', "zsh", self.script("zsh"), *words]

    def offered(self, output):
        return [word for word in output.split() if word.startswith(self.word)]


@needs_tool
@unittest.skipUnless(shutil.which("fish"), "fish is not installed")
class FishTest(CompletionCase, ToolTest):
    def command(self, words):
        line = " ".join(["lvmpollctl", *words])
        return ["fish", "--no-config", "-c", 'source $argv[1]; complete -C "$argv[2]"',
                self.script("fish"), line]

    def offered(self, output):
        return [line.split("\t")[0] for line in output.splitlines()]


@needs_tool
class BashTest(CompletionCase, ToolTest):
    def command(self, words):
        return ["bash", "-c", '. "$1"; shift; COMP_WORDS=(lvmpollctl "$@"); COMP_CWORD=$#; _lvmpollctl; '
                'printf "%s\\n" "${COMPREPLY[@]}"', "bash", self.script("bash"), *words]


if __name__ == "__main__":
    unittest.main()
