# SPDX-License-Identifier: LGPL-2.1-or-later
"""daemon.resume: whether the next daemon resumes operations after a stop, a crash and an upgrade."""

import os
import shutil
import signal
import unittest

from deadline import wait_for
from kernel_standin import mirror
from kernel_test import KernelTest, REGIONS, SEGMENT_SECTORS, identity_in, segments
from lvmpolld import is_running, read_file
from protocol import lvid, volume
from recovery_test import RecoveryTest, pvmove_record, record_name
from upgrade_test import upgrade

NOT_RESUMED = "was left in flight by a previous daemon and is not resumed"
VALUES = ("always", "after_crash", "never")


class ResumeTest(RecoveryTest):
    """A move is in flight when the daemon stops, dies or is upgraded."""

    def setUp(self):
        super().setUp()
        self.configuration = os.path.join(self.daemon.directory, "lvmpolld.yaml")

    def start_with(self, value, more=""):
        with open(self.configuration, "w") as file:
            file.write("daemon: {resume: %s}\n%s" % (value, more))
        self.start("-c", self.configuration)

    def start_move(self, value):
        self.start_with(value)
        self.assert_ok(self.client.ask("pvmove", **volume(self.hang)))
        self.assertTrue(is_running(self.daemon.wait_start(self.hang)[0]))

    def stop(self):
        self.assertEqual(self.daemon.stop(), 0)

    def assert_resumed(self):
        self.wait_starts_of(self.hang, 2)
        self.assert_reply(self.client.progress(lvid(self.hang)), response="in_progress")
        self.assertNotIn(NOT_RESUMED, self.daemon.log())

    def assert_not_resumed(self):
        """Nothing is known of it, until a client asks for it."""
        self.assert_reply(self.client.progress(lvid(self.hang)), response="not_found")
        self.assertEqual(self.client.dump(), {"poll": {}, "abort": {}})
        self.assertEqual(len(self.starts_of(self.hang)), 1)
        self.assertEqual(self.daemon.record_files(), [])
        self.assert_ok(self.client.ask("pvmove", **volume(self.hang)))
        self.assert_resumed_by_client()

    def assert_resumed_by_client(self):
        self.wait_starts_of(self.hang, 2)
        self.assert_reply(self.client.progress(lvid(self.hang)), response="in_progress")

    def assert_named_once(self):
        self.assertIn('vg/%s (pvmove): it %s (daemon.resume): "vgchange --poll y vg" lets it go on'
                      % (self.hang, NOT_RESUMED), self.daemon.log())
        self.assertEqual(self.daemon.log().count(NOT_RESUMED), 1)

    def test_always_resumes_after_a_stop(self):
        self.start_move("always")
        self.stop()
        self.start_with("always")
        self.assert_resumed()

    def test_always_resumes_after_a_crash(self):
        self.start_move("always")
        self.kill()
        self.start_with("always")
        self.assert_resumed()

    def test_after_crash_leaves_no_record_when_it_is_stopped(self):
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT):
            with self.subTest(number.name):
                name = self.named("hang-%d" % number)
                self.start_with("after_crash")
                self.assert_ok(self.client.ask("pvmove", **volume(name)))
                pid = self.daemon.wait_start(name)[0]
                self.assertEqual(self.daemon.stop(number), 0)
                self.assertEqual(self.daemon.record_files(), [])
                self.wait_gone(pid)
                self.assertIn("1 operation in flight stays as it is", self.daemon.log())

    def test_after_crash_does_not_resume_after_a_stop(self):
        self.start_move("after_crash")
        self.stop()
        self.start_with("after_crash")
        self.assert_not_resumed()

    def test_after_crash_leaves_no_record_of_an_abort_either(self):
        self.start_with("after_crash")
        for starts, parameters in enumerate(({}, {"abort": 1}), 1):
            self.assert_ok(self.client.ask("pvmove", **volume(self.hang, **parameters)))
            self.wait_starts_of(self.hang, starts)
        self.stop()
        self.assertEqual(self.daemon.record_files(), [])

    def test_after_crash_leaves_no_record_without_a_plugin_either(self):
        self.put_record(record_name(lvid(self.hang)), pvmove_record(self.hang))
        self.start_with("after_crash", "plugins: {enabled: [convert]}\n")
        self.assertTrue(os.path.exists(self.state + ".no_plugin"))
        self.stop()
        self.assertFalse(os.path.exists(self.state + ".no_plugin"))
        self.start_with("after_crash")
        self.assert_reply(self.client.progress(lvid(self.hang)), response="not_found")

    def test_after_crash_resumes_after_a_crash(self):
        self.start_move("after_crash")
        self.kill()
        self.start_with("after_crash")
        self.assert_resumed()

    def test_never_does_not_resume_after_a_stop_and_names_what_was_left(self):
        self.start_move("never")
        self.stop()
        self.start_with("never")
        self.assert_named_once()
        self.assert_not_resumed()

    def test_never_does_not_resume_after_a_crash_and_names_what_was_left(self):
        self.start_move("never")
        self.kill()
        self.start_with("never")
        self.assert_named_once()
        self.assert_not_resumed()

    def test_what_was_left_is_named_by_one_daemon_alone(self):
        self.start_move("never")
        self.kill()
        for _ in range(2):
            self.start_with("never")
            self.assert_named_once()
            self.stop()

    def test_never_names_an_abort_too(self):
        self.put_record(record_name(lvid(self.hang), store="abort"),
                        pvmove_record(self.hang, abort=1))
        self.start_with("never")
        self.assertIn("its abort " + NOT_RESUMED, self.daemon.log())
        self.assertEqual(self.daemon.starts(), [])

    def test_upgrade_resumes_always(self):
        for value in VALUES:
            with self.subTest(value):
                name = self.named("until-7-" + value)
                self.daemon.make_pipe(name)
                self.start_with(value, "limits: {patience: 0}\n")
                self.assert_ok(self.client.ask("pvmove", **volume(name)))
                self.daemon.wait_start(name)
                upgrade(self.daemon)
                self.assertNotIn(NOT_RESUMED, self.daemon.log())
                self.daemon.release(name)
                self.assert_finished(self.client.result(lvid(name)), "retcode", 7)
                self.stop()
                shutil.rmtree(self.state)

    def test_value_that_is_in_force_when_it_stops_counts(self):
        self.start_move("always")
        with open(self.configuration, "w") as file:
            file.write("daemon: {resume: after_crash}\n")
        self.daemon.send_signal(signal.SIGHUP)
        self.wait_log("the configuration was read again")
        self.stop()
        self.assertEqual(self.daemon.record_files(), [])

    def test_wrong_value_is_told_in_one_sentence(self):
        with open(self.configuration, "w") as file:
            file.write("daemon:\n  resume: sometimes\n")
        answer = self.run_daemon("--check-config", "-c", self.configuration)
        self.assertEqual(answer.returncode, 78)
        self.assertEqual(answer.stderr, 'lvmpolld: %s:2:11: daemon.resume: "sometimes" is none of '
                         "always, after_crash and never\n" % self.configuration)


