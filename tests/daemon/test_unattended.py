# SPDX-License-Identifier: LGPL-2.1-or-later
"""Operations that lvm2 has begun, and that nobody sees to: found in the kernel, told, adopted."""

import json
import os
import re
import signal
import subprocess
import unittest

from ctl_test import FAILED, faults, GOOD, needs_tool, NO_OPERATION, read_schema, REFUSED, run_tool, TIMEOUT, USAGE
from deadline import wait_for
from kernel_standin import linear, mirror, snapshot_merge
from kernel_test import identity_in, KernelTest, REGIONS, row, SEGMENT_SECTORS
from lvmpolld import HERE, read_file, STANDIN
from own_plugin_test import raid
from test_verifying import SEGMENT_BYTES, SOURCE, TARGET, VerifyingTest
from upgrade_test import upgrade

INCLUDE = os.path.join(os.path.dirname(os.path.dirname(HERE)), "include")
REPORT = "unattended: {adopt: report}"
ALWAYS = "unattended: {adopt: always}"
ALONE = "nobody sees to it"
# Of a process that is not known, or may see to anything.
IN_DOUBT = re.compile(r"whether \S+\[(\d+)\] sees to it cannot be told")
# What is found is adopted, and told without a question, only then.
PATIENCE_S = 11

# A command of lvm2 that says when it is there, and ends with its input.
WAITING = '#!/bin/sh\necho there\nread -r _\n'


class Unattended:
    """For a KernelTest."""

    commands = ()  # that the test has started

    @property
    def group(self):
        """Of a volume that an lvpoll of the test names: a daemon of another test would end that, as a leftover for its
        own volume of the same name."""
        return "vg-%d" % os.getpid()

    def new_daemon(self, **options):
        # Commands of lvm2 are known by the name of the program: no test at the same time has this one.
        folder = self.temporary_directory()
        self.lvm = os.path.join(folder, os.path.basename(folder))
        os.symlink(STANDIN, self.lvm)
        os.symlink(os.path.join(HERE, "lvm-standin-move"), os.path.join(folder, "lvm-standin-move"))
        return super().new_daemon(standin=self.lvm, **options)

    def add_left(self, in_sync=0, lvname="pvmove0", vgname="vg"):
        """A move that was begun, and whose lvm is gone."""
        return self.add_device(lvname, [mirror(0, SEGMENT_SECTORS, in_sync, REGIONS)], vgname)

    def items(self):
        return {item["lv"]: item for item in self.client.ask_items("list") if item["item"] == "unattended"}

    def state(self):
        return self.daemon.socket.replace(".socket", ".state")

    def restart(self, number=signal.SIGTERM):
        """Another daemon in the place of this one, once that has ended by the signal."""
        self.client.close()
        if number is not None:
            self.daemon.stop(number)
        self.daemon.start("-c", self.configuration, environment=self.daemon.environment(**self.kernel.variables()))
        wait_for(self.daemon.accepts, "a daemon behind the socket")
        self.client = self.connect(self.daemon)

    def look_once(self):
        wanted = self.client.ask("adopt")["look"]
        wait_for(lambda: self.client.ask("status")["looks"] >= wanted, "a look for what nobody sees to")
        return self.items()

    def is_in_doubt(self, text):
        """Some process of the machine, none of the test's, is in the middle of its exec, or a command of lvm2."""
        found = IN_DOUBT.search(text)
        return found and int(found.group(1)) not in self.commands

    def look(self):
        """Lets the daemon look, and waits until it has, and knows all processes; returns what nobody sees to."""
        def known():
            items = self.look_once()
            return None if any(self.is_in_doubt(item["reason"]) for item in items.values()) else (items,)
        return wait_for(known, "a look at which all processes are known")[0]

    def start_command(self, *arguments, name=None, within=()):
        """A command of lvm2 with these arguments, which does nothing; returns what ends it. By its name it is only known
        for one as lvm2's are, by a link to lvm of that name. It may be run by a command that it is within."""
        folder = self.temporary_directory()
        os.chmod(folder, 0o755)
        program = os.path.join(folder, name or os.path.basename(self.lvm))
        with open(program, "w") as file:
            file.write(WAITING)
        os.chmod(program, 0o755)
        if name:
            os.symlink(self.lvm, os.path.join(os.path.dirname(self.lvm), name))
        process = subprocess.Popen([*within, *([program] if name else ["sh", program]), *arguments],
                                   stdin=subprocess.PIPE, stdout=subprocess.PIPE)

        def end():
            process.stdin.close()
            process.stdout.close()
            process.wait()
        self.addCleanup(lambda: process.returncode is None and end())
        self.assertEqual(process.stdout.readline(), b"there\n")
        children = read_file("/proc/%d/task/%d/children" % (process.pid, process.pid)).split()
        self.commands = (*self.commands, process.pid, *map(int, children))
        return end

    def pass_patience(self):
        """What was found is there for long."""
        self.clock.skip(PATIENCE_S, self.client)

    def pass_until(self, condition, what, seconds):
        """The clock, which stands otherwise, goes on by so much with each turn of the daemon's: that is never late."""
        def holds():
            self.clock.skip(seconds, self.client)
            return condition()
        return wait_for(holds, what)

    def adopt_by(self, client, lvname="pvmove0"):
        """The client asks until it is adopted: some process may be in doubt at a look. Returns its number."""
        number = self.look()[lvname]["id"]

        def adopted():
            item = self.items().get(lvname)
            if item and not item["adopting"]:
                self.assert_ok(client.ask("adopt", id=number))
            return not item
        wait_for(adopted, "its adoption")
        self.assertIn(lvname, self.client.list())
        return number

    def has_no_answer(self, result):
        """What the tool ends with where the machine is too busy for its patience, or some process is in doubt."""
        return result.returncode == TIMEOUT or self.is_in_doubt(result.stderr)

    def run_adopt(self, *arguments):
        """Runs lvmpollctl adopt until it has an answer; what a run without one has adopted is let go of again."""
        before = set(self.client.list())

        def answered():
            result = run_tool(self.daemon, "adopt", *arguments)
            if not self.has_no_answer(result):
                return result
            # The daemon goes on with what it was asked for.
            wait_for(lambda: not any(item["adopting"] for item in self.items().values()), "the daemon's answers")
            for name, entry in self.client.list().items():
                if name not in before:
                    self.assertEqual(self.client.ask("forget", id=entry["id"])["response"], "OK")
            wait_for(lambda: set(self.client.list()) == before, "that all is as before")
            return None
        return wait_for(answered, "an adoption at which all processes are known")


