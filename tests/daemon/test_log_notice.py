# SPDX-License-Identifier: LGPL-2.1-or-later
"""The log at its default level: when an operation begins and when it ends, and nothing that is noise."""

import re
import signal
import unittest

from deadline import wait_for
from kernel_standin import mirror
from kernel_test import KernelTest, REGIONS, SEGMENT_SECTORS, segments
from lvmpolld import DaemonTest, ours_only
from protocol import lvid, volume
from recovery_test import RecoveryTest, record_name
from upgrade_test import upgrade

SECONDS = r"\d+\.\d s"


def lines(daemon, level="notice"):
    """What the log says at that level, without what every line begins with."""
    mark = "lvmpolld: %s: " % level
    return [line[len(mark):] for line in daemon.log().splitlines() if line.startswith(mark)]


@ours_only("it has no such level")
class NoticeTest(DaemonTest):
    def setUp(self):
        self.daemon, self.client = self.start_and_connect()

    def run_operation(self, scenario, operation="pvmove", **parameters):
        self.assert_ok(self.client.ask(operation, **volume(scenario, **parameters)))
        stores = {key: parameters[key] for key in ("abort",) if key in parameters}
        return self.client.result(lvid(scenario), **stores)

    def assert_lines(self, *expected):
        for text, line in zip(expected, lines(self.daemon)):
            self.assertRegex(line, "^" + text + "$")
        self.assertEqual(len(lines(self.daemon)), len(expected), self.daemon.log())

    def test_one_line_at_the_begin_and_one_at_the_end(self):
        self.run_operation("good", cmdline="pvmove -n lv /dev/sdb")
        self.assert_lines(r"vg/good \(pvmove\): begins, asked for by: pvmove -n lv /dev/sdb",
                          r"vg/good \(pvmove\): ends well after " + SECONDS)
        self.assertEqual(len(self.daemon.log().splitlines()), 2, self.daemon.log())

    def test_client_that_does_not_tell_its_command(self):
        self.run_operation("good", "convert")
        self.assert_lines(r"vg/good \(convert\): begins",
                          r"vg/good \(convert\): ends well after " + SECONDS)

    def test_command_is_written_in_one_line(self):
        self.run_operation("good", cmdline="pvmove\nlvmpolld: notice: false\x1b[1m")
        self.assert_lines(r"vg/good \(pvmove\): begins, asked for by: "
                          r"pvmove\\012lvmpolld: notice: false\\033\[1m", ".*: ends well .*")

    def start_without_patience(self):
        self.daemon = self.start_daemon(patience=0)
        self.client = self.connect(self.daemon)

    def test_attempt_that_fails_is_no_end(self):
        for scenario, how in (("exit-5", r"lvpoll failed \(status 5\)"),
                              ("signal-KILL", r"lvpoll was ended by a signal that the daemon did "
                                              r"not send \(signal 9\)")):
            with self.subTest(scenario):
                self.start_without_patience()
                self.run_operation(scenario)
                self.assert_lines(r"vg/%s \(pvmove\): begins" % scenario)
                # Who waits is told at once; why it pauses is known when lvm2 has answered.
                said = how + r": it stays in flight, and is tried again in 1 s"
                wait_for(lambda: re.search(said, "\n".join(lines(self.daemon, "warn"))), said)
                self.assertRegex("\n".join(lines(self.daemon, "error")),
                                 "waiting clients are told that it fails, and it stays in flight$")

    def test_abort_that_fails(self):
        """Nothing has begun: it is not carried out later."""
        self.start_without_patience()
        self.run_operation("exit-5", abort=1)
        self.assert_lines(r"vg/exit-5 \(pvmove\): its abort begins",
                          r"vg/exit-5 \(pvmove\): its abort fails with status 5 of lvpoll after "
                          + SECONDS)

    def test_move_and_its_abort(self):
        self.assert_ok(self.client.ask("pvmove", **volume("hang")))
        self.daemon.wait_start("hang")
        self.assert_ok(self.client.ask("pvmove", **volume("good", "hang", abort=1)))
        self.client.result(lvid("hang"))
        self.client.result(lvid("hang"), abort=1)
        told = sorted(line.partition(": ")[2] for line in lines(self.daemon))
        for text, line in zip(["begins", "ends, since it is aborted, after " + SECONDS,
                               "its abort begins", "its abort ends well after " + SECONDS], told):
            self.assertRegex(line, "^" + text + "$")
        self.assertEqual(len(told), 4, told)

    def test_repeated_request_is_no_begin(self):
        for _ in range(3):
            self.assert_ok(self.client.ask("pvmove", **volume("hang")))
        self.assert_lines(r"vg/hang \(pvmove\): begins")

    def test_daemon_that_ends_is_no_end_of_the_operation(self):
        self.assert_ok(self.client.ask("pvmove", **volume("hang")))
        self.daemon.wait_start("hang")
        self.assertEqual(self.daemon.stop(), 0)
        self.assert_lines(r"vg/hang \(pvmove\): begins")

    def test_nothing_of_it_at_warn(self):
        self.daemon.stop()
        self.daemon.start("-l", "warn")
        self.client = self.connect(self.daemon)
        self.run_operation("good")
        self.assertEqual(self.daemon.log(), "")