class LeftTest(KernelTest):
    """An lvpoll outlives its daemon, and the next daemon does not resume: whoever asks again has it ended first."""

    def setUp(self):
        super().setUp()
        # No test at the same time has such a volume: what is looked for is known by its name.
        self.idle, self.held = ("move-%s-%d" % (value, os.getpid()) for value in ("idle", "held"))

    def start_again_with(self, value):
        self.write_configuration("daemon: {resume: %s}\n%s" % (value, self.more))
        self.start_again()

    def start_lvpoll(self, value, lvname, more="", in_sync=REGIONS, interval="15"):
        """The only lvpoll of a move in two segments runs; returns its process id."""
        self.more = more
        self.device = self.add_move(lvname, count=2, in_sync=in_sync)
        self.start("daemon: {resume: %s}\n%s" % (value, more))
        self.request(lvname, interval=interval)
        pid = self.wait_starts(1)[0][0]
        self.wait_on_record()
        return pid

    def wait_in_lock(self, lvname):
        """Later it prints nothing, and outlives a daemon that does not read it."""
        path = os.path.join(self.daemon.directory, lvname + ".holds")
        wait_for(lambda: os.path.exists(path), "an lvpoll in the lock")

    def wait_on_record(self):
        """The daemon knows its process id."""
        folder = self.daemon.folder_of_records()
        wait_for(lambda: any('lvm_command = "running"' in read_file(os.path.join(folder, name))
                             for name in self.daemon.record_names()),
                 "a record of an lvpoll that runs")

    def stop(self):
        self.assertEqual(self.daemon.stop(), 0)

    def assert_ended_first(self, pid, lvname, **options):
        self.assertTrue(is_running(pid))
        self.assertEqual(self.client.dump(), {"poll": {}, "abort": {}})
        identity = self.request(lvname, **options)
        wait_for(lambda: "lvpoll[%d] of a previous daemon still runs: it is ended first" % pid in
                 self.daemon.log(), "the lvpoll that is found")
        return identity

    def assert_none_beside_it(self):
        self.assertFalse(os.path.exists(os.path.join(self.daemon.directory, "overlaps")))

    def check_in_lock(self, value, end, next_value=None, meanwhile=lambda: None):
        pid = self.start_lvpoll(value, self.held)
        self.wait_in_lock(self.held)
        end()
        self.start_again_with(next_value or value)
        meanwhile()
        identity = self.assert_ended_first(pid, self.held)
        self.assertEqual(len(self.daemon.starts()), 1)
        self.release(self.held)
        self.wait_watching(identity)
        self.assertEqual(self.ends(), [(pid, "vg/" + self.held, "term")])
        self.device.change(targets=segments(2, 1, REGIONS), event=True)
        self.assert_finished(self.client.result(identity), "retcode", 0)
        self.assert_none_beside_it()
        self.assertFalse(os.path.exists(
            os.path.join(self.daemon.directory, "lvmpolld.state.left")))

    def test_it_polls_by_itself_after_a_crash(self):
        pid = self.start_lvpoll("never", self.idle, "plugins: {pvmove: {monitor: lvpoll}}\n",
                                in_sync=50, interval="600")
        wait_for(lambda: self.entry(identity_in("vg", self.idle)).get("progress_percent"),
                 "the progress that it tells")
        self.kill()
        self.start_again_with("never")
        self.assert_ended_first(pid, self.idle)
        self.wait_starts(2)
        self.assertEqual(self.ends(), [(pid, "vg/" + self.idle, "term")])
        self.assert_none_beside_it()

    def test_it_has_the_lock_after_a_crash(self):
        self.check_in_lock("never", self.kill)

    def test_it_has_the_lock_after_a_stop(self):
        for value in ("after_crash", "never"):
            with self.subTest(value):
                self.new_kernel()
                self.check_in_lock(value, self.stop)

    def test_another_value_later_makes_no_difference(self):
        self.check_in_lock("after_crash", self.stop, "always")

    def test_an_upgrade_before_it_is_asked_for_makes_no_difference(self):
        self.check_in_lock("never", self.kill, meanwhile=lambda: upgrade(self.daemon))

    def test_its_abort_waits_for_it_too(self):
        pid = self.start_lvpoll("never", self.held)
        self.wait_in_lock(self.held)
        self.kill()
        self.start_again_with("never")
        identity = self.assert_ended_first(pid, self.held, abort=1)
        self.assertEqual(len(self.daemon.starts()), 1)
        self.release(self.held)
        self.assert_finished(self.client.result(identity, abort=1), "retcode", 0)
        self.assert_none_beside_it()


