# SPDX-License-Identifier: LGPL-2.1-or-later
"""How operations live: duplicates, results, aborts and identifiers."""

import os
import shutil
import signal
import unittest

from clock_standin import Clock
from deadline import wait_for
from lvmpolld import DaemonTest, is_running, ours_only, read_file, STANDIN
from protocol import lvid, volume


class OperationTest(DaemonTest):
    def setUp(self):
        self.daemon, self.client = self.start_and_connect(patience=0)

    def entry(self, identifier, store="poll"):
        return self.client.dump()[store][identifier]

    def assert_forgotten_or_told_again(self, identity, value, reason="retcode", **parameters):
        """Ours tells an end that was not 0 again to whoever asks; stock forgets it."""
        reply = self.client.progress(identity, **parameters)
        if self.daemon.is_stock():
            self.assert_reply(reply, response="not_found")
        else:
            self.assert_finished(reply, reason, value)

    def starts_of(self, target):
        return [start for start in self.daemon.starts() if start[1] == target]


class DuplicateTest(OperationTest):
    def test_same_request_is_counted_and_starts_nothing(self):
        for count in (1, 2, 3):
            self.assert_ok(self.client.ask("pvmove", **volume("hang")))
            self.assertEqual(self.entry(lvid("hang"))["init_requests_count"], count)
        self.daemon.wait_start("hang")
        self.assertEqual(len(self.starts_of("vg/hang")), 1)
        self.assertEqual(len(self.daemon.children()), 1)

    def test_same_request_of_other_clients_is_counted(self):
        for _ in range(5):
            self.assert_ok(self.connect(self.daemon).ask("merge", **volume("hang")))
        self.assertEqual(self.entry(lvid("hang"))["init_requests_count"], 5)

    def test_first_interval_stays(self):
        self.client.ask("pvmove", **volume("hang"))
        self.assert_ok(self.client.ask("pvmove", **volume("hang", interval="3")))
        self.assertEqual(self.entry(lvid("hang"))["lvm_command_interval"], "15")

    def test_different_operation_is_refused(self):
        self.assert_ok(self.client.ask("merge", **volume("hang")))
        for operation in ("pvmove", "convert", "merge_thin"):
            with self.subTest(operation):
                reply = self.client.ask(operation, **volume("hang"))
                self.assert_reply(reply, response="invalid",
                                  reason="Different operation on LV already in progress")
        self.assertEqual(self.entry(lvid("hang"))["init_requests_count"], 1)
        self.assertEqual(self.entry(lvid("hang"))["type"], "merge")

    def test_different_operation_after_the_end_is_accepted(self):
        self.client.ask("merge", **volume("silent"))
        wait_for(lambda: self.entry(lvid("silent"))["polling_finished"], "the end")
        self.assert_ok(self.client.ask("convert", **volume("hang", "silent")))
        self.assertEqual(self.entry(lvid("silent"))["type"], "convert")


class ResultTest(OperationTest):
    def is_pausing(self, identity):
        """Until then lvm2 is asked what the failure means; stock does neither."""
        entry = self.entry(identity)
        return entry["polling_finished"] and entry.get("operation_state", "backing_off") == "backing_off"

    def test_result_is_handed_out_once(self):
        self.client.ask("pvmove", **volume("good"))
        self.assert_finished(self.client.result(lvid("good")), "retcode", 0)
        self.assert_reply(self.client.progress(lvid("good")), response="not_found")
        self.assertEqual(self.client.dump()["poll"], {})

    def test_result_waits_for_any_client(self):
        with self.daemon.client() as first:
            first.ask("pvmove", **volume("exit-5"))
        wait_for(lambda: self.entry(lvid("exit-5"))["polling_finished"], "the end")
        other = self.connect(self.daemon)
        self.assert_finished(other.progress(lvid("exit-5")), "retcode", 5)
        self.assert_forgotten_or_told_again(lvid("exit-5"), 5)

    def test_uncollected_result_is_dropped_by_a_new_request(self):
        """In the pause after an attempt, of which the end does not come while the clock stands."""
        clock = Clock(self.temporary_directory())
        self.daemon = self.new_daemon()
        self.daemon.start(patience=0, environment=clock.environment_of(self.daemon))
        self.client = self.connect(self.daemon)
        clock.stop()
        identity = lvid("x")
        self.client.ask("pvmove", **volume("exit-5", "x"))
        wait_for(lambda: self.is_pausing(identity), "the end")
        self.assert_ok(self.client.ask("pvmove", **volume("hang", "x")))
        self.assert_reply(self.client.progress(identity), response="in_progress")
        entry = self.entry(identity)
        self.assertEqual((entry["init_requests_count"], entry["polling_finished"]), (1, 0))
        self.assertEqual(entry["lvname"], "vg/hang")

    def test_many_operations_at_once(self):
        for number in range(40):
            self.assert_ok(self.client.ask("pvmove", **volume("exit-%d" % number, number)))
        for number in range(40):
            self.assert_finished(self.client.result(lvid(number)), "retcode", number)
        # Those that have failed are tried again.
        targets = {target for _, target, _ in self.daemon.starts()}
        self.assertEqual(targets, {"vg/exit-%d" % number for number in range(40)})


