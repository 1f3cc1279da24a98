# SPDX-License-Identifier: LGPL-2.1-or-later
"""A device-mapper that fails, is too old, is not there, or never returns."""

import errno
import os
import time
import unittest

from deadline import wait_for
from kernel_standin import HANG, fail
from kernel_test import identity_in, KernelTest, REGIONS, row, segments
from lvmpolld import read_file


class FaultTest(KernelTest):
    """A passing fault loses nothing."""

    def finish_move(self):
        """The move that is watched gets in sync, and is to be finished."""
        self.device.change(targets=segments(1, 0, REGIONS), event=True)
        self.assert_finished(self.client.result(self.identity), "retcode", 0)
        self.assertEqual(len(self.daemon.starts()), 1)

    def start_move(self):
        self.device = self.add_move()
        self.start()
        self.identity = self.start_watching()
        self.wait_listed(self.device)

    def check_fault(self, kind, times):
        """What fails is tried again until it does not, whatever else tells of the end meanwhile."""
        self.start_move()
        self.kernel.set_fault(kind, fail(errno.ENOMEM, times))
        self.device.change(event=True)
        wait_for(lambda: not self.kernel.has_fault(kind), "the last failure of " + kind)
        self.finish_move()

    def test_list_that_fails_after_arming(self):
        self.check_fault("list", 1)

    def test_list_that_fails_again_and_again(self):
        self.check_fault("list", 4)

    def test_arming_that_fails(self):
        self.check_fault("arm", 2)

    def test_status_that_fails_is_asked_for_again(self):
        self.check_fault("status", 2)

    def test_failing_list_is_no_busy_loop(self):
        self.start_move()
        self.kernel.set_fault("list", fail(errno.ENOMEM))
        self.device.change(event=True)
        start = time.monotonic()
        before = len(self.kernel.calls("list"))
        wait_for(lambda: len(self.kernel.calls("list")) >= before + 4, "four more lists")
        self.assertGreater(time.monotonic() - start, 0.5)

    def test_failing_arming_is_no_busy_loop(self):
        """What could not be armed stays readable."""
        self.start_move()
        self.kernel.set_fault("arm", fail(errno.ENOMEM))
        self.device.change(event=True)
        start = time.monotonic()
        before = len(self.kernel.calls("arm"))
        wait_for(lambda: len(self.kernel.calls("arm")) >= before + 4, "four more tries")
        self.assertGreater(time.monotonic() - start, 0.5)
        self.kernel.clear_fault("arm")
        self.finish_move()

    def test_unreadable_device_is_not_taken_for_gone(self):
        self.start_move()
        self.kernel.set_fault("status", fail(errno.EIO))
        before = len(self.kernel.calls("status"))
        self.device.change(event=True)
        wait_for(lambda: len(self.kernel.calls("status")) >= before + 3, "three tries in vain")
        self.assertEqual(self.daemon.starts(), [])
        self.kernel.clear_fault("status")
        self.finish_move()


class DescriptorTest(KernelTest):
    """libdevmapper does not mark its descriptor as close-on-exec."""

    def control_descriptors(self):
        """How many the daemon has of the stand-in's /dev/mapper/control, which are of inotify."""
        watched = "ino:%x " % os.stat(self.kernel.path("events")).st_ino
        folder = "/proc/%d/fdinfo" % self.daemon.pid
        count = 0
        for descriptor in os.listdir(folder):
            try:
                count += watched in read_file(os.path.join(folder, descriptor))
            except FileNotFoundError:  # closed meanwhile
                pass
        return count

    def test_only_probers_have_it(self):
        """The daemon has the one that it polls: no child can be born with another."""
        self.add_move()
        self.start()
        self.assertEqual(self.control_descriptors(), 1)
        self.start_watching()
        self.assertEqual(self.control_descriptors(), 1)


class WithoutEventsTest(KernelTest):
    """A device-mapper that has no events to poll for."""

    def test_status_is_read_on_a_timer(self):
        self.kernel.set_version("4.36.0")
        device = self.add_move()
        self.start()
        identity = self.start_watching()
        self.wait_looks(3)
        self.assertEqual(self.daemon.starts(), [])
        device.change(targets=segments(1, 0, REGIONS))
        self.assert_finished(self.client.result(identity), "retcode", 0)
        self.assertEqual(self.kernel.calls("arm"), [])

    def test_first_version_with_events(self):
        self.kernel.set_version("4.37.0")
        device = self.add_move()
        self.start()
        identity = self.start_watching()
        device.change(targets=segments(1, 0, REGIONS), event=True)
        self.assert_finished(self.client.result(identity), "retcode", 0)
        self.assertGreater(len(self.kernel.calls("arm")), 0)


