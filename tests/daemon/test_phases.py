# SPDX-License-Identifier: LGPL-2.1-or-later
"""Operations whose steps are other commands than lvpoll: each ends by itself, whatever becomes of the daemon."""

import os
import signal
import unittest

from ctl_test import needs_tool, run_tool
from deadline import wait_for
from lvmpolld import is_running, read_file
from own_plugin_test import OwnPluginTest
from recovery_test import format_record, parse_record
from upgrade_test import upgrade


def cache(state):
    return ["0 8192 cache " + state]


class PhasesTest(OwnPluginTest):
    def begin(self, scenario="until-0", state="smq"):
        # What is left over is known by its environment; the name is that of no other test all the same.
        self.name = "%s-%d" % (scenario, os.getpid())
        self.start_with("stages")
        self.daemon.make_pipe(self.name)
        self.device = self.add_device(self.name, cache(state), operation="stages")
        self.identity = self.request(self.name, operation="stages")

    def begin_lvchange(self, scenario="until-0"):
        """The lvchange runs; returns its process id."""
        self.begin(scenario)
        pid, arguments = self.daemon.wait_start(self.name)
        self.assertEqual(arguments, "lvchange vg/" + self.name)
        wait_for(lambda: self.record()["lvm_command"] == "running", "its record")
        return pid

    def state(self):
        return self.entry(self.identity)["operation_state"]

    def wait_state(self, state):
        wait_for(lambda: self.state() == state, "the state " + state)

    def record_path(self):
        name, = self.daemon.record_names()
        return os.path.join(self.daemon.folder_of_records(), name)

    def record(self):
        return parse_record(read_file(self.record_path()))

    def show(self, state):
        self.device.change(targets=cache(state), event=True)

    def wait_log(self, text):
        wait_for(lambda: text in self.daemon.log(), "%r in the log" % text)

    def end_first_phase(self, pid):
        """The command has ended; what it has done shows in the table."""
        self.show("cleaning")
        self.daemon.release(self.name)
        wait_for(lambda: not is_running(pid), "the end of process %d" % pid)
        self.wait_state("copying")
        self.assertEqual(len(self.daemon.starts()), 1)

    def assert_is_adopted(self, pid):
        self.wait_log("lvchange[%d] of a previous daemon still runs: it is left to end by itself first" % pid)
        self.assertEqual(self.state(), "ending")
        self.assertTrue(is_running(pid))
        self.assertEqual(self.record()["lvm_command_name"], "lvchange")
        self.end_first_phase(pid)
        self.assertIn("lvchange[%d] has ended; how is not known" % pid, self.daemon.log())


class WholeTest(PhasesTest):
    def test_each_phase_runs_its_command_once(self):
        pid = self.begin_lvchange()
        self.end_first_phase(pid)
        self.show("clean")
        self.assertEqual(self.wait_starts(2)[1][2], "lvconvert vg/" + self.name)
        self.device.change(targets=["0 8192 linear"], event=True)
        self.daemon.release(self.name)
        self.assert_finished(wait_for(lambda: self.finished(), "the end"), "retcode", 0)
        self.assertEqual(len(self.daemon.starts()), 2)

    def finished(self):
        reply = self.client.progress(self.identity)
        return reply if reply["response"] == "finished" else None

    def test_one_that_changes_nothing_is_tried_again_after_pauses(self):
        self.begin("silent")
        self.wait_backing_off(self.identity, "vain_step", 2)

    def test_one_that_fails_is_tried_again_after_pauses(self):
        self.begin("exit-5")
        self.stop_in_pause(self.identity, "status", 2)
        self.assertIn("lvchange failed (status 5)", self.daemon.log())
        self.assertEqual(self.client.list()[self.name]["reason"], "lvchange failed")

    def test_table_of_another_layer_is_told_as_such(self):
        self.name = "until-0-%d" % os.getpid()
        self.start_with("stages")
        self.add_device(self.name, ["0 8192 linear"], operation="stages", layer="pool")
        self.identity = self.request(self.name, operation="stages")
        self.wait_backing_off(self.identity, "not_started")
        self.assertEqual(self.daemon.starts(), [])

    def test_undeclared_is_not_run(self):
        self.begin("good")
        self.wait_log('plugin stages builds "lvm lvremove", which is neither lvpoll nor one of its commands: '
                      'it is not run')
        self.assertEqual(self.daemon.starts(), [])

    def test_table_that_is_not_understood_runs_nothing(self):
        self.begin("until-0", "broken")
        self.wait_backing_off(self.identity, "not_started")
        self.assertIn("lvchange is not run: the kernel is not watched, or the volume's table is not understood",
                      self.daemon.log())
        self.assertEqual(self.daemon.starts(), [])