class IdentifierTest(OperationTest):
    def test_system_dir_and_lvid_make_the_identifier(self):
        identity = lvid("x")
        for sysdir in (None, "/etc/lvm", "/other"):
            self.assert_ok(self.client.ask("pvmove", **volume("hang", "x", sysdir=sysdir)))
        entries = self.client.dump()["poll"]
        self.assertEqual({key: entry["LVM_SYSTEM_DIR"] for key, entry in entries.items()}, {
            identity: "<undefined>", "/etc/lvm" + identity: "/etc/lvm",
            "/other" + identity: "/other"})
        self.assertEqual([entry["init_requests_count"] for entry in entries.values()], [1] * 3)

    @ours_only("it runs an lvpoll for each")
    def test_volume_with_several_system_dirs_is_one_operation_with_one_lvpoll(self):
        self.daemon.make_pipe("until")
        for sysdir in (None, "/etc/lvm", "/other"):
            self.assert_ok(self.client.ask("pvmove", **volume("until", "x", sysdir=sysdir)))
        pids = {entry["lvm_command_pid"] for entry in self.client.dump()["poll"].values()}
        self.assertEqual(pids, {self.daemon.wait_start("until")[0]})
        self.daemon.release("until")
        for sysdir in ("", "/etc/lvm", "/other"):
            reply = self.client.result(lvid("x"), sysdir=sysdir)
            self.assert_finished(reply, "retcode", 0)
        self.assertEqual(len(self.starts_of("vg/until")), 1)

    @ours_only("it runs both side by side")
    def test_different_operation_with_another_system_dir_is_refused(self):
        self.assert_ok(self.client.ask("merge", **volume("hang", "x")))
        self.assert_reply(self.client.ask("convert", **volume("hang", "x", sysdir="/etc/lvm")),
                          response="invalid",
                          reason="Different operation on LV already in progress")

    def test_progress_needs_the_same_system_dir(self):
        identity = lvid("x")
        self.client.ask("pvmove", **volume("hang", "x", sysdir="/etc/lvm"))
        self.assert_reply(self.client.progress(identity), response="not_found")
        self.assert_reply(self.client.progress(identity, sysdir="/etc"), response="not_found")
        self.assert_reply(self.client.progress(identity, sysdir="/etc/lvm"),
                          response="in_progress")

    def test_empty_system_dir_is_none(self):
        self.client.ask("pvmove", **volume("hang", "x"))
        self.assert_ok(self.client.ask("pvmove", **volume("hang", "x", sysdir="")))
        self.assertEqual(self.entry(lvid("x"))["init_requests_count"], 2)


