# SPDX-License-Identifier: LGPL-2.1-or-later
"""The lvpoll processes: what they are started with, how their output is read, how they end."""

import os
import shutil
import signal
import unittest

from clock_standin import Clock
from deadline import wait_for
from lvmpolld import DaemonTest, is_running, ours_only, read_file, split_variables, STANDIN
from protocol import lvid, volume

# 32 and 33: posix_spawn of glibc leaves these two, which are its own, ignored. QEMU has its program's as 34 and 35.
SIGNALS_OF_LIBC = 15 << 31


class StartTest(DaemonTest):
    """What an lvpoll is born with."""

    def record(self, operation="pvmove", arguments=(), variables=None, options=None, **parameters):
        self.daemon = self.new_daemon()
        environment = self.daemon.environment(**(variables or {}))
        self.daemon.start(*arguments, environment=environment, **(options or {}))
        client = self.connect(self.daemon)
        self.assert_ok(client.ask(operation, **volume("record", **parameters)))
        return self.daemon.record()

    def test_argument_list_of_each_operation(self):
        for operation in ("pvmove", "convert", "merge", "merge_thin"):
            with self.subTest(operation):
                self.assertEqual(self.record(operation).arguments[1:], [
                    "lvpoll", "--interval", "15", "--polloperation", operation, "vg/record",
                    "-An"])

    def test_argument_list_with_everything(self):
        record = self.record(abort=1, handle_missing_pvs=1, devicesfile="some.devices",
                             interval="0")
        self.assertEqual(record.arguments[1:], [
            "lvpoll", "--interval", "0", "--abort", "--handlemissingpvs", "--polloperation",
            "pvmove", "vg/record", "-An", "--devicesfile", "some.devices"])

    @ours_only("2.03.16 never asks lvpoll to be verbose")
    def test_verbosity_with_the_log_setting_cmd(self):
        for words in ("cmd", "wire,cmd"):
            with self.subTest(words):
                record = self.record(arguments=["-l", words], devicesfile="some.devices")
                self.assertEqual(record.arguments[-4:],
                                 ["-An", "-vvvv", "--devicesfile", "some.devices"])

    def test_no_verbosity_without_the_log_setting_cmd(self):
        self.assertNotIn("-vvvv", self.record(arguments=["-l", "wire,debug"]).arguments)

    def test_handle_missing_pvs_of_zero_is_none(self):
        self.assertNotIn("--handlemissingpvs", self.record(handle_missing_pvs=0).arguments)

    def test_binary_is_executed_by_the_path_as_given(self):
        folder = self.temporary_directory()
        link = os.path.join(folder, "lvm-link")
        os.symlink(STANDIN, link)
        given = os.path.join(folder, "..", os.path.basename(folder), "lvm-link")
        daemon = self.new_daemon(standin=given).start()
        self.connect(daemon).ask("pvmove", **volume("record"))
        self.assertEqual(daemon.record().arguments[0], given)

    def daemon_environment(self):
        variables = split_variables(read_file("/proc/%d/environ" % self.daemon.pid))
        return dict(variable.split("=", 1) for variable in variables)

    def test_environment_is_the_daemons_own(self):
        record = self.record(variables={"LVM_SYSTEM_DIR": "/of/the/daemon", "LC_ALL": "C.UTF-8",
                                        "LVM_SUPPRESS_FD_WARNINGS": "1", "EMPTY": ""})
        expected = dict(self.daemon_environment(), LC_ALL="C")
        self.assertEqual(expected.pop("LVM_SYSTEM_DIR"), "/of/the/daemon")
        present = {name: value for name, value in record.environment.items() if name != "LVMPOLLD_LVID"}
        self.assertEqual(present, expected)
        self.assertEqual(len(record.variables), len(record.environment), "a variable twice")

    def test_system_dir_of_the_client_is_in_the_environment(self):
        record = self.record(variables={"LVM_SYSTEM_DIR": "/of/the/daemon"},
                             sysdir="/of/the client")
        self.assertEqual(record.variables.count("LVM_SYSTEM_DIR=/of/the client"), 1)
        self.assertEqual(record.environment["LVM_SYSTEM_DIR"], "/of/the client")
        self.assertEqual(len(record.variables), len(record.environment), "a variable twice")

    @ours_only("it does not know its lvpolls again")
    def test_environment_tells_the_volume(self):
        record = self.record(variables={"LVMPOLLD_LVID": "of the daemon"})
        told = [each for each in record.variables if each.startswith("LVMPOLLD_LVID")]
        self.assertEqual(told, ["LVMPOLLD_LVID=" + lvid("record")])

    def test_working_directory_stays_in_the_foreground(self):
        folder = self.temporary_directory()
        record = self.record(options={"cwd": folder})
        self.assertEqual(record.directory, folder)

    def test_stdin_is_dev_null(self):
        record = self.record()
        self.assertEqual(record.descriptors[0], "/dev/null")
        self.assertRegex(record.descriptors[2], r"^pipe:|^socket:")

    @ours_only("its children inherit the pipes of others")
    def test_no_descriptor_is_inherited(self):
        daemon, client = self.start_and_connect()
        for number in range(5):
            client.ask("pvmove", **volume("hang", number))
        client.ask("pvmove", **volume("record"))
        descriptors = daemon.record().descriptors
        self.assertEqual(sorted(n for n, target in descriptors.items() if target != STANDIN),
                         [0, 1, 2], descriptors)

    @ours_only("its children inherit whatever it was started with")
    def test_no_descriptor_of_whoever_started_the_daemon_is_inherited(self):
        left_open = os.open("/dev/null", os.O_RDONLY)
        self.addCleanup(os.close, left_open)
        descriptors = self.record(options={"pass_fds": [left_open]}).descriptors
        self.assertEqual(sorted(n for n, target in descriptors.items() if target != STANDIN),
                         [0, 1, 2], descriptors)

    @ours_only("SIGPIPE stays ignored in its children")
    def test_signals_have_their_defaults_and_none_is_blocked(self):
        status = self.record(options={"preexec_fn": ignore_and_block_signals}).status
        self.assertEqual(int(status["SigBlk"], 16), 0)
        self.assertEqual(int(status["SigIgn"], 16) & ~SIGNALS_OF_LIBC, 0)

    def test_lvpoll_starts_at_once_in_spite_of_others(self):
        daemon, client = self.start_and_connect()
        for number in range(6):
            client.ask("pvmove", **volume("hang", number))
        client.ask("pvmove", **volume("good"))
        self.assert_finished(client.result(lvid("good")), "retcode", 0)


