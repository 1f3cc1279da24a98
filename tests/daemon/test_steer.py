# SPDX-License-Identifier: LGPL-2.1-or-later
"""Others than root abort, resume and adopt what the daemon knows, by its number, where the configuration says so."""

import os
import pwd
import unittest

from ctl_test import GOOD, needs_tool, NO_OPERATION, REFUSED, run_tool, run_tool_as_nobody
from deadline import wait_for
from kernel_standin import mirror
from kernel_test import KernelTest, REGIONS, SEGMENT_SECTORS
from lvmpolld import DaemonTest, ours_only
from protocol import lvid, volume
from test_unattended import ALONE, Unattended

STEER = "access: {steer_users: [nobody]}\n"
STEERING = ("abort", "resume", "adopt")
AS_ROOT = unittest.skipIf(os.geteuid() != 0, "only root can become another user")
# What lvm2 and lvmpollctl tell about an operation: all of it is root's to tell.
FOREIGN = {"lvid": lvid("hang"), "vgname": "vg", "lvname": "hang", "interval": "1", "sysdir": "/tmp", "devicesfile": "mine",
           "handle_missing_pvs": 1, "abort": 1, "operation": "pvmove", "options": "mode=check", "cmdline": "mine"}


@ours_only("it has no such request")
@AS_ROOT
class SteerCase(DaemonTest):
    def start(self, configuration=STEER):
        self.configuration = os.path.join(self.temporary_directory(), "lvmpolld.yaml")
        self.configure(configuration)
        self.daemon, self.client = self.start_and_connect("-c", self.configuration, "-l", "info")
        self.other = self.connect_as_nobody(self.daemon)

    def configure(self, text):
        with open(self.configuration, "w") as file:
            file.write(text)

    def begin(self, scenario="hang", operation="pvmove", **parameters):
        self.assert_ok(self.client.ask(operation, **volume(scenario, **parameters)))
        return self.client.list()[scenario]["id"]

    def who(self):
        return "client %d of user %d" % (os.getpid(), pwd.getpwnam("nobody").pw_uid)

    def aborts(self):
        return [arguments for _, _, arguments in self.daemon.starts() if "--abort" in arguments]


