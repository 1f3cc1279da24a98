# SPDX-License-Identifier: LGPL-2.1-or-later
"""How operations live: duplicates, results, aborts and identifiers."""

import os
import shutil
import signal
import unittest

from deadline import wait_for
from lvmpolld import DaemonTest, is_running, ours_only, read_file, STANDIN
from protocol import lvid, volume


class OperationTest(DaemonTest):
    def setUp(self):
        self.daemon, self.client = self.start_and_connect()

    def entry(self, identifier, store="poll"):
        return self.client.dump()[store][identifier]

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
        self.assert_reply(self.client.progress(lvid("exit-5")), response="not_found")

    def test_uncollected_result_is_dropped_by_a_new_request(self):
        identity = lvid("x")
        self.client.ask("pvmove", **volume("exit-5", "x"))
        wait_for(lambda: self.entry(identity)["polling_finished"], "the end")
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
        self.assertEqual(len(self.daemon.starts()), 40)


class IdentifierTest(OperationTest):
    def test_system_dir_and_lvid_make_the_identifier(self):
        identity = lvid("x")
        self.assert_ok(self.client.ask("pvmove", **volume("hang", "x")))
        self.assert_ok(self.client.ask("merge", **volume("hang", "x", sysdir="/etc/lvm")))
        self.assert_ok(self.client.ask("convert", **volume("hang", "x", sysdir="/other")))
        entries = self.client.dump()["poll"]
        self.assertEqual({key: entry["type"] for key, entry in entries.items()}, {
            identity: "pvmove", "/etc/lvm" + identity: "merge", "/other" + identity: "convert"})
        self.assertEqual(entries[identity]["LVM_SYSTEM_DIR"], "<undefined>")
        self.assertEqual(entries["/other" + identity]["LVM_SYSTEM_DIR"], "/other")

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
        self.client.ask("pvmove", **volume("hang-1", "x", sysdir="/etc/lvm"))
        self.client.ask("pvmove", **volume("hang-2", "y"))
        self.client.ask("merge", **volume("hang-3", "z"))
        pids = [self.daemon.wait_start("hang-%d" % number)[0] for number in (1, 2, 3)]
        for seed in ("x", "z"):
            self.client.ask("pvmove", **volume("good", seed, abort=1))
            self.client.result(lvid(seed), abort=1)
        # Some lvpolls from start to end: enough for a wrongly ended one to be noticed.
        for seed in range(5):
            self.client.ask("pvmove", **volume("good", seed))
            self.client.result(lvid(seed))
        self.assertEqual([is_running(pid) for pid in pids], [True] * 3)
        self.assert_reply(self.client.progress(lvid("z")), response="in_progress")

    @ours_only("2.03.16 leaves the aborted pvmove's lvpoll alone")
    def test_pvmove_whose_abort_fails_is_polled_again(self):
        self.daemon.make_pipe("until-5")
        self.client.ask("pvmove", **volume("hang", "x"))
        first = self.daemon.wait_start("hang")[0]
        self.client.ask("pvmove", **volume("until-5", "x", abort=1))
        wait_for(lambda: not is_running(first), "the end of the aborted pvmove's lvpoll")
        self.daemon.release("until-5")
        self.assert_finished(self.client.result(lvid("x"), abort=1), "retcode", 5)
        wait_for(lambda: len(self.starts_of("vg/hang")) == 2, "the pvmove to be polled again")
        self.assert_reply(self.client.progress(lvid("x")), response="in_progress")

    @ours_only("2.03.16 leaves the aborted pvmove's lvpoll alone")
    def test_pvmove_whose_abort_fails_goes_on_when_lvm_is_back(self):
        binary = os.path.join(self.temporary_directory(), "lvm")
        shutil.copy(STANDIN, binary)
        self.daemon = self.new_daemon(standin=binary).start()
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
        self.assert_reply(self.client.progress(lvid("x")), response="in_progress")
        os.chmod(binary, 0o755)
        wait_for(lambda: len(self.starts_of("vg/hang")) == 2, "the pvmove to be polled again")

    @ours_only("2.03.16 leaves the aborted pvmove's lvpoll alone")
    def test_pvmove_whose_abort_fails_before_its_lvpoll_has_ended_goes_on(self):
        self.client.ask("pvmove", **volume("stubborn-5", "x", interval="1"))
        first = self.daemon.wait_start("stubborn-5")[0]
        self.client.ask("pvmove", **volume("exit-5", "x", abort=1))
        self.assert_finished(self.client.result(lvid("x"), abort=1), "retcode", 5)
        self.assertTrue(is_running(first))
        wait_for(lambda: len(self.starts_of("vg/stubborn-5")) == 2, "another lvpoll of it")
        self.assertFalse(is_running(first))
        self.assert_reply(self.client.progress(lvid("x")), response="in_progress")

    @ours_only("2.03.16 leaves the aborted pvmove's lvpoll alone")
    def test_aborted_pvmove_leaves_no_record_where_its_lvpoll_ends_later(self):
        self.client.ask("pvmove", **volume("stubborn-5", "x"))
        self.daemon.wait_start("stubborn-5")
        self.client.ask("pvmove", **volume("good", "x", abort=1))
        self.assert_finished(self.client.result(lvid("x"), abort=1), "retcode", 0)
        self.assert_finished(self.client.result(lvid("x")), "signal", signal.SIGTERM)
        state = self.daemon.socket.removesuffix(".socket") + ".state"
        self.assertEqual(os.listdir(state), [])

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
        self.assert_reply(self.client.progress(lvid("x")), response="not_found")

    def test_result_of_an_abort_is_handed_out_once(self):
        self.client.ask("pvmove", **volume("exit-3", abort=1))
        self.assert_finished(self.client.result(lvid("exit-3"), abort=1), "retcode", 3)
        self.assert_reply(self.client.progress(lvid("exit-3"), abort=1), response="not_found")


if __name__ == "__main__":
    unittest.main()
