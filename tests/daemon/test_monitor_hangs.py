# SPDX-License-Identifier: LGPL-2.1-or-later
"""The status of one device hangs: it is left out, and all else goes on."""

import errno
import os
import resource
import signal
import unittest

from deadline import wait_for
from kernel_standin import HANG, KILL, fail
from kernel_test import KernelTest, REGIONS, segments
from upgrade_test import upgrade

HUNG = "status.vg-move"


class HangingDeviceTest(KernelTest):
    def start_hanging(self, configuration="", count=1):
        """A move that is watched, and whose status hangs from now on."""
        self.device = self.add_move(count=count)
        self.start(configuration)
        self.identity = self.start_watching()
        self.wait_listed(self.device)
        self.hang()

    def hang(self):
        self.kernel.forget_calls()
        self.kernel.set_fault(HUNG, HANG)
        self.device.change(event=True)
        wait_for(lambda: self.kernel.calls("hang"), "the call that hangs")

    def answer(self):
        self.kernel.clear_fault(HUNG)

    def probers(self):
        """The processes that ask this kernel."""
        wanted = ("LVMPOLLD_STANDIN_DM=" + self.kernel.folder).encode()
        found = []
        for pid in filter(str.isdigit, os.listdir("/proc")):
            try:
                with open("/proc/%s/comm" % pid) as comm, \
                        open("/proc/%s/environ" % pid, "rb") as environ:
                    if comm.read().strip() == "lvmpolld-prober" and \
                            wanted in environ.read().split(b"\0"):
                        found.append(int(pid))
            except OSError:
                pass
        return found

    def assert_finishes(self, lvname):
        """A move that begins now is noticed when it is in sync, and finished."""
        other = self.add_move(lvname)
        identity = self.start_watching(lvname)
        other.change(targets=segments(1, 0, REGIONS), event=True)
        self.assert_finished(self.client.result(identity), "retcode", 0)

    def test_other_devices_are_watched(self):
        self.start_hanging()
        for number in range(3):
            self.assert_finishes("move-other-%d" % number)
        self.assertEqual(len(self.kernel.calls("hang")), 1, "it is asked for again")
        self.assert_reply(self.client.progress(self.identity), response="in_progress")

    def test_other_devices_beside_many_that_hang(self):
        names = ["move-hung-%d" % number for number in range(6)]
        devices = [self.add_move(name) for name in names]
        self.start()
        for name, device in zip(names, devices):
            self.start_watching(name)
        for name, device in zip(names, devices):
            self.kernel.set_fault("status.vg-" + name.replace("-", "--"), HANG)
            device.change(event=True)
        wait_for(lambda: len(self.kernel.calls("hang")) == len(names), "calls that hang")
        self.assert_finishes("move-other")

    def wait_named(self):
        """The log has named the device that does not answer."""
        wait_for(lambda: "vg/move (pvmove): device-mapper does not answer" in self.daemon.log(),
                 "the name of the device in the log")

    def test_log_names_it(self):
        """Nobody can tell how it stands: it is neither gone nor over, and no lvpoll is started."""
        self.start_hanging()
        self.wait_named()
        self.assertEqual((self.daemon.starts(), self.reports()), ([], 0))
        self.assert_reply(self.client.progress(self.identity), response="in_progress")
        self.device.change(targets=segments(1, 0, REGIONS), event=True)
        self.answer()
        self.assert_finished(self.client.result(self.identity), "retcode", 0)
        self.assertIn("vg/move (pvmove): device-mapper answers again", self.daemon.log())

    def test_it_goes_on_when_the_call_returns(self):
        self.start_hanging(count=2)
        self.wait_named()
        self.answer()
        for number in range(2):
            self.device.change(targets=segments(2, number, REGIONS), event=True)
            if number == 0:
                wait_for(lambda: self.device.targets() == segments(2, 1, 0), "the first step")
        self.assert_finished(self.client.result(self.identity), "retcode", 0)

    def test_operation_that_begins_while_it_hangs(self):
        self.start_hanging()
        new = self.add_move("move-hung")
        self.kernel.set_fault("status.vg-move--hung", HANG)
        identity = self.request("move-hung")
        wait_for(lambda: len(self.kernel.calls("hang")) == 2, "the second call that hangs")
        new.change(targets=segments(1, 0, REGIONS), event=True)
        self.kernel.clear_fault("status.vg-move--hung")
        self.assert_finished(self.client.result(identity), "retcode", 0)

    def test_abort_of_what_this_daemon_has_never_seen(self):
        self.add_move()
        self.start()
        self.kernel.set_fault(HUNG, HANG)
        self.request("move")
        wait_for(lambda: self.kernel.calls("hang"), "the call that hangs")
        self.request("move", abort=1)
        wait_for(self.daemon.starts, "the abort")
        (_, name, arguments), = self.daemon.starts()
        self.assertEqual(name, "vg/move")
        self.assertIn("--abort", arguments)

    def test_successor_has_the_lock_at_once(self):
        for number in (signal.SIGTERM, signal.SIGKILL):
            with self.subTest(number):
                self.new_kernel()
                self.start_hanging()
                self.daemon.send_signal(number)
                self.daemon.wait_end()
                if number == signal.SIGKILL:
                    os.unlink(self.daemon.socket)  # so that the new one's is waited for
                self.daemon.start("-c", self.configuration, "-l", "info",
                                  environment=self.daemon.environment(**self.kernel.variables()))
                self.client = self.connect(self.daemon)
                self.assert_finishes("move-other")
                self.answer()
                self.device.change(targets=segments(1, 0, REGIONS), event=True)
                self.assert_finished(self.client.result(self.identity), "retcode", 0)

    def test_prober_ends_with_the_daemon(self):
        self.start_hanging()
        self.assert_finishes("move-other")
        wait_for(lambda: len(self.probers()) == 2, "the prober that hangs, and the one that asks")
        self.daemon.send_signal(signal.SIGKILL)
        self.daemon.wait_end()
        wait_for(lambda: len(self.probers()) == 1, "the end of the prober that does not hang")
        self.answer()
        wait_for(lambda: not self.probers(), "the end of the other one")

    def test_prober_ends_with_an_upgrade(self):
        self.start_hanging()
        self.assert_finishes("move-other")
        wait_for(lambda: len(self.probers()) == 2, "the prober that hangs, and the one that asks")
        before = set(self.probers())
        upgrade(self.daemon)
        wait_for(lambda: len(before.intersection(self.probers())) == 1,
                 "the end of the prober that does not hang")
        self.device.change(targets=segments(1, 0, REGIONS), event=True)
        self.answer()
        self.assert_finished(self.client.result(self.identity), "retcode", 0)
        wait_for(lambda: not before.intersection(self.probers()), "the end of the other one")

    def test_prober_that_is_killed_is_replaced(self):
        self.start_hanging()
        for pid in self.probers():
            os.kill(pid, signal.SIGKILL)
        wait_for(lambda: len(self.kernel.calls("hang")) >= 2, "the look of another prober")
        self.assertIn("the prober has ended", self.daemon.log())
        self.device.change(targets=segments(1, 0, REGIONS), event=True)
        self.answer()
        self.assert_finished(self.client.result(self.identity), "retcode", 0)

    def test_device_that_ends_each_prober(self):
        """It costs the others no answer, though it is asked about before them."""
        self.device = self.add_move()
        self.start()
        self.start_watching()
        other = self.add_move("move-other")
        identity = self.start_watching("move-other")
        self.kernel.set_fault(HUNG, KILL)
        wait_for(lambda: len(self.kernel.calls("kill")) >= 3, "the ends of some probers")
        other.change(targets=segments(1, 0, REGIONS), event=True)
        self.assert_finished(self.client.result(identity), "retcode", 0)

    def test_prober_that_cannot_be_started(self):
        """Nobody can tell how a device stands: its operation is neither over nor stepped."""
        self.device = self.add_move()
        self.start()
        identity = self.start_watching()
        self.wait_listed(self.device)
        limits = resource.prlimit(self.daemon.pid, resource.RLIMIT_NOFILE)
        resource.prlimit(self.daemon.pid, resource.RLIMIT_NOFILE, (3, limits[1]))
        for pid in self.probers():
            os.kill(pid, signal.SIGKILL)
        self.device.change(targets=segments(1, 0, REGIONS), event=True)
        wait_for(lambda: "device-mapper cannot be asked: cannot start a prober" in
                 self.daemon.log(), "a prober that cannot be started")
        self.assert_reply(self.client.progress(identity), response="in_progress")
        self.assertEqual((self.daemon.starts(), self.reports()), ([], 0))
        resource.prlimit(self.daemon.pid, resource.RLIMIT_NOFILE, limits)
        self.assert_finished(self.client.result(identity), "retcode", 0)

    def test_prober_that_cannot_open_device_mapper(self):
        """Another one can, later."""
        self.device = self.add_move()
        self.start()
        identity = self.start_watching()
        self.wait_listed(self.device)
        self.kernel.set_fault("open", fail(errno.EMFILE))
        for pid in self.probers():
            os.kill(pid, signal.SIGKILL)
        self.device.change(targets=segments(1, 0, REGIONS), event=True)
        wait_for(lambda: "libdevmapper cannot use /dev/mapper/control" in self.daemon.log(),
                 "a prober that cannot use device-mapper")
        self.assertEqual((self.daemon.starts(), self.reports()), ([], 0))
        self.kernel.clear_fault("open")
        self.assert_finished(self.client.result(identity), "retcode", 0)

    def test_signals_for_the_daemon_are_not_the_prober_s(self):
        """As from the terminal, or from killall."""
        self.start_hanging()
        before = set(self.probers())
        for number in (signal.SIGINT, signal.SIGHUP, signal.SIGTERM, signal.SIGUSR2):
            for pid in before:
                os.kill(pid, number)
        self.assert_finishes("move-other")
        self.assertTrue(before.intersection(self.probers()), "the one that hangs is gone")


class HangingListTest(KernelTest):
    has_both_uuids = False  # a device whose UUID is not known beforehand is looked for in the list

    def test_devices_are_looked_at_by_the_clock(self):
        """Nobody knows of events. That a device is gone is known when the list is there again."""
        device = self.add_move()
        self.start()
        identity = self.start_watching()
        self.wait_listed(device)
        self.kernel.set_fault("list", HANG)
        device.change(event=True)
        wait_for(lambda: self.kernel.calls("hang"), "the call that hangs")
        device.change(targets=segments(1, 0, REGIONS), event=True)
        self.wait_starts(1)
        self.kernel.clear_fault("list")
        self.assert_finished(self.client.result(identity), "retcode", 0)


if __name__ == "__main__":
    unittest.main()