class SteerTest(SteerCase):
    def assert_refused(self, word="access.steer_users"):
        for verb in STEERING:
            reply = self.other.ask(verb, id=1)
            self.assertEqual(reply["response"], "invalid", verb)
            self.assertIn(word, reply["reason"])

    def test_who_may_see_may_not_steer(self):
        self.start("access: {users: [root, nobody]}\n")
        self.begin()
        self.assert_refused()
        self.assertEqual(list(self.other.list()), ["hang"])
        self.assertIn(self.who() + ": its request to abort is refused", self.daemon.log())
        self.assertEqual(self.aborts(), [])

    def test_who_may_steer_may_see(self):
        self.start()
        self.begin()
        self.assertEqual(list(self.other.list()), ["hang"])
        self.assertEqual(self.other.hello()["may_steer"], 1)

    def test_members_of_a_group_may_steer(self):
        """The connection is of root's group."""
        self.start("access: {steer_groups: [root]}\n")
        self.begin()
        self.assert_ok(self.other.ask("resume", id=1))

    def test_another_group_may_not(self):
        self.start("access: {users: [root, nobody], steer_groups: [54321]}\n")
        self.begin()
        self.assert_refused()

    def test_reload_takes_it_from_who_is_connected(self):
        self.start()
        self.begin()
        self.assert_ok(self.other.ask("resume", id=1))
        self.configure("access: {users: [root, nobody]}\n")
        self.daemon.send_signal(1)
        wait_for(lambda: "configuration was read again" in self.daemon.log(), "the new configuration")
        self.assert_refused()
        self.assertEqual(self.other.hello()["may_steer"], 0)

    def test_all_else_stays_with_root(self):
        self.start()
        self.begin()
        for request, parameters in (("forget", {"id": 1}), ("log_level", {"level": "debug"}),
                                    ("start", {"operation": "raid_scrub", **volume("hang")}),
                                    ("pvmove", volume("hang")), ("pvmove", volume("hang", abort=1))):
            reply = self.other.ask(request, **parameters)
            self.assertEqual(reply["response"], "invalid", request)
            self.assertIn("only root", reply["reason"])

    def test_abort_is_made_with_what_is_on_record(self):
        self.start()
        self.begin("record-stay", sysdir="/of/root", devicesfile="roots", seed="1")
        first = self.daemon.record()
        self.assertNotIn("--abort", first.arguments)
        for name in os.listdir(self.daemon.directory):
            if name.startswith("record."):
                os.rename(os.path.join(self.daemon.directory, name), os.path.join(self.daemon.directory, "first." + name))
        reply = self.other.ask("abort", id=1)
        self.assertEqual(reply, {"response": "OK", "id": 2})
        record = self.daemon.record()
        self.assertIn("--abort", record.arguments)
        for word in ("vg/record-stay", "roots"):
            self.assertIn(word, record.arguments)
        self.assertEqual(record.environment["LVM_SYSTEM_DIR"], "/of/root")
        self.assertIn(self.who() + " asks to abort it (id:1)", self.daemon.log())

    def test_waiting_clients_are_told_of_the_abort(self):
        self.start()
        self.begin()
        self.assert_ok(self.other.ask("abort", id=1))
        self.assert_finished(self.client.result(lvid("hang")), "signal", 15)
        wait_for(self.aborts, "the abort")

    def test_abort_that_is_under_way_is_joined(self):
        self.start()
        self.begin()
        number = self.other.ask("abort", id=1)["id"]
        self.assertEqual(self.other.ask("abort", id=1), {"response": "OK", "id": number})
        wait_for(self.aborts, "the abort")
        self.assertEqual(len(self.aborts()), 1)
        reply = self.other.ask("abort", id=number)
        self.assertEqual(reply["reason"], "the pvmove abort of vg/hang (id:%d): it is an abort itself" % number)
        reply = self.other.ask("resume", id=1)
        self.assertEqual(reply["reason"], "the pvmove of vg/hang (id:1): it is being aborted (id:%d)" % number)
        self.assert_ok(self.other.ask("resume", id=number))

    def test_entry_tells_what_can_be_aborted(self):
        """By what its plugin declares, and no more once that is under way."""
        self.start()
        number = self.begin()
        self.begin("hang-b", "merge")
        self.assertEqual([entry.get("abortable") for entry in self.client.list().values()], [1, None])
        abort = self.other.ask("abort", id=number)["id"]
        entries = {entry["id"]: entry.get("abortable") for entry in self.client.ask_items("list")}
        self.assertEqual([entries[number], entries[abort]], [None, None])

    def test_what_has_no_abort(self):
        self.start()
        self.begin(operation="merge")
        self.assertEqual(self.other.ask("abort", id=1), {
            "response": "invalid", "reason": "the merge of vg/hang (id:1): it cannot be aborted: neither lvm2 nor its plugin "
                                             "has an abort for it"})

    def test_a_message_says_nothing_but_the_number(self):
        self.start()
        self.begin()
        for verb in STEERING:
            for key, value in FOREIGN.items():
                for client in (self.other, self.client):
                    reply = client.ask(verb, id=1, **{key: value})
                    self.assertEqual(reply["response"], "invalid")
                    self.assertIn('"id", and nothing else: "%s"' % key, reply["reason"])
            # What an operation would not take is there all the same.
            self.assertIn('"sysdir"', self.other.ask(verb, id=1, sysdir="")["reason"])
            self.assertIn('"sysdir"', self.other.ask(verb, id=1, sysdir=5)["reason"])
        self.assertEqual(self.aborts(), [])

    def test_unknown_numbers(self):
        self.start()
        self.begin()
        for verb in ("abort", "resume"):
            self.assertEqual(self.other.ask(verb, id=77), {"response": "not_found"})
            for wrong in ({}, {"id": 0}, {"id": -1}, {"id": "1"}):
                self.assertEqual(self.other.ask(verb, **wrong), {"response": "failed", "reason": "request requires id set"})
        self.assertEqual(self.aborts(), [])

    def test_what_is_over_stays_so(self):
        self.start()
        self.daemon.make_pipe("until-0")
        self.begin("until-0")
        self.daemon.release("until-0")
        wait_for(lambda: not self.client.list(), "the end")
        for verb in ("abort", "resume"):
            self.assertEqual(self.other.ask(verb, id=1), {"response": "not_found"})
        self.assertEqual(len(self.daemon.starts()), 1)

    def test_root_steers_by_number_too(self):
        self.start()
        self.begin()
        self.assert_ok(self.client.ask("abort", id=1))
        self.assertIn("client %d of user 0 asks to abort it (id:1)" % os.getpid(), self.daemon.log())