def ignore_and_block_signals():
    """Between fork and exec of the daemon: what a careless parent may leave behind."""
    signal.signal(signal.SIGUSR1, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR2})


class EndTest(DaemonTest):
    """How an lvpoll ends, and what the client hears of it."""

    def setUp(self):
        self.daemon = self.start_daemon(patience=0)
        self.client = self.connect(self.daemon)

    def result(self, scenario):
        self.assert_ok(self.client.ask("pvmove", **volume(scenario)))
        return self.client.result(lvid(scenario))

    def test_exit_status_is_the_value(self):
        for status in (0, 1, 3, 5, 99, 100, 101, 127, 255):
            with self.subTest(status):
                self.assert_finished(self.result("exit-%d" % status), "retcode", status)

    def test_signal_is_the_value(self):
        for name in ("HUP", "INT", "KILL", "TERM", "SEGV", "USR1", "ABRT"):
            with self.subTest(name):
                number = getattr(signal, "SIG" + name)
                self.assert_finished(self.result("signal-" + name), "signal", number)

    def test_lvpoll_that_someone_else_ends(self):
        self.client.ask("pvmove", **volume("hang"))
        os.kill(self.daemon.wait_start("hang")[0], signal.SIGTERM)
        self.assert_finished(self.client.result(lvid("hang")), "signal", signal.SIGTERM)

    def test_finished_children_are_reaped_at_once(self):
        for number in range(10):
            self.client.ask("pvmove", **volume("silent", number))
        wait_for(lambda: not self.daemon.children(), "the daemon to reap its children")
        self.assertEqual(len(self.client.dump()["poll"]), 10)

    def test_stopped_lvpoll_is_still_in_progress(self):
        self.client.ask("pvmove", **volume("hang"))
        pid = self.daemon.wait_start("hang")[0]
        os.kill(pid, signal.SIGSTOP)
        self.assert_reply(self.client.progress(lvid("hang")), response="in_progress")
        os.kill(pid, signal.SIGCONT)
        os.kill(pid, signal.SIGTERM)
        self.assert_finished(self.client.result(lvid("hang")), "signal", signal.SIGTERM)