class QuestionTest(PhasesTest):
    def answers(self):
        path = os.path.join(self.daemon.directory, "answers")
        return read_file(path).split() if os.path.exists(path) else []

    def begin_asking(self, what):
        pid = self.begin_lvchange("asks-" + what)
        self.daemon.release(self.name)
        return pid

    def test_one_that_is_declared_is_answered(self):
        self.begin_asking("go_on")
        wait_for(self.answers, "its answer")
        self.assertEqual(self.answers(), ["y"])
        self.wait_log("asks: Shall vg/%s go on?: it was asked for" % self.name)

    def test_any_other_means_no(self):
        self.begin_asking("be_lost")
        self.wait_backing_off(self.identity, "status", 1)
        self.assertEqual(self.answers()[0], "none")
        self.wait_log("asks: Shall vg/%s be lost?: the plugin has not said that this is harmless: no" % self.name)

    def test_daemon_that_is_gone_means_no(self):
        """It does not wait for ever with the group locked."""
        pid = self.begin_lvchange("asks-go_on")
        self.kill()
        self.daemon.release(self.name)
        wait_for(self.answers, "the end of its input")
        self.assertEqual(self.answers(), ["none"])
        wait_for(lambda: not is_running(pid), "its end")

    def test_daemon_that_is_replaced_means_no(self):
        self.begin_lvchange("asks-go_on")
        upgrade(self.daemon)
        self.client = self.connect(self.daemon)
        self.daemon.release(self.name)
        wait_for(self.answers, "the end of its input")
        self.assertEqual(self.answers()[0], "none")


class WayTest(PhasesTest):
    """What root has started, or was found, does not stand in the way of what lvm2 asks for."""

    def begin_beside(self, state):
        self.build("answers")
        self.name = "until-0-%d" % os.getpid()
        self.start_with("stages", others=", answers: {monitor: lvpoll}")
        self.daemon.make_pipe(self.name)
        self.device = self.add_device(self.name, cache(state), operation="stages")
        self.identity = self.request(self.name, operation="stages")

    def ask_other(self):
        return self.client.ask("answers", lvid=self.identity.split("/")[-1][-64:], vgname="vg", lvname=self.name,
                               interval="15")["response"]

    def test_it_steps_aside(self):
        self.begin_beside("cleaning")
        self.wait_state("copying")
        self.assertEqual(self.ask_other(), "OK")
        self.assertEqual(self.client.list()[self.name]["operation"], "answers")
        self.wait_log("steps aside for the answers of the same volume, which needs lvm2: the kernel goes on with it "
                      "all the same; to have it seen to, start it again when that is over")

    def test_not_while_its_command_runs(self):
        self.begin_beside("smq")
        self.daemon.wait_start(self.name)
        self.wait_state("running")
        self.assertNotEqual(self.ask_other(), "OK")
        self.assertEqual(self.client.list()[self.name]["operation"], "stages")
        self.daemon.release(self.name)