class WithoutKernelTest(KernelTest):
    """Where the kernel is of no help, lvpoll polls by itself, as with stock."""

    def assert_one_lvpoll_does_it_all(self, configuration=""):
        device = self.add_move("move", count=2, in_sync=REGIONS)
        self.start(configuration)
        identity = self.request("move", interval="1")
        self.wait_starts(1)
        wait_for(lambda: device.targets() == segments(2, 1, 0), "its first step")
        device.change(targets=segments(2, 1, REGIONS))
        self.assert_finished(self.client.result(identity), "retcode", 0)
        starts = self.daemon.starts()
        self.assertEqual(len(starts), 1, starts)
        self.assertEqual([end[2] for end in self.ends()], ["exit"])

    def test_no_device_mapper(self):
        self.kernel.set_fault("open", fail(errno.ENOENT))
        self.assert_one_lvpoll_does_it_all()
        self.assertEqual(self.kernel.calls("status"), [])
        self.assertIn("/dev/mapper/control", self.daemon.log())

    def test_no_driver_behind_the_node(self):
        self.kernel.set_fault("open", fail(errno.ENODEV))
        self.assert_one_lvpoll_does_it_all()

    def test_no_permission(self):
        self.kernel.set_fault("open", fail(errno.EACCES))
        self.assert_one_lvpoll_does_it_all()
        self.assertIn("Permission denied", self.daemon.log())

    def test_what_failed_at_the_start_is_tried_again(self):
        """No descriptor may have been left then, or the module was not there yet."""
        self.kernel.set_fault("open", fail(errno.EMFILE, 1))
        self.add_move()
        self.start()
        self.assertIn("the kernel is not watched", self.daemon.log())
        self.start_watching()
        self.assertIn("the kernel is watched from now on", self.daemon.log())
        self.assertEqual(self.daemon.starts(), [])

    def test_monitor_lvpoll(self):
        self.assert_one_lvpoll_does_it_all("plugins: {pvmove: {monitor: lvpoll}}")
        self.assertEqual(self.kernel.calls("status"), [])

    def test_monitor_lvpoll_after_a_reload(self):
        self.add_move("move-1")
        self.add_move("move-2")
        self.start()
        watched = self.start_watching("move-1")
        self.reload("plugins: {pvmove: {monitor: lvpoll}}")
        self.request("move-2")
        self.assertEqual(self.wait_starts(1)[0][1], "vg/move-2")
        self.assertEqual(self.entry(watched)["operation_state"], "copying")

    def test_monitor_lvpoll_of_another_plugin(self):
        self.add_move()
        self.start("plugins: {convert: {monitor: lvpoll}}")
        self.start_watching()
        self.assertEqual(self.daemon.starts(), [])