class FoundTest(Unattended, KernelTest):
    def test_a_move_whose_lvm_is_gone_is_told_and_left_alone(self):
        self.add_left()
        self.start(REPORT)
        item = self.look()["pvmove0"]
        self.assertEqual([item[key] for key in ("vg", "operation", "state", "reason", "adopting")],
                         ["vg", "pvmove", "unattended", ALONE, 0])
        self.assertEqual(item["lvid"], identity_in("vg", "pvmove0"))
        self.assertEqual(self.client.list(), {})
        self.assertEqual(self.client.ask("status")["unattended"], 1)
        self.assertIn("lvmpollctl adopt vg/pvmove0", self.daemon.log())
        self.pass_patience()
        self.assertEqual(self.look()["pvmove0"]["id"], item["id"])
        self.assertEqual(self.daemon.log().count("lvmpollctl adopt vg/pvmove0"), 1)
        self.assertEqual(self.daemon.starts(), [])

    def test_it_is_found_without_a_question(self):
        self.add_left()
        self.start(REPORT)
        wait_for(lambda: self.kernel.calls("table"), "the survey at the start")
        # What was found then has waited for long when it is looked at again, by the clock that is ahead.
        def told():
            self.pass_patience()
            return "pvmove0" in self.items()
        wait_for(told, "what nobody sees to")

    def test_what_comes_later_is_looked_at(self):
        self.start(REPORT)
        self.look()
        self.kernel.forget_calls()
        self.add_left()
        self.kernel.raise_event()
        wait_for(lambda: [call for call in self.kernel.calls("table") if "pvmove0" in call[2]],
                 "a look at a new device")

    def test_what_is_in_flight_is_attended(self):
        self.add_left()
        self.start(REPORT)
        self.request("pvmove0")
        self.assertEqual(self.look(), {})
        self.pass_patience()
        self.assertEqual(self.look(), {})

    def test_a_request_ends_it(self):
        self.add_left()
        self.start(REPORT)
        self.assertIn("pvmove0", self.look())
        self.request("pvmove0")
        self.assertEqual(self.look(), {})
        self.assertEqual(self.client.list()["pvmove0"]["requests"], 1)

    def test_what_goes_is_not_told_any_more(self):
        device = self.add_left()
        self.start(REPORT)
        self.assertIn("pvmove0", self.look())
        device.remove()
        self.assertEqual(self.look(), {})

    def test_what_is_gone_again_at_once_is_not_told(self):
        self.start(REPORT)
        self.look()
        # Between the two no more passes than a daemon that is busy needs.
        self.clock.stop()
        device = self.add_left()
        self.kernel.raise_event()
        # Devices are not listed, and not looked at, so soon again.
        self.pass_until(lambda: [call for call in self.kernel.calls("table") if "pvmove0" in call[2]],
                        "a look at a new device", 1)
        device.remove()
        wanted = self.client.ask("adopt")["look"]
        self.pass_until(lambda: self.client.ask("status")["looks"] >= wanted, "a look at which it is gone", 0.05)
        self.assertEqual(self.items(), {})
        self.assertNotIn("pvmove0", self.daemon.log())
        self.clock.go_on()

    def test_an_idle_daemon_ends_all_the_same(self):
        self.add_left()
        # It is not idle for long before there is a client.
        self.clock.stop()
        self.start(REPORT + "\ndaemon: {idle_timeout: 1}")
        self.client.hello()
        self.clock.go_on()
        self.assertIn("pvmove0", self.look())
        self.client.close()
        self.assertEqual(self.daemon.wait_end(), 0)
        self.assertIn("idle", self.daemon.log())
        # Nothing is there that would start another one, and no lvm was.
        self.assertEqual([self.daemon.record_files(), self.daemon.starts()], [[], []])

    def test_without_its_plugin_it_is_nothing(self):
        self.add_left()
        self.start(REPORT + "\nplugins: {enabled: [merge]}")
        self.assertEqual(self.look(), {})

    def test_only_what_is_surely_one_is_claimed(self):
        whole = [mirror(0, SEGMENT_SECTORS, REGIONS // 2, REGIONS)]
        for name in ("mirrored", "pvmove", "pvmove0x", "xpvmove0", "lv_mimage_0"):
            self.add_device(name, whole, operation="convert")
        # No operation of these needs anybody: a RAID that is synchronised, snapshots that are not merged.
        for name, target in (("raid", "raid raid1 2 AA 10/100 resync 0 0 -"), ("origin", "snapshot-origin 7:1"),
                             ("snapshot", "snapshot 16/8192 16")):
            self.add_device(name, ["0 %d %s" % (SEGMENT_SECTORS, target)], operation="none")
        self.add_device("pvmove1", [linear(0, SEGMENT_SECTORS)], operation="none")
        self.add_device("pvmove2", whole, operation="none", layer="cow")
        self.kernel.add("vg", "pvmove3", "short", whole)
        self.add_device("merging", [snapshot_merge(SEGMENT_SECTORS, 100)], operation="merge")
        below = self.add_device("three_mimagetmp_2", whole, operation="none")
        over = "0 %d mirror 2 253:%d 7:1 10/%d 1 AA 1 core" % (SEGMENT_SECTORS, below.minor, REGIONS)
        self.add_device("three", [over], operation="convert")
        self.add_device("other", [over], operation="convert")
        self.start(REPORT)
        self.assertEqual({name: item["operation"] for name, item in self.look().items()},
                         {"merging": "merge", "three": "convert"})

    def test_a_device_that_cannot_be_read_is_not_taken_for_gone(self):
        self.add_left()
        self.start(REPORT)
        self.assertIn("pvmove0", self.look())
        self.kernel.set_fault("table", "fail 5")
        self.assertIn("pvmove0", self.look())
        self.kernel.clear_fault("table")
        self.assertIn("pvmove0", self.look())

    def test_the_configuration_says_never(self):
        self.add_left()
        self.start("unattended: {adopt: never}")
        reply = self.client.ask("adopt")
        self.assertEqual([reply["response"], "never" in reply["reason"]], ["failed", True])
        self.assertEqual(self.kernel.calls("table"), [])
        self.reload(REPORT)
        self.assertIn("pvmove0", self.look())
        self.reload("unattended: {adopt: never}")
        self.assertEqual(self.items(), {})

    def test_events_of_what_nobody_watches_are_listed_together(self):
        self.start(REPORT)
        self.look()
        # Where no time passes it may be that none is listed, but never one for each event.
        self.clock.stop()
        self.kernel.forget_calls()
        for _ in range(20):
            self.kernel.raise_event()
            self.clock.settle(self.client)
        self.assertLessEqual(len(self.kernel.calls("list")), 1)
        self.clock.go_on()
        self.pass_patience()
        wait_for(lambda: self.kernel.calls("list"), "a list of devices")

    def test_who_asks_all_the_time_does_not_keep_a_look_from_its_end(self):
        self.add_left()
        self.start(REPORT)
        wanted = self.client.ask("adopt")["look"]

        def looked():
            for _ in range(100):
                self.client.ask("adopt")
            return self.client.ask("status")["looks"] >= wanted
        wait_for(looked, "the look that was asked for first")

    def test_a_number_that_nobody_has(self):
        self.start(REPORT)
        self.assertEqual(self.client.ask("adopt", id=77)["response"], "not_found")


class AtRiskTest(Unattended, KernelTest):
    """A move of which a copy has failed is given up, and stays in the kernel: adopting it is no way out."""

    REASON = "a copy has failed: data is at risk, and only an abort saves it"

    def lose(self, configuration):
        device = self.add_left(in_sync=50)
        # The request comes before anything is adopted, or told.
        self.clock.stop()
        self.start(configuration)
        identity = self.request("pvmove0")
        self.clock.go_on()
        self.wait_watching(identity)
        device.change(targets=[mirror(0, SEGMENT_SECTORS, 50, REGIONS, "AS")])
        wait_for(self.client.ended, "that it is given up")

    def assert_held(self):
        self.assertEqual(self.look()["pvmove0"]["reason"], self.REASON)
        self.pass_patience()
        self.assertEqual(self.look()["pvmove0"]["reason"], self.REASON)
        self.assertEqual([self.client.list(), self.daemon.starts()], [{}, []])
        self.assertNotIn("lvmpollctl adopt", self.daemon.log())
        self.assertNotIn("it is adopted:", self.daemon.log())
        self.assertIn("it is under way, and it is not adopted: " + self.REASON, self.daemon.log())

    def test_an_abort_is_told_and_no_adoption(self):
        self.lose(REPORT)
        self.assert_held()
        reply = self.client.ask("adopt", id=self.items()["pvmove0"]["id"])
        self.assertEqual(reply, {"response": "failed", "reason": self.REASON})

    @needs_tool
    def test_one_that_is_refused_keeps_no_other_from_it(self):
        self.lose(REPORT)
        self.add_left(lvname="pvmove1")
        self.look()
        answer = self.run_adopt("--all")
        self.assertEqual((answer.returncode, answer.stdout),
                         (REFUSED, "vg/pvmove1: its pvmove is adopted\n"), answer.stderr)

    @needs_tool
    def test_adopt_refuses_it(self):
        self.lose(REPORT)
        self.look()
        answer = self.run_adopt("vg/pvmove0")
        self.assertEqual(answer.returncode, REFUSED)
        self.assertEqual(answer.stderr, "lvmpollctl: vg/pvmove0: the daemon refuses: %s\n" % self.REASON)

    def test_it_is_on_record(self):
        """Without a history, too."""
        self.lose(ALWAYS)
        self.restart(signal.SIGKILL)
        self.assert_held()


class AttendedTest(Unattended, KernelTest):
    def test_a_command_that_names_the_group_sees_to_it(self):
        self.add_left()
        # What is told once stays in the list.
        self.clock.stop()
        self.start(REPORT)
        end = self.start_command("pvmove", "-n", "lv", "vg")
        self.clock.go_on()
        self.assertEqual(self.look(), {})
        self.pass_patience()
        self.assertEqual(self.look(), {})
        end()
        self.assertEqual(self.look()["pvmove0"]["reason"], ALONE)

    def test_a_command_is_known_by_its_name(self):
        self.add_left()
        self.start(REPORT)
        end = self.start_command("/dev/sdb", name="mover")
        self.assertRegex(self.look()["pvmove0"]["reason"], r"^whether mover\[\d+\] sees to it cannot be told$")
        end()
        self.assertEqual(self.look()["pvmove0"]["reason"], ALONE)

    def test_an_lvpoll_sees_to_its_volume_alone(self):
        self.add_left(vgname=self.group)
        self.start(REPORT)
        end = self.start_command("lvpoll", "--polloperation", "pvmove", self.group + "/pvmove1")
        # There is no such volume: it may be an old name of any.
        self.assertRegex(self.look()["pvmove0"]["reason"], IN_DOUBT)
        self.add_device("pvmove1", [linear(0, SEGMENT_SECTORS)], self.group)
        self.assertEqual(self.look()["pvmove0"]["reason"], ALONE)
        end()
        self.assertEqual(self.client.ask("status")["unattended"], 1)
        end = self.start_command("lvpoll", "--polloperation", "pvmove", self.group + "/pvmove0")
        item = self.look()["pvmove0"]
        self.assertRegex(item["reason"], "names it")
        # It is still listed, and counted no more.
        self.assertEqual([item["attended"], self.client.ask("status")["unattended"]], [1, 0])
        end()
        self.assertEqual([self.look()["pvmove0"]["attended"], self.client.ask("status")["unattended"]], [0, 1])

    def test_a_stopped_command_may_see_to_it(self):
        self.add_left()
        self.start(REPORT)
        end = self.start_command("pvmove", "/dev/sdb")
        os.kill(self.commands[0], signal.SIGSTOP)
        try:
            self.assertRegex(self.look()["pvmove0"]["reason"], IN_DOUBT)
        finally:
            os.kill(self.commands[0], signal.SIGCONT)
        end()
        self.assertEqual(self.look()["pvmove0"]["reason"], ALONE)

    def test_a_command_in_another_namespace_may_see_to_it(self):
        self.add_left()
        self.start(REPORT)
        within = ("unshare", "--pid", "--mount", "--fork")
        if subprocess.run([*within, "true"], stderr=subprocess.DEVNULL, check=False).returncode != 0:
            raise unittest.SkipTest("no namespace can be made here")
        end = self.start_command("pvmove", "/dev/sdb", within=within)
        self.assertRegex(self.look()["pvmove0"]["reason"], IN_DOUBT)
        end()
        self.assertEqual(self.look()["pvmove0"]["reason"], ALONE)

    def test_processes_of_other_users_count_that_may_change_devices(self):
        self.add_left()
        self.start(REPORT)
        within = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")
        may = ("--inh-caps=+sys_admin", "--ambient-caps=+sys_admin")
        if subprocess.run([*within, *may, "true"], stderr=subprocess.DEVNULL, check=False).returncode != 0:
            raise unittest.SkipTest("no other user can be taken here")
        end = self.start_command("pvmove", "/dev/sdb", within=within)
        self.assertEqual(self.look()["pvmove0"]["reason"], ALONE)
        end()
        end = self.start_command("pvmove", "/dev/sdb", within=(*within, *may))
        self.assertRegex(self.look()["pvmove0"]["reason"], IN_DOUBT)
        end()

    def test_a_report_does_not_count(self):
        self.add_left()
        self.start(REPORT)
        self.start_command("lvs", "vg")
        self.assertEqual(self.look()["pvmove0"]["reason"], ALONE)

    def test_a_daemon_that_does_not_see_all_processes_adopts_nothing(self):
        self.add_left()
        self.kernel.write(self.kernel.path("hidden"), "")
        self.start(ALWAYS)
        item = self.look()["pvmove0"]
        self.assertEqual(item["reason"], "whether a process sees to it cannot be told: not all of them are seen")
        self.assert_ok(self.client.ask("adopt", id=item["id"]))
        wait_for(lambda: not self.items()["pvmove0"]["adopting"], "the answer")
        self.pass_patience()
        self.assertIn("pvmove0", self.look())
        self.assertEqual(self.client.list(), {})
        os.unlink(self.kernel.path("hidden"))
        self.assertEqual(self.look()["pvmove0"]["reason"], ALONE)

    def test_it_is_not_adopted_beside_a_command_of_which_nobody_can_tell(self):
        self.add_left()
        # The command is there before anything is adopted.
        self.clock.stop()
        self.start(ALWAYS)
        end = self.start_command("pvmove", "/dev/sdb")
        self.clock.go_on()
        item = self.look()["pvmove0"]
        self.assertRegex(item["reason"], r"^whether .*\[\d+\] sees to it cannot be told$")
        self.assert_ok(self.client.ask("adopt", id=item["id"]))
        wait_for(lambda: not self.items()["pvmove0"]["adopting"], "the answer")
        self.pass_patience()
        self.look()
        self.assertEqual([self.client.list(), self.daemon.starts()], [{}, []])
        end()

        def adopted():
            left = self.look()
            self.pass_patience()
            return left == {}
        wait_for(adopted, "that it is adopted")
        self.assertIn("pvmove0", self.client.list())


class AdoptedTest(Unattended, VerifyingTest):
    def adopt(self):
        return self.adopt_by(self.client)

    def test_it_goes_on_as_if_a_client_had_asked(self):
        device = self.add_left()
        data = os.urandom(4096) * (SEGMENT_BYTES // 4096)
        self.kernel.write_disk(SOURCE, data)
        self.kernel.write_disk(TARGET, data)
        self.start(REPORT)
        self.assertEqual(self.look()["pvmove0"]["doubt"], "none")
        number = self.adopt()
        entry = self.client.list()["pvmove0"]
        self.assertEqual([entry["id"], entry["requests"]], [number, 0])
        self.assertEqual(len(self.daemon.record_names()), 1)
        self.assertIn("it is adopted", self.daemon.log())
        device.change(targets=[mirror(0, SEGMENT_SECTORS, REGIONS, REGIONS)], event=True)
        wait_for(lambda: not device.exists(), "its step")
        wait_for(lambda: self.client.list() == {}, "its end")
        ended = self.client.ended()[-1]
        self.assertEqual([ended["id"], ended["state"]], [number, "finished"])
        # Nobody knows how it was copied before: that is a doubt.
        self.assertEqual(len(self.kernel.calls("disk")), 2)

    def test_what_differs_is_held(self):
        device = self.add_left(in_sync=REGIONS)
        self.kernel.write_disk(SOURCE, os.urandom(SEGMENT_BYTES))
        self.kernel.write_disk(TARGET, bytes(SEGMENT_BYTES))
        self.start(ALWAYS)
        self.adopt_by_itself()
        wait_for(lambda: "data at risk: " in self.daemon.log(), "the difference")
        wait_for(lambda: "pvmove0" in self.look(), "that nobody sees to it")
        self.pass_patience()
        self.assertIn("pvmove0", self.look())
        self.assertEqual(self.daemon.starts(), [])
        self.assertTrue(device.exists())

    def adopt_by_itself(self):
        self.look()
        self.pass_patience()
        wait_for(lambda: "it is adopted" in self.daemon.log(), "its adoption")

    def test_always_adopts_what_is_there_for_long(self):
        self.add_left()
        self.start(ALWAYS)
        self.look()
        self.pass_patience()
        wait_for(lambda: "pvmove0" in self.client.list(), "its adoption")

    def test_what_was_given_up_is_not_adopted_without_a_question(self):
        self.add_left()
        history = os.path.join(self.temporary_directory(), "history")
        self.start(ALWAYS + "\nhistory: {path: %s}" % history)
        self.adopt_by_itself()
        number = self.client.list()["pvmove0"]["id"]
        self.assertEqual(self.client.ask("forget", id=number)["response"], "OK")
        self.assertEqual(self.client.list(), {})
        self.assertNotEqual(self.look()["pvmove0"]["id"], number)
        self.pass_patience()
        self.look()
        self.assertEqual(self.client.list(), {})
        # Nor by the next daemon, by its history.
        wait_for(lambda: 'forgotten = "asked"' in read_file(history), "its history")
        self.restart()
        self.look()
        self.pass_patience()
        self.assertIn("pvmove0", self.look())
        self.assertEqual(self.client.list(), {})
        self.adopt()

    def test_what_has_ended_well_does_not_stand_against_another_one(self):
        device = self.add_left()
        data = os.urandom(4096) * (SEGMENT_BYTES // 4096)
        self.kernel.write_disk(SOURCE, data)
        self.kernel.write_disk(TARGET, data)
        self.start(ALWAYS)
        self.adopt_by_itself()
        device.change(targets=[mirror(0, SEGMENT_SECTORS, REGIONS, REGIONS)], event=True)
        wait_for(lambda: self.client.list() == {}, "its end")
        self.assertEqual(self.look(), {})
        self.add_left()
        self.look()
        self.pass_patience()
        wait_for(lambda: self.daemon.log().count("it is adopted") == 2, "another adoption")

    def test_without_the_lock_of_a_shared_group_no_step_is_made(self):
        """An lvpoll that gets no lock from lvmlockd changes nothing, and fails."""
        device = self.add_left(in_sync=REGIONS)
        data = os.urandom(4096) * (SEGMENT_BYTES // 4096)
        self.kernel.write_disk(SOURCE, data)
        self.kernel.write_disk(TARGET, data)
        self.start(REPORT)
        self.fail_lvpolls("pvmove0", 5)
        self.adopt()
        self.wait_backing_off(identity_in("vg", "pvmove0"), "status")
        self.assertTrue(device.exists())
        self.fail_lvpolls("pvmove0", None)
        self.pass_patience()
        wait_for(lambda: not device.exists(), "its step")
        wait_for(lambda: self.client.list() == {}, "its end")

    def test_what_the_metadata_does_not_have_is_adopted_but_once(self):
        """lvm2 merges nothing into it, though its device says so: an lvpoll finds nothing, and lvm2 says that it is over."""
        device = self.add_device("silent", [snapshot_merge(SEGMENT_SECTORS, 16)], operation="merge")
        self.start(ALWAYS)
        self.set_rows(row(identity_in("vg", "silent"), lv_name="silent", lv_merging=""))
        self.adopt_by_itself()
        wait_for(lambda: self.client.list() == {}, "its end")
        self.assertEqual(self.client.ended()[-1]["state"], "finished")
        self.assertEqual(len(self.daemon.starts()), 1)
        # People are told once more.
        self.look()
        self.pass_patience()
        self.assertIn("silent", self.look())
        self.assertEqual([len(self.daemon.starts()), device.exists()], [1, True])

    def test_what_was_set_aside_is_not_adopted_without_a_question(self):
        self.add_left()
        self.start(ALWAYS)
        self.request("pvmove0")
        name, = self.daemon.record_names()
        self.daemon.stop(signal.SIGKILL)
        with open(os.path.join(self.state(), name), "w") as file:
            file.write("damaged\n")
        self.restart(None)
        wait_for(lambda: os.path.exists(os.path.join(self.state() + ".damaged", name)), "a record that is set aside")
        self.look()
        self.pass_patience()
        self.assertIn("pvmove0", self.look())
        self.assertEqual(self.client.list(), {})
        self.adopt()

    def check_let_go(self, resume):
        self.add_left()
        self.start(ALWAYS + "\ndaemon: {resume: %s}" % resume)
        self.request("pvmove0")
        self.restart()
        self.look()
        self.pass_patience()
        self.assertIn("pvmove0", self.look())
        self.assertEqual([self.client.list(), len(self.daemon.record_names(".left"))], [{}, 1])
        self.adopt()
        self.assertFalse(os.path.exists(self.state() + ".left"))

    def test_what_a_daemon_lets_go_of_is_not_adopted_without_a_question(self):
        self.check_let_go("after_crash")

    def test_what_is_never_resumed_is_not_adopted_without_a_question(self):
        self.check_let_go("never")

    def test_where_the_history_cannot_be_read_nothing_is_adopted_without_a_question(self):
        """What was given up is not known then."""
        self.add_left()
        self.start(ALWAYS + "\nhistory: {path: %s}" % self.temporary_directory())
        wait_for(lambda: "history" in self.daemon.log(), "the failure to read it")
        self.look()
        self.pass_patience()
        self.assertIn("pvmove0", self.look())
        self.assertEqual(self.client.list(), {})
        self.adopt()

    def test_what_lies_unread_in_the_state_directory_stands_against_it(self):
        self.add_left()
        self.start(ALWAYS)
        self.request("pvmove0")
        self.daemon.stop(signal.SIGKILL)
        # Not open to others: so it is not used.
        os.chmod(self.state(), 0o777)
        self.restart(None)
        self.look()
        self.pass_patience()
        self.assertIn("pvmove0", self.look())
        self.assertEqual(self.client.list(), {})

    def test_an_idle_daemon_waits_for_what_it_is_to_adopt(self):
        self.add_left()

        def waited():
            # It does not end before there is a client, which is gone again at once.
            self.clock.stop()
            self.start(ALWAYS + "\ndaemon: {idle_timeout: 1}")
            self.client.hello()
            self.client.close()
            self.clock.go_on()
            wait_for(lambda: "it is adopted" in self.daemon.log() or "idle" in self.daemon.log(), "its adoption")
            # It has been told, and waits no longer, where some process is in doubt: then another one may.
            return "it is adopted" in self.daemon.log() or not self.is_in_doubt(self.daemon.log())
        wait_for(waited, "a daemon to which all processes are known")
        self.assertIn("it is adopted", self.daemon.log())

    def test_it_outlives_a_crash_and_an_upgrade(self):
        self.add_left()
        self.start(REPORT)
        number = self.adopt()
        upgrade(self.daemon)
        self.assertEqual(self.client.list()["pvmove0"]["id"], number)
        self.assertEqual(self.look(), {})
        self.restart(signal.SIGKILL)
        self.assertEqual(self.client.list()["pvmove0"]["id"], number)
        self.assertEqual(self.look(), {})


class KernelAloneTest(Unattended, KernelTest):
    """Of one volume a plugin claims what the kernel does alone, and another what lvm2 has to do."""

    has_both_uuids = False

    def begin(self, name, more=""):
        folder = self.temporary_directory()
        for plugin, source in (("scrub", "scrub"), (name, "claims")):
            subprocess.run([os.environ.get("CC", "cc"), "-std=gnu11", "-fPIC", "-shared", "-fvisibility=hidden",
                            "-DNAME=" + name, "-I", INCLUDE, "-o", os.path.join(folder, plugin + ".so"),
                            os.path.join(HERE, source + ".c")], check=True)
        for layer in ("", "real"):
            self.add_device("left", raid(100, "check", 0), operation="none", layer=layer)
        self.start("%s\nplugins: {directory: %s, scrub: {%s}}" % (REPORT, folder, more))

    def check_claim(self, name):
        self.begin(name, "discover: true")
        self.assertEqual(self.look()["left"]["operation"], name)
        self.assertEqual(self.client.list(), {})
        self.assertNotIn("left alone", self.daemon.log())

    def test_what_lvm2_has_to_do_goes_before_it(self):
        self.check_claim("zone")

    def test_whichever_is_asked_first(self):
        self.check_claim("own")

    def test_what_lvm2_has_to_do_is_adopted_beside_it(self):
        self.begin("own")
        self.request("left", operation="scrub")
        item = self.look()["left"]
        self.assertEqual([item[key] for key in ("operation", "reason")], ["own", ALONE])

        def adopted():
            item = self.items().get("left")
            if item and not item["adopting"]:
                self.assert_ok(self.client.ask("adopt", id=item["id"]))
            return not item
        wait_for(adopted, "its adoption")
        self.assertEqual(self.client.list()["left"]["operation"], "own")
        self.assertEqual(self.client.ended()[-1]["forgotten"], "aside")


class ClaimantsTest(Unattended, KernelTest):
    """Plugins are asked without any operation in flight: one that crashes would end each daemon that starts."""

    has_both_uuids = False

    def setUp(self):
        super().setUp()
        self.add_device("left", [linear(0, SEGMENT_SECTORS)], operation="none")
        folder = self.temporary_directory()
        self.fatal = os.path.join(folder, "fatal")
        self.configuration = os.path.join(folder, "lvmpolld.yaml")
        self.write_configuration("%s\nplugins: {directory: %s}\n" % (REPORT, folder))
        for name in ("claims", "fatal"):
            subprocess.run([os.environ.get("CC", "cc"), "-std=gnu11", "-fPIC", "-shared", "-fvisibility=hidden",
                            "-DNAME=" + name, "-I", INCLUDE, "-o", os.path.join(folder, name + ".so"),
                            os.path.join(HERE, "claims.c")], check=True)
        self.daemon = self.new_daemon()

    def start_daemon_again(self):
        self.daemon.start("-c", self.configuration, wait=False,
                          environment=self.daemon.environment(fatal=self.fatal, **self.kernel.variables()))

    def set_fatal(self, is_fatal):
        if is_fatal:
            open(self.fatal, "w").close()
        else:
            os.unlink(self.fatal)

    def die(self, count):
        self.set_fatal(True)
        for _ in range(count):
            self.start_daemon_again()
            self.assertEqual(self.daemon.wait_end(), -signal.SIGKILL)

    def look_and_stop(self):
        """What a daemon finds that lives."""
        self.start_daemon_again()
        wait_for(self.daemon.accepts, "a daemon behind the socket")
        with self.daemon.client() as self.client:
            found = {name: item["operation"] for name, item in self.look().items()}
        self.daemon.stop()
        return found

    def note(self):
        return os.path.join(self.state() + ".claims", "fatal")

    def test_one_that_daemons_die_of_is_left_out(self):
        self.die(3)
        for count in (1, 2):
            self.assertEqual(self.look_and_stop(), {"left": "claims"})
            self.assertEqual(self.daemon.log().count("the plugin fatal is not asked"), count)
        self.assertEqual(os.listdir(os.path.dirname(self.note())), ["fatal"])
        # Somebody has mended it, and lets it be asked.
        self.set_fatal(False)
        os.unlink(self.note())
        self.assertEqual(self.look_and_stop(), {})
        self.assertIn("the plugins claims and fatal claim vg-left: it is left alone", self.daemon.log())
        self.assertFalse(os.path.exists(os.path.dirname(self.note())))

    def test_deaths_are_counted_in_a_row(self):
        for _ in range(2):
            self.die(2)
            self.assertTrue(os.path.exists(self.note()))
            self.set_fatal(False)
            self.assertEqual(self.look_and_stop(), {})
            self.assertFalse(os.path.exists(self.note()))


@needs_tool
class ToolTest(Unattended, KernelTest):
    def run_tool(self, *arguments):
        result = run_tool(self.daemon, *arguments)
        return result.returncode, result.stdout, result.stderr

    def adopt(self, *arguments):
        result = self.run_adopt(*arguments)
        return result.returncode, result.stdout, result.stderr

    def wait(self, *arguments):
        """A busy machine may need longer for a look than the tool has patience."""
        def known():
            result = self.run_tool("wait", *arguments)
            return None if result[0] == TIMEOUT else result
        return wait_for(known, "a look")

    def test_adopt_by_name_and_all(self):
        self.add_left()
        self.add_left(lvname="pvmove1")
        self.start(REPORT)
        self.assertEqual(self.adopt("vg/pvmove0"),
                         (GOOD, "vg/pvmove0: its pvmove is adopted\n", ""))
        self.assertEqual(set(self.client.list()), {"pvmove0"})
        self.assertEqual(self.adopt("vg/pvmove0")[0], GOOD)
        self.assertEqual(self.adopt("--all"),
                         (GOOD, "vg/pvmove1: its pvmove is adopted\n", ""))
        self.assertEqual(set(self.client.list()), {"pvmove0", "pvmove1"})
        self.assertEqual(self.adopt("--all"), (GOOD, "", ""))
        self.assertEqual(self.adopt("vg/nothing")[0], NO_OPERATION)
        self.assertEqual(self.run_tool("adopt")[0], USAGE)

    def test_many_are_adopted_at_once(self):
        names = ["pvmove%d" % number for number in range(100)]
        for name in names:
            self.add_left(lvname=name)
        self.start(REPORT)
        self.assertEqual(set(self.look()), set(names))
        status, told, complaint = self.adopt("--all")
        self.assertEqual([status, complaint], [GOOD, ""])
        self.assertEqual(set(told.splitlines()), {"vg/%s: its pvmove is adopted" % name for name in names})
        self.assertEqual(set(self.client.list()), set(names))

    def test_adopt_is_refused_beside_its_lvpoll(self):
        self.add_left(vgname=self.group)
        self.start(REPORT)
        self.look()
        self.start_command("lvpoll", "--polloperation", "pvmove", self.group + "/pvmove0")
        status, _, complaint = self.adopt(self.group)
        self.assertEqual(status, REFUSED)
        self.assertIn(self.group + "/pvmove0 is not adopted: ", complaint)
        self.assertEqual(self.client.list(), {})

    def test_it_is_shown(self):
        self.add_left()
        self.start(REPORT)
        self.look()
        # It is not looked at again meanwhile.
        self.clock.stop()
        status, listed, _ = self.run_tool("list", "-o", "VOLUME,OPERATION,STATE,REASON")
        self.assertEqual(status, GOOD)
        self.assertRegex(listed, r"vg/pvmove0 +pvmove +unattended +nobody sees to it")
        document = json.loads(self.run_tool("list", "--json")[1])
        schema = read_schema()
        self.assertEqual(list(faults(document, schema, schema)), [])
        self.assertEqual(document["operations"][0]["state"], "unattended")
        self.assertIn("unattended", self.run_tool("status", "vg/pvmove0")[1])
        metrics = self.run_tool("metrics")[1]
        self.assertIn("\nlvmpolld_unattended_operations 1\n", metrics)
        self.assertNotIn("pvmove0", metrics)
        status, line, _ = self.run_tool("check")
        self.assertEqual(status, 1)
        self.assertIn("0 operations in flight: vg/pvmove0: nobody sees to it", line)

    def test_what_nobody_sees_to_is_not_over(self):
        """Not even where the daemon has just been started, and has not looked yet."""
        self.add_left()
        self.start(REPORT)
        complaint = "lvmpollctl: vg/pvmove0: its pvmove is under way, and this daemon does not see to it\n"
        self.assertEqual(self.wait("vg/pvmove0"), (FAILED, "", complaint))
        self.assertEqual(self.wait(), (FAILED, "", complaint))
        self.assertEqual(self.wait("vg/nothing"), (GOOD, "", ""))