class AbortTest(OperationTest):
    def test_abort_runs_beside_its_pvmove_in_the_other_store(self):
        identity = lvid("x")
        self.daemon.make_pipe("until")
        self.assert_ok(self.client.ask("pvmove", **volume("hang", "x")))
        self.assert_ok(self.client.ask("pvmove", **volume("until", "x", abort=1)))
        self.assertEqual(self.entry(identity, "abort")["lvname"], "vg/until")
        self.assertIn(" --abort ", self.daemon.wait_start("until")[1])
        self.assert_reply(self.client.progress(identity, abort=1), response="in_progress")
        self.daemon.release("until")
        self.assert_finished(self.client.result(identity, abort=1), "retcode", 0)

    def test_abort_alone(self):
        self.assert_ok(self.client.ask("pvmove", **volume("good", abort=1)))
        self.assert_finished(self.client.result(lvid("good"), abort=1), "retcode", 0)

    def test_abort_twice_is_counted(self):
        self.client.ask("pvmove", **volume("hang", abort=1))
        self.assert_ok(self.client.ask("pvmove", **volume("hang", abort=1)))
        self.assertEqual(self.entry(lvid("hang"), "abort")["init_requests_count"], 2)
        self.assertEqual(self.client.dump()["poll"], {})

    @ours_only("2.03.16 leaves the aborted pvmove's lvpoll alone")
    def test_aborted_pvmove_is_ended_with_sigterm(self):
        identity = lvid("x")
        self.client.ask("pvmove", **volume("hang", "x"))
        pid = self.daemon.wait_start("hang")[0]
        self.client.ask("pvmove", **volume("mute", "x", abort=1))
        self.assert_finished(self.client.result(identity), "signal", signal.SIGTERM)
        wait_for(lambda: not is_running(pid), "the end of the aborted pvmove's lvpoll")
        self.assert_reply(self.client.progress(identity, abort=1), response="in_progress")

    @ours_only("2.03.16 leaves the aborted pvmove's lvpoll alone")
    def test_sigterm_is_repeated_until_the_aborted_lvpoll_is_gone(self):
        self.client.ask("pvmove", **volume("stubborn-3", "x"))
        pid = self.daemon.wait_start("stubborn-3")[0]
        self.client.ask("pvmove", **volume("mute", "x", abort=1))
        self.assert_finished(self.client.result(lvid("x")), "signal", signal.SIGTERM)
        wait_for(lambda: not is_running(pid), "the end of the stubborn lvpoll")
        heard = read_file(os.path.join(self.daemon.directory, "stubborn")).splitlines()
        self.assertEqual(heard, ["term %d %d" % (pid, left) for left in (2, 1, 0)])

    @ours_only("2.03.16 leaves the aborted pvmove's lvpoll alone")
    def test_abort_leaves_other_operations_alone(self):
        self.client.ask("pvmove", **volume("hang-1", "x"))
        self.client.ask("pvmove", **volume("hang-2", "y"))
        self.client.ask("merge", **volume("hang-3", "z"))
        pids = [self.daemon.wait_start("hang-%d" % number)[0] for number in (1, 2, 3)]
        self.client.ask("pvmove", **volume("good", "x", abort=1))
        self.assert_finished(self.client.result(lvid("x"), abort=1), "retcode", 0)
        # Some lvpolls from start to end: enough for a wrongly ended one to be noticed.
        for seed in range(5):
            self.client.ask("pvmove", **volume("good", seed))
            self.client.result(lvid(seed))
        self.assertEqual([is_running(pid) for pid in pids], [False, True, True])
        self.assert_reply(self.client.progress(lvid("z")), response="in_progress")

    @ours_only("it runs both side by side")
    def test_abort_of_another_operation_is_refused(self):
        self.client.ask("merge", **volume("hang", "x"))
        pid = self.daemon.wait_start("hang")[0]
        self.assert_reply(self.client.ask("pvmove", **volume("good", "x", abort=1)),
                          response="invalid",
                          reason="Different operation on LV already in progress")
        self.client.ask("pvmove", **volume("good"))
        self.client.result(lvid("good"))
        self.assertTrue(is_running(pid))
        self.assert_reply(self.client.progress(lvid("x")), response="in_progress")

    @ours_only("it knows volumes by system directory, too")
    def test_abort_with_another_system_dir_ends_the_move(self):
        self.client.ask("pvmove", **volume("hang", "x", sysdir="/etc/lvm"))
        pid = self.daemon.wait_start("hang")[0]
        self.client.ask("pvmove", **volume("good", "x", abort=1))
        self.assert_finished(self.client.result(lvid("x"), abort=1), "retcode", 0)
        self.assert_finished(self.client.result(lvid("x"), sysdir="/etc/lvm"),
                             "signal", signal.SIGTERM)
        wait_for(lambda: not is_running(pid), "the end of the move's lvpoll")

    def assert_goes_on(self, target):
        """Who waited for the move was told of its abort: the move goes on without them, and a new
        request joins it."""
        wait_for(lambda: len(self.starts_of("vg/" + target)) == 2, "the pvmove to be polled again")
        self.assert_finished(self.client.result(lvid("x")), "signal", signal.SIGTERM)
        self.assertIn(self.entry(lvid("x"))["operation_state"], ("waiting", "running"))
        self.assert_ok(self.client.ask("pvmove", **volume(target, "x")))
        self.assert_reply(self.client.progress(lvid("x")), response="in_progress")

    @ours_only("2.03.16 leaves the aborted pvmove's lvpoll alone")
    def test_pvmove_whose_abort_fails_is_polled_again(self):
        self.daemon.make_pipe("until-5")
        self.client.ask("pvmove", **volume("hang", "x"))
        first = self.daemon.wait_start("hang")[0]
        self.client.ask("pvmove", **volume("until-5", "x", abort=1))
        wait_for(lambda: not is_running(first), "the end of the aborted pvmove's lvpoll")
        self.daemon.release("until-5")
        self.assert_finished(self.client.result(lvid("x"), abort=1), "retcode", 5)
        self.assert_goes_on("hang")

    @ours_only("2.03.16 leaves the aborted pvmove's lvpoll alone")
    def test_pvmove_whose_abort_fails_goes_on_when_lvm_is_back(self):
        binary = os.path.join(self.temporary_directory(), "lvm")
        shutil.copy(STANDIN, binary)
        self.daemon = self.new_daemon(standin=binary).start(patience=0)
        self.client = self.connect(self.daemon)
        self.daemon.make_pipe("until-5")
        self.client.ask("pvmove", **volume("hang", "x"))
        first = self.daemon.wait_start("hang")[0]
        self.client.ask("pvmove", **volume("until-5", "x", abort=1))
        wait_for(lambda: not is_running(first), "the end of the aborted pvmove's lvpoll")
        self.daemon.wait_start("until-5")
        os.chmod(binary, 0o644)
        self.daemon.release("until-5")
        self.assert_finished(self.client.result(lvid("x"), abort=1), "retcode", 5)
        wait_for(lambda: self.entry(lvid("x"))["operation_state"] == "backing_off", "the pause")
        os.chmod(binary, 0o755)
        self.assert_goes_on("hang")

    @ours_only("2.03.16 runs the abort beside it")
    def test_abort_waits_for_the_end_of_the_lvpoll_of_its_pvmove(self):
        """Two lvm commands for one volume would be in each other's way."""
        self.daemon = self.new_daemon()
        clock = Clock(self.daemon.directory)
        self.daemon.start(environment=clock.environment_of(self.daemon), patience=0)
        self.client = self.connect(self.daemon)
        self.client.ask("pvmove", **volume("stubborn-3", "x", interval="1"))
        first = self.daemon.wait_start("stubborn-3")[0]
        # Without time the SIGTERM is not repeated: the first lvpoll does not end.
        clock.stop()
        self.client.ask("pvmove", **volume("exit-5", "x", abort=1))
        self.assertEqual(self.starts_of("vg/exit-5"), [])
        self.assert_reply(self.client.progress(lvid("x"), abort=1), response="in_progress")
        self.assertTrue(is_running(first))
        clock.go_on()
        self.daemon.wait_start("exit-5")
        self.assertFalse(is_running(first))
        self.assert_finished(self.client.result(lvid("x"), abort=1), "retcode", 5)
        self.assert_goes_on("stubborn-3")

    @ours_only("2.03.16 leaves the aborted pvmove's lvpoll alone")
    def test_aborted_pvmove_leaves_no_record_where_its_lvpoll_ends_later(self):
        self.client.ask("pvmove", **volume("stubborn-5", "x"))
        self.daemon.wait_start("stubborn-5")
        self.client.ask("pvmove", **volume("good", "x", abort=1))
        self.assert_finished(self.client.result(lvid("x"), abort=1), "retcode", 0)
        self.assert_finished(self.client.result(lvid("x")), "signal", signal.SIGTERM)
        self.assertEqual(self.daemon.record_files(), [])

    @ours_only("2.03.16 leaves the aborted pvmove's lvpoll alone")
    def test_pvmove_whose_abort_succeeds_is_not_polled_again(self):
        self.client.ask("pvmove", **volume("hang", "x"))
        self.daemon.wait_start("hang")
        self.client.ask("pvmove", **volume("good", "x", abort=1))
        self.assert_finished(self.client.result(lvid("x"), abort=1), "retcode", 0)
        self.assert_finished(self.client.result(lvid("x")), "signal", signal.SIGTERM)
        self.client.ask("pvmove", **volume("good"))
        self.client.result(lvid("good"))
        self.assertEqual(len(self.starts_of("vg/hang")), 1)
        self.assert_forgotten_or_told_again(lvid("x"), signal.SIGTERM, "signal")

    def test_result_of_an_abort_is_handed_out_once(self):
        self.client.ask("pvmove", **volume("good", abort=1))
        self.assert_finished(self.client.result(lvid("good"), abort=1), "retcode", 0)
        self.assert_reply(self.client.progress(lvid("good"), abort=1), response="not_found")

    def test_failure_of_an_abort_is_told_once_its_client_is_out_of_patience(self):
        self.client.ask("pvmove", **volume("exit-3", abort=1))
        self.assert_finished(self.client.result(lvid("exit-3"), abort=1), "retcode", 3)
        self.assert_forgotten_or_told_again(lvid("exit-3"), 3, abort=1)

    @ours_only("it reports the first status")
    def test_abort_that_was_told_to_have_failed_is_not_carried_out_later(self):
        """Meanwhile its user may have gone on with the move."""
        self.client.ask("pvmove", **volume("exit-3", abort=1))
        self.assert_finished(self.client.result(lvid("exit-3"), abort=1), "retcode", 3)
        entry = self.entry(lvid("exit-3"), "abort") if self.client.dump()["abort"] else None
        self.assertIn(entry and entry["operation_state"], (None, "finished", "failed"))
        self.assertEqual(self.daemon.record_files(), [])


if __name__ == "__main__":
    unittest.main()