class SignalRetryTest(DaemonTest):
    """A signal that the daemon did not send says nothing of the operation: lvpoll runs again."""

    @ours_only("it reports the first one")
    def test_lvpoll_runs_again(self):
        daemon, client = self.start_and_connect()
        self.assert_ok(client.ask("pvmove", **volume("hang")))
        first = daemon.wait_start("hang")[0]
        os.kill(first, signal.SIGKILL)
        wait_for(lambda: len(daemon.starts()) == 2, "the second lvpoll")
        self.assert_reply(client.progress(lvid("hang")), response="in_progress")
        self.assertIn("signal 9", daemon.log())

    @ours_only("it reports the first one, and is done with it")
    def test_signal_is_reported_when_patience_is_over_and_lvpoll_runs_again_all_the_same(self):
        daemon, client = self.start_and_connect(patience=2)
        self.assert_ok(client.ask("pvmove", **volume("signal-KILL")))
        wait_for(lambda: len(daemon.starts()) >= 2, "the second lvpoll")
        self.assert_finished(client.result(lvid("signal-KILL")), "signal", signal.SIGKILL)
        # Between two of them it pauses.
        wait_for(lambda: client.dump()["poll"][lvid("signal-KILL")].get("backing_off_reason") == "signal",
                 "a pause for the signal")
        count = len(daemon.starts())
        wait_for(lambda: len(daemon.starts()) > count, "another lvpoll")


@ours_only("it gives up, and forgets the operation with its lvpoll")
class SilenceTest(DaemonTest):
    """An lvpoll that prints nothing for three minutes: it hangs in storage, or waits for a lock."""

    def start(self, configuration=""):
        self.daemon = self.new_daemon()
        self.clock = Clock(self.daemon.directory)
        path = os.path.join(self.daemon.directory, "lvmpolld.yaml")
        with open(path, "w") as file:
            file.write(configuration)
        self.daemon.start("-l", "info", "-c", path,
                          environment=self.clock.environment_of(self.daemon))
        self.client = self.connect(self.daemon)

    def pass_time(self, seconds):
        self.clock.skip(seconds, self.client)

    def begin(self, name):
        self.assert_ok(self.client.ask("pvmove", **volume(name)))
        pid = self.daemon.wait_start(name)[0]
        wait_for(lambda: "progress_percent" in self.entry(name), "its progress")
        return pid

    def entry(self, name):
        return self.client.dump()["poll"][lvid(name)]

    def starts_of(self, name):
        return [pid for pid, target, _ in self.daemon.starts() if target == "vg/" + name]

    def let_it_be_silent(self):
        for _ in range(3):
            self.pass_time(61)

    def assert_failed(self, name):
        self.assert_reply(self.client.result(lvid(name)), response="failed",
                          reason="polling of lvm command failed")

    def test_it_is_told_as_stock_tells_it_and_stays_one_operation_with_one_lvpoll(self):
        self.start()
        name = "stubborn-100000"
        pid = self.begin(name)
        for _ in range(2):
            self.pass_time(61)
        self.assert_reply(self.client.progress(lvid(name)), response="in_progress")
        self.pass_time(61)
        self.assert_failed(name)
        self.assertEqual(self.entry(name)["operation_state"], "ending")
        for _ in range(3):
            self.assert_ok(self.client.ask("pvmove", **volume(name)))
            self.assert_reply(self.client.progress(lvid(name)), response="in_progress")
            self.pass_time(5)
        self.let_it_be_silent()
        self.assert_failed(name)
        self.assertEqual((self.starts_of(name), is_running(pid)), ([pid], True))
        self.assertEqual(len(self.daemon.record_names()), 1)

    def test_operation_goes_on_when_it_has_ended(self):
        self.start()
        first = self.begin("stubborn-3")
        self.let_it_be_silent()
        self.assert_failed("stubborn-3")
        wait_for(lambda: len(self.starts_of("stubborn-3")) == 2, "the next lvpoll")
        self.assertFalse(is_running(first))

    def test_it_holds_no_turn(self):
        self.start("lvm: {max_running: 2}\n")
        for name in ("stubborn-100000", "stubborn-100001"):
            self.begin(name)
        self.let_it_be_silent()
        self.assert_ok(self.client.ask("pvmove", **volume("good")))
        self.assert_finished(self.client.result(lvid("good")), "retcode", 0)
        self.assert_ok(self.client.ask("pvmove", **volume("good", "abort", abort=1)))
        self.assert_finished(self.client.result(lvid("abort"), abort=1), "retcode", 0)