@needs_tool
class ToolTest(SteerCase):
    """lvmpollctl of a user who cannot run lvm2."""

    def run_tool(self, *arguments, status=GOOD):
        answer = run_tool_as_nobody(self.daemon, *arguments)
        self.assertEqual(answer.returncode, status, answer.stderr)
        return answer.stdout + answer.stderr

    def test_abort(self):
        self.start()
        self.begin()
        self.assertEqual(self.run_tool("abort", "vg/hang"), "vg/hang: its pvmove is being aborted (id:2)\n")
        wait_for(self.aborts, "the abort")
        self.assertEqual(self.run_tool("abort", "id:1"), "vg/hang: its pvmove is being aborted (id:2)\n")

    def test_resume(self):
        self.start()
        for scenario in ("hang-a", "hang-b"):
            self.begin(scenario)
        whole = "vg/hang-a: its pvmove is seen to at once\nvg/hang-b: its pvmove is seen to at once\n"
        self.assertEqual([self.run_tool("resume"), self.run_tool("resume", "vg")], [whole, whole])
        for name in ("vg/hang-b", "id:2"):
            self.assertEqual(self.run_tool("resume", name), "vg/hang-b: its pvmove is seen to at once\n")
        self.assertIn("no operation is in flight for vg2", self.run_tool("resume", "vg2", status=NO_OPERATION))
        self.client.ask("forget", id=1)
        self.client.ask("forget", id=2)
        wait_for(lambda: not self.client.list(), "that both are forgotten")
        self.assertEqual(self.run_tool("resume"), "")

    def test_refusal_names_what_would_allow_it(self):
        self.start("access: {users: [root, nobody]}\n")
        self.begin()
        self.begin("hang-b")
        for verb in ("abort", "resume"):
            self.assertIn("access.steer_users or access.steer_groups", self.run_tool(verb, "id:1", status=REFUSED))
        self.assertEqual(self.run_tool("resume", status=REFUSED).count("\n"), 1, "once is enough")
        self.assertIn("access.steer_users", self.run_tool("adopt", "--all", status=REFUSED))
        self.assertEqual(self.aborts(), [])

    def test_socket_that_is_out_of_reach(self):
        self.start()
        os.chmod(self.daemon.socket, 0o600)
        self.assertIn('see "access" in lvmpolld.yaml(5)', self.run_tool("resume", status=REFUSED))

    def test_what_has_no_abort(self):
        self.start()
        self.begin(operation="merge")
        self.assertIn("cannot abort the merge of vg/hang", self.run_tool("abort", "vg/hang", status=REFUSED))

    def test_root_names_a_number(self):
        """lvm2 is not run for it, but where root names the group."""
        self.start()
        self.begin()
        answer = run_tool(self.daemon, "resume", "id:1", STANDIN_DIR=self.daemon.directory)
        self.assertEqual(answer.stdout, "vg/hang: its pvmove is seen to at once\n", answer.stderr)
        answer = run_tool(self.daemon, "abort", "id:1", STANDIN_DIR=self.daemon.directory)
        self.assertEqual(answer.stdout, "vg/hang: its pvmove is being aborted (id:2)\n", answer.stderr)
        run_tool(self.daemon, "resume", "vg", STANDIN_DIR=self.daemon.directory)
        self.assertEqual([arguments for _, _, arguments in self.daemon.starts() if "lvpoll" not in arguments],
                         ["vgchange --poll y vg"])