class ShortageTest(KernelTest):
    """No descriptor is left to watch the kernel with: that passes."""

    def start_short(self, configuration=""):
        self.kernel.set_fault("open", fail(errno.EMFILE))
        self.device = self.add_move("move", count=2, in_sync=REGIONS)
        self.start(configuration)
        return self.request("move", interval="1")

    def test_no_step_is_made_that_nobody_proves(self):
        identity = self.start_short()
        self.wait_backing_off(identity, "unwatched", 2)
        self.assertEqual(self.daemon.starts(), [])
        self.assertIn("the kernel is not watched: /dev/mapper/control: Too many open files", self.daemon.log())
        self.assertEqual(self.daemon.log().count("the kernel is not watched"), 1)
        self.kernel.clear_fault("open")
        wait_for(lambda: self.device.targets() == segments(2, 1, 0), "its first step")
        self.assertIn("the kernel is watched from now on", self.daemon.log())
        self.assertIn("--interval 3600", self.daemon.starts()[0][2])
        self.device.change(targets=segments(2, 1, REGIONS), event=True)
        self.assert_finished(self.client.result(identity), "retcode", 0)

    def test_clients_are_told_that_it_lasts(self):
        identity = self.start_short("limits: {patience: 1}")
        self.assert_reply(self.client.result(identity), response="failed", reason="polling of lvm command failed")
        self.assertEqual(self.daemon.starts(), [])

    def test_it_survives_the_daemon(self):
        identity = self.start_short()
        self.wait_backing_off(identity, "unwatched")
        self.kill()
        self.start_again()
        self.wait_backing_off(identity, "unwatched")
        self.assertEqual(self.daemon.starts(), [])

    def test_an_abort_does_not_wait(self):
        identity = self.start_short()
        self.wait_backing_off(identity, "unwatched")
        self.request("move", abort=1)
        self.assert_finished(self.client.result(identity, abort=1), "retcode", 0)

    def test_an_lvpoll_that_polls_makes_room_for_watching(self):
        """There was no device-mapper when it began."""
        self.kernel.set_fault("open", fail(errno.ENODEV))
        self.add_move("move")
        self.start()
        identity = self.request("move")
        self.wait_starts(1)
        self.kernel.clear_fault("open")
        self.add_move("move-2")
        self.request("move-2")
        self.wait_watching(identity)
        self.assertEqual([end[2] for end in self.wait_ends(1)], ["term"])
        self.assertEqual(len(self.daemon.starts()), 1)


class HangTest(KernelTest):
    """A call that never returns: all calls of a kind hang."""

    def start_hanging(self, kind, in_sync=REGIONS - 1):
        self.device = self.add_move()
        self.add_move("move-other")
        self.start()
        self.identity = self.start_watching()
        self.wait_listed(self.device)
        self.kernel.set_fault(kind, HANG)
        self.device.change(targets=segments(1, 0, in_sync), event=True)
        # A call that was under way when the fault was set does not hang.
        wait_for(lambda: self.kernel.calls("hang"), "a call that hangs")

    def assert_served(self):
        """Every request is answered, on the old connection and on a new one."""
        for client in (self.client, self.connect(self.daemon)):
            self.assertEqual(client.hello()["response"], "OK")
            self.assert_reply(client.progress(self.identity), response="in_progress")
            self.assertIn(self.identity, client.dump()["poll"])
            self.assertEqual(client.ask("anything")["response"], "invalid")
        new = self.request("move-other")
        self.assert_reply(self.client.progress(new), response="in_progress")
        self.assertEqual(self.entry(self.request("move-other"))["init_requests_count"], 2)

    def test_requests_are_answered(self):
        for kind in ("status", "list", "arm"):
            with self.subTest(kind):
                self.new_kernel()
                self.start_hanging(kind)
                self.assert_served()
                self.kernel.clear_fault(kind)
                self.daemon.stop()

    def test_operation_goes_on_when_the_call_returns(self):
        self.start_hanging("status", in_sync=REGIONS)
        self.assert_served()
        self.kernel.clear_fault("status")
        self.assert_finished(self.client.result(self.identity), "retcode", 0)

    def test_daemon_ends_meanwhile(self):
        for kind in ("status", "list", "arm"):
            with self.subTest(kind):
                self.new_kernel()
                self.start_hanging(kind)
                self.assertEqual(self.daemon.stop(), 0)
                self.assertFalse(os.path.exists(self.daemon.socket))
                self.assertFalse(os.path.exists(self.daemon.pidfile))
                self.kernel.clear_fault(kind)

    def test_abort_is_run_all_the_same(self):
        self.start_hanging("status")
        self.request("move", abort=1)
        self.assert_finished(self.client.result(self.identity, abort=1), "retcode", 0)

    def test_what_lvpoll_watches_ends_all_the_same(self):
        self.device = self.add_move()
        self.start("limits: {patience: 0}\nplugins: {convert: {monitor: lvpoll}}")
        self.identity = self.start_watching()
        self.kernel.set_fault("status", HANG)
        self.device.change(event=True)
        for status in (5, 0):
            # Before the request: its lvpoll is over soon, and lvm2 is asked then.
            name = "exit-%d" % status
            self.set_rows(row(identity_in("vg", name), lv_name=name, lv_attr="mwi-a-m---",
                              lv_converting="",
                              copy_percent="100.00" if status == 0 else "50.00"))
            identity = self.request(name, operation="convert")
            self.assert_finished(self.client.result(identity), "retcode", status)


if __name__ == "__main__":
    unittest.main()