class StatusRetryTest(DaemonTest):
    """A status other than 0 does not end an operation that lvm2 still has: lvpoll runs again."""

    def start_with_clock(self, **options):
        daemon = self.new_daemon()
        clock = Clock(daemon.directory)
        daemon.start(environment=clock.environment_of(daemon), **options)
        return daemon, self.connect(daemon), clock

    @ours_only("it reports the first one")
    def test_status_is_no_end_while_somebody_is_patient(self):
        daemon, client, clock = self.start_with_clock()
        self.assert_ok(client.ask("pvmove", **volume("exit-5")))
        for count in (1, 2):
            wait_for(lambda: len(daemon.starts()) >= count, "lvpoll %d" % count)
            clock.skip(1, client)
        wait_for(lambda: len(daemon.starts()) >= 3, "the third lvpoll")
        self.assert_reply(client.progress(lvid("exit-5")), response="in_progress")
        entry = client.dump()["poll"][lvid("exit-5")]
        self.assertEqual(entry["polling_finished"], 0)

    @ours_only("it forgets the operation")
    def test_new_request_joins_what_has_failed_and_causes_an_attempt_at_once(self):
        daemon, client, clock = self.start_with_clock(patience=0)
        clock.stop()
        self.assert_ok(client.ask("pvmove", **volume("exit-5")))
        self.assert_finished(client.result(lvid("exit-5")), "retcode", 5)
        wait_for(lambda: client.dump()["poll"][lvid("exit-5")]["operation_state"] == "backing_off",
                 "the pause")
        self.assert_ok(client.ask("pvmove", **volume("exit-5")))
        wait_for(lambda: len(daemon.starts()) == 2, "the attempt")
        self.assert_finished(client.result(lvid("exit-5")), "retcode", 5)
        self.assertEqual(list(client.dump()["poll"]), [lvid("exit-5")])

    @ours_only("it forgets the operation")
    def test_failure_is_told_again_to_whoever_asks(self):
        _, client = self.start_and_connect(patience=0)
        self.assert_ok(client.ask("pvmove", **volume("exit-5")))
        for _ in range(2):
            self.assert_finished(client.result(lvid("exit-5")), "retcode", 5)

    @ours_only("it runs no report")
    def test_status_after_the_end_of_the_operation_is_not_told(self):
        """lvm2 says that the volume is gone: another lvpoll has seen it through."""
        daemon = self.new_daemon()
        daemon.make_pipe("until-5")
        daemon.start()
        client = self.connect(daemon)
        self.assert_ok(client.ask("pvmove", **volume("until-5")))
        daemon.wait_start("until-5")
        os.makedirs(os.path.join(daemon.directory, "over", "vg"))
        with open(os.path.join(daemon.directory, "over", "vg", "until-5"), "w"):
            pass
        daemon.release("until-5")
        self.assert_finished(client.result(lvid("until-5")), "retcode", 0)


class MissingBinaryTest(DaemonTest):
    """An lvm that can no longer be executed gives status 101, which lvm2 explains to its user."""

    def setUp(self):
        self.binary = os.path.join(self.temporary_directory(), "lvm")
        shutil.copy(STANDIN, self.binary)
        self.daemon = self.new_daemon(standin=self.binary).start()
        self.client = self.connect(self.daemon)

    def assert_101(self):
        self.assert_ok(self.client.ask("pvmove", **volume("good")))
        self.assert_finished(self.client.result(lvid("good")), "retcode", 101)

    def test_removed(self):
        os.unlink(self.binary)
        self.assert_101()

    def test_not_executable(self):
        os.chmod(self.binary, 0o644)
        self.assert_101()

    def test_folder(self):
        os.unlink(self.binary)
        os.mkdir(self.binary)
        self.assert_101()

    def test_no_program(self):
        with open(self.binary, "w") as file:
            file.write("#!/nonexistent/interpreter\n")
        self.assert_101()

    def test_it_comes_back(self):
        os.chmod(self.binary, 0o644)
        self.assert_101()
        os.chmod(self.binary, 0o755)
        self.assert_ok(self.client.ask("pvmove", **volume("good")))
        self.assert_finished(self.client.result(lvid("good")), "retcode", 0)