class GivenUpTest(KernelTest):
    """That going on would lose data is not forgotten, whatever daemon.resume says."""

    def give_up(self, configuration):
        device = self.add_move("good")
        self.start(configuration)
        identity = self.start_watching("good")
        device.change(targets=[mirror(0, SEGMENT_SECTORS, 50, REGIONS, "AS")])
        self.assert_failed(identity)
        device.change(targets=[mirror(0, SEGMENT_SECTORS, REGIONS, REGIONS)], event=True)
        return identity

    def assert_failed(self, identity):
        self.assert_reply(self.client.result(identity), response="failed",
                          reason="polling of lvm command failed")

    def check(self, value, end):
        identity = self.give_up("daemon: {resume: %s}\n" % value)
        end()
        self.request("good")
        self.assert_failed(identity)
        self.assertEqual(self.daemon.starts(), [])

    def stop(self):
        self.assertEqual(self.daemon.stop(), 0)
        self.start_again()

    def kill(self):
        super().kill()
        self.start_again()

    def upgrade(self):
        upgrade(self.daemon)

    def check_each(self, end):
        for value in VALUES:
            with self.subTest(value):
                self.new_kernel()
                self.check(value, end)

    def test_it_survives_a_stop(self):
        self.check_each(self.stop)

    def test_it_survives_a_crash(self):
        self.check_each(self.kill)

    def test_it_survives_an_upgrade(self):
        self.check_each(self.upgrade)


if __name__ == "__main__":
    unittest.main()