@AS_ROOT
class ResumeTest(KernelTest):
    def start(self, configuration=STEER):
        super().start(configuration)
        self.other = self.connect_as_nobody(self.daemon)

    def test_resume_cuts_a_pause_short(self):
        self.add_move(in_sync=REGIONS)
        self.start()
        self.fail_lvpolls("move", 5)
        identity = self.request("move")
        self.stop_in_pause(identity, "status")
        starts = len(self.daemon.starts())
        self.assert_ok(self.other.ask("resume", id=self.client.list()["move"]["id"]))
        self.wait_starts(starts + 1)
        self.clock.go_on()

    def test_a_move_that_was_given_up_is_not_taken_up_again(self):
        device = self.add_move()
        self.start()
        identity = self.start_watching()
        number = self.client.list()["move"]["id"]
        device.change(targets=[mirror(0, SEGMENT_SECTORS, 50, REGIONS, "AS")])
        self.assertEqual(self.client.result(identity)["response"], "failed")
        self.assertEqual(self.other.ask("resume", id=number), {"response": "not_found"})
        device.change(targets=[mirror(0, SEGMENT_SECTORS, REGIONS, REGIONS)], event=True)
        self.assertEqual(self.other.ask("resume", id=number), {"response": "not_found"})
        self.assertEqual([self.client.list(), self.daemon.starts()], [{}, []])


@AS_ROOT
class AdoptTest(Unattended, KernelTest):
    def start(self, configuration):
        super().start(STEER + configuration)
        self.other = self.connect_as_nobody(self.daemon)

    def find(self):
        self.add_left()
        self.start("unattended: {adopt: report}")
        wanted = self.other.ask("adopt")["look"]
        wait_for(lambda: self.other.ask("status")["looks"] >= wanted, "the look that was asked for")
        return self.look()["pvmove0"]

    def test_what_nobody_sees_to_is_adopted_by_its_number(self):
        item = self.find()
        self.assertEqual(item["reason"], ALONE)
        self.adopt_by(self.other)
        self.assertEqual(self.client.list()["pvmove0"]["id"], item["id"])
        self.assertRegex(self.daemon.log(), r"client \d+ of user %d asks to adopt it" % pwd.getpwnam("nobody").pw_uid)

    def test_what_root_has_had_forgotten_is_for_root(self):
        self.find()
        self.adopt_by(self.client)
        self.assert_ok(self.client.ask("forget", id=self.client.list()["pvmove0"]["id"]))
        wait_for(lambda: "pvmove0" in self.look(), "the move that was forgotten")
        item = self.look()["pvmove0"]
        reply = self.other.ask("adopt", id=item["id"])
        self.assertEqual([reply["response"], "root alone may adopt it" in reply["reason"]], ["failed", True], reply)
        self.assert_ok(self.client.ask("adopt", id=item["id"]))

    @needs_tool
    def test_the_tool_of_others_adopts(self):
        def answered():
            # Another user cannot let go of what a run has adopted after all: each has a kernel of its own.
            self.new_kernel()
            self.find()
            answer = run_tool_as_nobody(self.daemon, "adopt", "vg/pvmove0")
            return None if self.has_no_answer(answer) else answer
        answer = wait_for(answered, "an adoption at which all processes are known")
        self.assertEqual([answer.stdout, answer.returncode], ["vg/pvmove0: its pvmove is adopted\n", GOOD], answer.stderr)

    def test_what_is_in_flight_is_not_adopted(self):
        self.find()
        self.request("pvmove0")
        number = self.client.list()["pvmove0"]["id"]
        self.assertEqual(self.other.ask("adopt", id=number + 7), {"response": "not_found"})

    def test_never_is_never(self):
        self.add_left()
        self.start("unattended: {adopt: never}")
        for parameters in ({}, {"id": 1}):
            reply = self.other.ask("adopt", **parameters)
            self.assertEqual([reply["response"], "never" in reply["reason"]], ["failed", True])


if __name__ == "__main__":
    unittest.main()