class OutputTest(DaemonTest):
    """Whatever an lvpoll prints, the daemon reads it, goes on and serves its clients."""

    def setUp(self):
        self.daemon, self.client = self.start_and_connect("-l", "all", patience=0)

    def assert_served_until(self, scenario, reason, value):
        other = self.connect(self.daemon)
        self.assert_ok(self.client.ask("pvmove", **volume(scenario)))
        def finished():
            self.assertEqual(other.hello()["response"], "OK")
            reply = self.client.progress(lvid(scenario))
            return reply if reply["response"] != "in_progress" else None
        reply = wait_for(finished, "the end of " + scenario)
        self.assert_finished(reply, reason, value)

    def logged(self, text):
        wait_for(lambda: text in self.daemon.log(), "%r in the log" % text)

    def test_lines_are_logged(self):
        self.assert_served_until("exit-7", "retcode", 7)
        self.logged("Stand-in fails with status 7.")

    @ours_only("it knows no levels for them")
    def test_backup_that_is_not_wanted_is_no_warning(self):
        self.assert_served_until("warned", "retcode", 0)
        self.logged("something is wrong")
        self.assertRegex(self.daemon.log(), r"\binfo: .*NOT backed up")
        self.assertNotRegex(self.daemon.log(), r"\bwarn: .*NOT backed up")
        self.assertRegex(self.daemon.log(), r"\bwarn: .*something is wrong")

    def test_nothing(self):
        self.assert_served_until("silent", "retcode", 0)

    def test_empty_lines(self):
        self.assert_served_until("empty", "retcode", 0)

    @ours_only("it does not log a last line without its end")
    def test_last_line_without_end_is_logged(self):
        self.assert_served_until("empty", "retcode", 0)
        self.logged("vg/empty: Moved: 8.00%")

    def test_one_byte_at_a_time(self):
        self.assert_served_until("bytes", "retcode", 0)
        self.logged("Moved: 42.00%")

    def test_flood_on_both_outputs(self):
        self.assert_served_until("flood-1", "retcode", 0)

    def test_line_of_megabytes(self):
        self.assert_served_until("longline-5", "retcode", 0)
        self.logged("Moved: 77.00%")

    def test_megabytes_without_an_end_of_line(self):
        self.assert_served_until("endless-5", "retcode", 0)

    @ours_only("it cuts a line at a NUL byte")
    def test_nul_bytes(self):
        self.assert_served_until("nul", "retcode", 0)
        self.logged("12.00%")

    def test_outputs_closed_early(self):
        self.daemon.make_pipe("closed-4")
        self.client.ask("pvmove", **volume("closed-4"))
        self.daemon.wait_start("closed-4")
        self.assert_reply(self.client.progress(lvid("closed-4")), response="in_progress")
        self.daemon.release("closed-4")
        self.assert_finished(self.client.result(lvid("closed-4")), "retcode", 4)

    @ours_only("it waits for the grandchild")
    def test_grandchild_that_holds_the_pipes(self):
        self.assert_served_until("grandchild-6", "retcode", 6)
        path = os.path.join(self.daemon.directory, "grandchild.grandchild-6")
        grandchild = int(wait_for(lambda: read_file(path).strip(), "its pid"))
        self.assertTrue(is_running(grandchild), "the grandchild was to be left alone")
        os.kill(grandchild, signal.SIGTERM)

    @ours_only("it keeps all of a line, however long it grows")
    def test_daemon_stays_small_under_a_flood(self):
        before = self.daemon.peak_memory_kib()
        self.assert_served_until("endless-30", "retcode", 0)
        self.assert_memory_grew_less(self.daemon, before, 10000)


if __name__ == "__main__":
    unittest.main()
