# SPDX-License-Identifier: LGPL-2.1-or-later
"""SIGUSR2 where the new program cannot take over: the old one goes on, and says why."""

import os
import shutil
import signal
import unittest

from clock_standin import Clock
from deadline import wait_for
from kernel_standin import HANG
from kernel_test import KernelTest, REGIONS, segments
from lvmpolld import ours_only, read_file
from protocol import lvid, volume
from upgrade_test import (REFUSED, UpgradeTest, count_in_log, open_descriptors, upgrade,
                          upgrade_in_vain)

# A client has half a message for as long as refused upgrades take.
PATIENT = "limits: {client_timeout: 3600}\n"
STOCK = "it ends at SIGUSR2"


@ours_only(STOCK)
class RefusedTest(UpgradeTest):
    def start(self, *arguments, **options):
        """A daemon with an operation in flight, a result to collect and half a request."""
        self.daemon = self.new_copied_daemon()
        self.clock = Clock(self.daemon.directory)
        self.daemon.make_pipe("until-0")
        if "-c" not in arguments:
            arguments += "-c", self.write_configuration(self.daemon, PATIENT)
        self.daemon.start(*arguments, environment=self.clock.environment_of(self.daemon))
        self.client = self.connect(self.daemon)
        self.client.ask("pvmove", **volume("until-0"))
        self.client.ask("pvmove", **volume("good"))
        self.child = self.daemon.wait_start("until-0")[0]
        wait_for(lambda: self.client.dump()["poll"][lvid("good")]["polling_finished"], "its end")
        self.program = open(self.daemon.program, "rb").read()

    def replace(self, text, mode=0o755):
        os.unlink(self.daemon.program)
        if text is not None:
            with open(self.daemon.program, "wb") as file:
                file.write(text)
            os.chmod(self.daemon.program, mode)

    def assert_goes_on(self, *words):
        """The upgrade is refused with those words in the log, again and again, and costs nothing."""
        before = open_descriptors(self.daemon)
        self.client.send(b'request="hel')
        upgrade_in_vain(self.daemon)
        self.assertIn("the old program goes on", upgrade_in_vain(self.daemon))
        for word in words:
            self.assertIn(word, self.daemon.log())
        self.client.send(b'lo"\n##\n')
        self.assertIn(b"lvmpolld", self.client.receive())
        self.assertEqual(self.daemon.children(), [self.child])
        wait_for(lambda: open_descriptors(self.daemon) == before, "what it had open before")

    def assert_is_complete(self):
        """Nothing was lost, whichever program it is now."""
        self.daemon.release("until-0")
        self.assert_status(self.daemon, self.client, lvid("until-0"), 0)
        self.assert_status(self.daemon, self.client, lvid("good"), 0)
        self.assert_no_zombie(self.daemon)

    def assert_refused_until_repaired(self, *words):
        self.assert_goes_on(*words)
        self.replace(self.program)
        upgrade(self.daemon)
        self.assert_is_complete()

    def test_program_that_is_missing(self):
        self.start()
        self.replace(None)
        self.assert_goes_on(self.daemon.program, "No such file")
        with open(self.daemon.program, "wb") as file:
            file.write(self.program)
        os.chmod(self.daemon.program, 0o755)
        upgrade(self.daemon)
        self.assert_is_complete()

    def test_program_that_is_not_executable(self):
        self.start()
        self.replace(self.program, 0o644)
        self.assert_refused_until_repaired("Permission denied")

    def test_program_that_is_cut_off(self):
        self.start()
        self.replace(self.program[:8192])
        self.assert_refused_until_repaired()

    def test_script_that_fails(self):
        self.start()
        self.replace(b"#!/bin/sh\necho 'no daemon today' >&2\nexit 3\n")
        self.assert_refused_until_repaired("no daemon today")

    def test_script_that_has_no_fault_but_is_no_daemon(self):
        self.start()
        self.replace(b"#!/bin/sh\nexit 0\n")
        self.assert_refused_until_repaired("cannot take over")

    def test_program_that_is_killed(self):
        self.start()
        self.replace(b"#!/bin/sh\nexec sh -c 'kill -s SEGV $$'\n")
        self.assert_refused_until_repaired("cannot take over")

    def test_program_that_does_not_come_to_an_end(self):
        """Not even when it is asked to."""
        self.start()
        self.replace(b"#!/bin/sh\ntrap '' TERM\n: >\"$STANDIN_DIR/begun\"\n"
                     b"while :; do sleep 1 >/dev/null 2>&1; done\n")
        self.client.send(b'request="hel')
        before = count_in_log(self.daemon, REFUSED)
        self.daemon.send_signal(signal.SIGUSR2)
        wait_for(lambda: os.path.exists(os.path.join(self.daemon.directory, "begun")),
                 "the new program")
        with self.daemon.client() as other:
            self.clock.skip(21, other)  # it is asked to end,
            self.clock.skip(2, other)  # and killed
        wait_for(lambda: count_in_log(self.daemon, REFUSED) > before, "the refusal")
        self.assertIn("cannot take over", self.daemon.log())
        self.client.send(b'lo"\n##\n')
        self.assertIn(b"lvmpolld", self.client.receive())
        self.replace(self.program)
        upgrade(self.daemon)
        self.assert_is_complete()

    def test_configuration_that_is_wrong_by_then(self):
        folder = self.temporary_directory()
        path = os.path.join(folder, "lvmpolld.yaml")
        self.write_text(path, PATIENT + "lvm: {max_running: 4}\n")
        self.start("-c", path)
        self.write_text(path, "lvm: {max_runing: 4}\n")
        self.assert_goes_on(path + ":1:", "max_running")
        os.unlink(path)
        self.assert_goes_on(path)
        self.write_text(path, "")
        upgrade(self.daemon)
        self.assert_is_complete()

    @staticmethod
    def write_text(path, text):
        with open(path, "w") as file:
            file.write(text)

    def test_plugin_that_is_gone(self):
        folder = self.temporary_directory()
        path = os.path.join(folder, "lvmpolld.yaml")
        self.write_text(path, PATIENT)
        self.start("-c", path)
        self.write_text(path, "plugins: {enabled: [convert]}\n")
        self.assert_goes_on("no plugin for the operation pvmove")
        self.write_text(path, "")
        upgrade(self.daemon)
        self.assert_is_complete()

    def test_plugin_that_is_gone_of_a_result_that_nobody_collects(self):
        folder = self.temporary_directory()
        path = os.path.join(folder, "lvmpolld.yaml")
        self.write_text(path, "")
        self.start("-c", path)
        self.daemon.release("until-0")
        self.assert_status(self.daemon, self.client, lvid("until-0"), 0)
        self.write_text(path, "plugins: {enabled: [convert]}\n")
        upgrade(self.daemon)
        self.assertIn("a result could not be taken over: no plugin for the operation pvmove", self.daemon.log())
        self.assertEqual(self.client.ask("progress_info", lvid=lvid("good"))["response"], "not_found")

    def test_lvm_that_is_gone(self):
        self.daemon = self.new_copied_daemon()
        folder = self.temporary_directory()
        standin = os.path.join(folder, "lvm-standin")
        shutil.copy(self.daemon.standin, standin)
        self.start("-B", standin)
        os.rename(standin, standin + ".new")
        self.assert_goes_on(standin)
        os.rename(standin + ".new", standin)
        upgrade(self.daemon)
        self.assert_is_complete()

    def test_variable_that_others_set(self):
        for value in ("takeover:1:0", "takeover", "rehearsal:/dev/null", "rehearsal:/missing", ""):
            with self.subTest(value):
                daemon = self.new_daemon()
                daemon.start(wait=False, environment=daemon.environment(LVMPOLLD_UPGRADE=value))
                self.assertEqual(daemon.wait_end(), 1)
                self.assertTrue(daemon.log().strip(), "no word of the reason")
                self.assertFalse(os.path.exists(daemon.socket))