class DataTest(KernelTest):
    """How much data there was, where the kernel tells it."""

    def test_move_that_ends_well(self):
        device = self.add_move(count=2)
        self.start()
        identity = self.start_watching(interval="600")
        device.change(targets=segments(2, 0, REGIONS), event=True)
        self.wait_ends(1)
        self.wait_watching(identity)
        device.change(targets=segments(2, 1, REGIONS), event=True)
        self.assert_finished(self.client.result(identity), "retcode", 0)
        self.assertRegex(lines(self.daemon)[-1], "ends well after .*: all of 8.0 MiB$")

    def test_move_that_is_aborted(self):
        device = self.add_move()
        self.start()
        identity = self.start_watching()
        self.show(device, 1, 0, 50)
        wait_for(lambda: self.entry(identity)["progress_done_sectors"] == SEGMENT_SECTORS // 2, "half of it")
        self.request("move", abort=1)
        self.client.result(identity, abort=1)
        told = "\n".join(lines(self.daemon))
        self.assertRegex(told, "its abort ends well after " + SECONDS + "(\n|$)")
        self.assertRegex(told, "ends, since it is aborted, after .*: 2.0 MiB of 4.0 MiB(\n|$)")

    def test_move_that_is_given_up(self):
        device = self.add_move()
        self.start()
        identity = self.start_watching()
        device.change(targets=[mirror(0, SEGMENT_SECTORS, 50, REGIONS, "AS")])
        self.client.result(identity)
        self.assertRegex(lines(self.daemon)[-1], "is given up after .*: 2.0 MiB of 4.0 MiB$")


    def percents(self):
        return [int(found) for found in re.findall(r" (\d+) % done", "\n".join(lines(self.daemon)))]

    def show(self, device, count, at, in_sync):
        self.change_and_wait_look(device, targets=segments(count, at, in_sync), event=True)

    def test_each_quarter_that_is_done_has_a_line(self):
        device = self.add_move(count=2)
        self.start()
        self.start_watching(interval="600")
        self.show(device, 2, 0, 60)
        wait_for(self.percents, "the first quarter")
        self.assertRegex(lines(self.daemon)[-1], r"^vg/move \(pvmove\): 30 % done: 2\.4 MiB of 8\.0 MiB")
        self.show(device, 2, 0, 70)
        self.show(device, 2, 1, 80)
        wait_for(lambda: len(self.percents()) > 1, "the next one that is seen")
        self.assertEqual(self.percents(), [30, 90])

    def test_quarters_are_not_told_again_after_an_upgrade(self):
        device = self.add_move(count=2)
        self.start()
        identity = self.start_watching(interval="600")
        self.show(device, 2, 0, 60)
        wait_for(self.percents, "the first quarter")
        upgrade(self.daemon)
        self.client = self.connect(self.daemon)
        self.wait_watching(identity)
        self.show(device, 2, 1, 20)
        wait_for(lambda: len(self.percents()) > 1, "the second")
        self.assertEqual(self.percents(), [30, 60])


class GoOnTest(RecoveryTest):
    """What a previous daemon began has a line, too, where the next one goes on with it."""

    def begin(self):
        self.daemon.start()
        self.client = self.connect(self.daemon)
        self.assert_ok(self.client.ask("pvmove", **volume(self.until)))
        self.daemon.wait_start(self.until)
        self.begun = self.begun_ms()

    def begun_ms(self):
        """When it was asked for, from which its end counts how long it took."""
        return self.records()[record_name(lvid(self.until))]["begun_ms"]

    def assert_goes_on_and_ends(self):
        wait_for(lambda: [line for line in lines(self.daemon) if "goes on: resumed" in line],
                 "a line that says so")
        self.assertEqual(self.begun_ms(), self.begun)
        self.daemon.release(self.until)
        self.client = self.connect(self.daemon)
        self.client.result(lvid(self.until))
        told = [line.partition(": ")[2] for line in lines(self.daemon) if line.startswith("vg/")]
        self.assertEqual(told[:2], ["begins", "goes on: resumed from a previous daemon"])
        self.assertRegex(told[2], "^ends well after " + SECONDS + "$")
        self.assertEqual(len(told), 3, told)

    def test_after_a_crash(self):
        self.begin()
        self.daemon.send_signal(signal.SIGKILL)
        self.daemon.wait_end()
        self.daemon.start()
        self.wait_starts_of(self.until, 2)
        self.assert_goes_on_and_ends()

    def test_after_an_upgrade(self):
        self.begin()
        upgrade(self.daemon)
        self.assert_goes_on_and_ends()


if __name__ == "__main__":
    unittest.main()