class LeftTest(PhasesTest):
    def test_stop_leaves_it_to_the_next_daemon(self):
        pid = self.begin_lvchange()
        self.assertEqual(self.daemon.stop(), 0)
        self.assertTrue(is_running(pid))
        self.assertEqual(self.record()["lvm_command"], "running")
        self.start_again()
        self.assert_is_adopted(pid)

    def test_crash_leaves_it_to_the_next_daemon(self):
        pid = self.begin_lvchange()
        self.kill()
        self.start_again()
        self.assert_is_adopted(pid)

    def test_one_whose_process_id_is_not_on_record_is_found(self):
        pid = self.begin_lvchange()
        self.kill()
        fields = {key: value for key, value in self.record().items()
                  if not key.startswith("lvm_command_")}
        fields = {key: int(value) if value.isdigit() else value for key, value in fields.items()}
        fields.update(lvm_command="starting", lvm_command_name="lvchange", interval="15")
        path = self.record_path()
        with open(path, "w") as file:
            file.write(format_record(**fields))
        self.start_again()
        self.assert_is_adopted(pid)

    def test_damaged_record_does_not_have_it_run_twice(self):
        pid = self.begin_lvchange()
        self.kill()
        with open(self.record_path(), "a") as file:
            file.write("damaged\n")
        self.start_again()
        self.request(self.name, operation="stages")
        self.wait_log("lvchange[%d] of a previous daemon still runs: it is left to end by itself first" % pid)
        self.end_first_phase(pid)

    def test_ends_after_the_daemon_as_if_it_were_there(self):
        pid = self.begin_lvchange("piped-0")
        self.kill()
        # It writes to a pipe that nobody reads, and goes on.
        self.show("cleaning")
        self.daemon.release(self.name)
        wait_for(lambda: not is_running(pid), "the end of process %d" % pid)
        self.assertTrue(os.path.exists(os.path.join(self.daemon.directory, self.name + ".written")))
        self.start_again()
        self.wait_state("copying")
        self.assertEqual(len(self.daemon.starts()), 1)

    def test_forgotten_while_it_runs_stays_forgotten(self):
        pid = self.begin_lvchange()
        number = self.client.list()[self.name]["id"]
        self.assertEqual(self.client.ask("forget", id=number)["ending"], 1)
        self.kill()
        self.start_again()
        self.wait_log("lvchange[%d] of a previous daemon still runs: it is left to end by itself first" % pid)
        self.daemon.release(self.name)
        self.wait_log("is forgotten after")
        self.assertEqual(len(self.daemon.starts()), 1)

    def test_upgrade_hands_it_over(self):
        pid = self.begin_lvchange()
        upgrade(self.daemon)
        self.client = self.connect(self.daemon)
        self.assertEqual(self.state(), "running")
        self.assertEqual(self.record()["lvm_command_name"], "lvchange")
        self.end_first_phase(pid)
        self.assertIn("lvchange[%d] exited with status 0" % pid, self.daemon.log())

    def test_abort_waits_for_it(self):
        pid = self.begin_lvchange()
        client = self.connect(self.daemon)
        self.assert_ok(client.ask("stages", lvid=self.identity, vgname="vg", lvname=self.name, interval="15", abort=1))
        wait_for(lambda: self.entry(self.identity, "abort").get("backing_off_reason") == "busy", "an abort that waits")
        self.assertTrue(is_running(pid))
        self.daemon.release(self.name)
        self.assertEqual(self.wait_starts(2)[1][2], "lvchange --back vg/" + self.name)
        self.assertFalse(is_running(pid))

    def test_abort_that_ended_between_two_daemons_is_not_run_again(self):
        self.begin_lvchange()
        client = self.connect(self.daemon)
        self.assert_ok(client.ask("stages", lvid=self.identity, vgname="vg", lvname=self.name, interval="15", abort=1))
        self.daemon.release(self.name)
        pid = int(self.wait_starts(2)[1][0])
        wait_for(lambda: self.entry(self.identity, "abort")["operation_state"] == "running", "the abort")
        self.assertEqual(self.daemon.stop(), 0)
        self.daemon.release(self.name)
        wait_for(lambda: not is_running(pid), "the end of process %d" % pid)
        self.start_again()
        self.wait_log("its abort ends well")
        self.assertEqual(len(self.daemon.starts()), 2)

    @needs_tool
    def test_tool_has_the_daemon_abort_it(self):
        self.begin_lvchange()
        answer = run_tool(self.daemon, "abort", "vg/" + self.name)
        self.assertEqual((answer.returncode, answer.stderr), (0, ""))
        self.assertRegex(answer.stdout, r"^vg/%s: its stages is being aborted \(id:\d+\)\n$" % self.name)
        self.daemon.release(self.name)
        self.assertEqual(self.wait_starts(2)[1][2], "lvchange --back vg/" + self.name)

    def test_signal_of_somebody_else_is_an_attempt_that_failed(self):
        pid = self.begin_lvchange()
        os.kill(pid, signal.SIGTERM)
        self.wait_backing_off(self.identity, "signal")


if __name__ == "__main__":
    unittest.main()