class KernelUpgradeTest(KernelTest):
    """The watching goes on."""

    def finish_move(self, device, identity):
        device.change(targets=segments(1, 0, REGIONS), event=True)
        self.assert_finished(self.client.result(identity), "retcode", 0)

    def test_watching_goes_on(self):
        device = self.add_move(in_sync=24)
        self.start()
        identity = self.start_watching()
        before = self.entry(identity)
        upgrade(self.daemon)
        self.assertEqual(self.entry(identity)["progress_percent"], before["progress_percent"])
        self.wait_watching(identity)
        self.assertEqual(self.daemon.starts(), [])
        self.finish_move(device, identity)
        self.assertEqual(len(self.daemon.starts()), 1)

    def test_each_segment_has_its_step(self):
        device = self.add_move(count=4)
        self.start()
        identity = self.start_watching()
        for number in range(4):
            upgrade(self.daemon)
            device.change(targets=segments(4, number, REGIONS), event=True)
            if number < 3:
                wait_for(lambda: device.targets() == segments(4, number + 1, 0), "its step")
                upgrade(self.daemon)
        self.assert_finished(self.client.result(identity), "retcode", 0)

    def test_upgrade_in_the_middle_of_a_step(self):
        device = self.add_move("move-held", count=2, in_sync=REGIONS)
        self.start()
        identity = self.request("move-held")
        self.wait_starts(1)
        upgrade(self.daemon)
        self.assertEqual(len(self.daemon.starts()), 1)
        self.release("move-held")
        self.wait_ends(1)
        self.wait_watching(identity)
        self.assertEqual(device.targets(), segments(2, 1, 0))
        device.change(targets=segments(2, 1, REGIONS), event=True)
        self.assert_finished(self.client.result(identity), "retcode", 0)
        self.assertEqual(os.path.exists(os.path.join(self.daemon.directory, "overlaps")), False)

    def test_device_that_went_meanwhile(self):
        device = self.add_move()
        self.start()
        identity = self.start_watching()
        device.remove()
        upgrade(self.daemon)
        self.assert_finished(self.client.result(identity), "retcode", 0)

    def test_record_that_could_not_be_written_is_written_by_the_new_program(self):
        self.add_move()
        self.start()
        self.client.hello()  # it answers when it has its state directory
        state = self.daemon.socket.removesuffix(".socket") + ".state"
        os.rmdir(state)
        self.start_watching()
        self.assertIn("would be lost", self.daemon.log())
        upgrade(self.daemon)
        self.assertEqual(len(self.daemon.record_names()), 1)

    def check_step_after_upgrade(self, *steps):
        """The table changes when the new program has taken over; no timer of its own ends the lvpoll."""
        device = self.add_device("move-held", segments(2, 0, REGIONS))
        device.set_steps(*steps)
        self.start()
        self.clock.stop()
        identity = self.request("move-held")
        self.wait_starts(1)
        upgrade(self.daemon)
        self.assertEqual(self.entry(identity)["operation_state"], "running")
        self.release("move-held")
        wait_for(lambda: device.targets()[0].endswith("linear"), "the step")
        device.change(event=True)
        wait_for(lambda: self.ends() or self.entry(identity)["operation_state"] == "ending",
                 "that the step is over")
        self.clock.go_on()
        self.assertEqual(self.wait_ends(1)[0][2], "term")

    def test_step_is_seen_by_the_new_program(self):
        self.check_step_after_upgrade(segments(2, 1, 0))

    def test_step_to_what_is_copied_already_is_seen_by_the_new_program(self):
        """Its lvpoll has said that there is more to copy."""
        self.check_step_after_upgrade(segments(2, 1, REGIONS))

    def test_kernel_that_does_not_answer(self):
        """What hangs there is no part of the process that becomes the new program."""
        device = self.add_move()
        self.start()
        identity = self.start_watching()
        self.wait_listed(device)
        # In this order: a look of its own accord may be the one that hangs.
        self.kernel.forget_calls()
        self.kernel.set_fault("status.vg-move", HANG)
        device.change(event=True)
        wait_for(lambda: self.kernel.calls("hang"), "the call that hangs")
        upgrade(self.daemon)
        wait_for(lambda: len(self.kernel.calls("hang")) >= 2, "the look of the new program")
        self.assertEqual(self.client.hello()["response"], "OK")
        self.kernel.clear_fault("status.vg-move")
        self.finish_move(device, identity)

    def test_end_while_the_kernel_is_waited_for(self):
        device = self.add_move()
        self.start()
        self.start_watching()
        self.wait_listed(device)
        # While the clock stands, what hangs is not put aside.
        self.clock.stop()
        # In this order: a look of its own accord may be the one that hangs.
        self.kernel.forget_calls()
        self.kernel.set_fault("status", HANG)
        device.change(event=True)
        wait_for(lambda: self.kernel.calls("hang"), "the call that hangs")
        before = self.faults_of_children()
        self.daemon.send_signal(signal.SIGUSR2)
        wait_for(lambda: self.faults_of_children() > before, "the end of the rehearsal")
        self.daemon.send_signal(signal.SIGTERM)
        self.clock.go_on()
        self.assertEqual(self.daemon.wait_end(), 0)
        self.assertFalse(os.path.exists(self.daemon.socket))
        self.kernel.clear_fault("status")

    def faults_of_children(self):
        """Page faults of those that have ended, which no process is without."""
        return int(read_file("/proc/%d/stat" % self.daemon.pid).rpartition(")")[2].split()[8])


if __name__ == "__main__":
    unittest.main()
