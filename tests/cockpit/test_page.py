# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the page shows, and what its buttons do."""

import os
import signal
import unittest

import browser
from deadline import wait_for
from kernel_test import segments
from lvmpolld import STOCK
from page_test import PageTest

NOBODY = 65534
as_root = unittest.skipUnless(os.geteuid() == 0, "only root can be another user, too")


class MoveTest(PageTest):
    def test_nothing_is_in_flight(self):
        self.start()
        self.open().wait_text("nothing", "Nothing is in flight")
        self.assertEqual(self.page.text("daemon"), "")

    def test_move_goes_on_by_events_and_ends_in_the_history(self):
        self.start()
        device = self.add_move("move", 2)
        self.open().wait_text("nothing", "Nothing is in flight")
        self.start_watching()
        row = self.page.wait_row("vg/move", lambda row: row.get("percent") == 0 and "copying" in row["text"])
        self.assertIn("the kernel copies; no process runs", row["text"])
        device.change(targets=segments(2, 0, 50), event=True)
        row = self.page.wait_row("vg/move", lambda row: row.get("percent") == 25)
        self.assertIn("25.0 % of 8 MiB", row["text"])
        self.page.shoot("move")
        device.change(targets=segments(2, 0, 100), event=True)
        self.page.wait_row("vg/move", lambda row: row.get("percent") == 50)
        wait_for(lambda: device.targets() == segments(2, 1, 0), "the second segment")
        device.change(targets=segments(2, 1, 100), event=True)
        self.page.wait_no_row("vg/move")
        self.assertIn("done", self.page.wait_row("vg/move", table="ended")["text"])
        self.page.wait_text("nothing", "Nothing is in flight")

    def test_history_of_before_is_there(self):
        self.start()
        device = self.add_move("move")
        self.start_watching()
        device.change(targets=segments(1, 0, 100), event=True)
        wait_for(self.client.ended, "the end")
        self.open()
        self.assertIn("done", self.page.wait_row("vg/move", table="ended")["text"])

    def test_what_is_wrong_is_said(self):
        self.begin_failing()
        row = self.open().wait_row("vg/move", lambda row: "It fails (retcode 5), and is tried again" in row["text"] and
                                   "Resume" in row["buttons"])
        self.assertIn("lvpoll failed", row["text"])
        self.page.shoot("failing")


class ButtonTest(PageTest):
    def test_abort_reaches_the_daemon(self):
        self.start()
        self.add_move("move", 2)
        self.start_watching()
        self.open().wait_row("vg/move", lambda row: row["buttons"] == ["Abort"])
        self.page.click("vg/move", "Abort")
        self.assertIn("Abort the pvmove of vg/move?", self.page.text("confirm"))
        self.assertIn("No data is lost", self.page.text("confirm"))
        self.page.shoot("abort")
        self.page.press("#confirm .danger")
        self.page.wait_text("result-text", "abort vg/move: vg/move: its pvmove is being aborted")
        self.page.wait_no_row("vg/move")
        self.assertIn("--abort", [arguments for _, _, arguments in self.daemon.starts()][0])
        self.page.wait_row("vg/move", lambda row: "pvmove (abort)" in row["text"], table="ended")
        self.page.shoot("aborted")

    def test_abort_can_be_thought_over(self):
        self.start()
        self.add_move("move")
        self.start_watching()
        self.open().wait_row("vg/move")
        self.page.click("vg/move", "Abort")
        self.page.press("#confirm button[value='']")
        self.assertEqual(self.page.run("() => document.getElementById('confirm').open"), False)
        self.assertEqual(self.page.names(), ["vg/move"])

    def test_resume_is_done_by_lvm2(self):
        self.begin_failing()
        self.open().wait_row("vg/move", lambda row: "Resume" in row["buttons"])
        self.page.click("vg/move", "Resume")
        self.page.wait_text("result-text", "resume vg/move: done")
        self.page.press("#resume-all")
        self.page.wait_text("result-text", "resume: done")
        self.assertEqual([line for line in self.commands() if line.startswith("vgchange")],
                         ["vgchange --poll y vg", "vgchange --poll y"])

    def test_failure_is_shown(self):
        self.start()
        self.add_move("move")
        self.start_watching()
        self.open().wait_row("vg/move")
        os.chmod(self.lvm, 0o644)
        self.page.click("vg/move", "Abort")
        self.page.press("#confirm .danger")
        self.page.wait_text("result-text", "the lvm command cannot be executed")
        self.page.shoot("refused")


class DaemonsTest(PageTest):
    def test_it_lives_through_a_crash_of_the_daemon(self):
        self.start()
        self.add_move("move")
        self.start_watching()
        self.open().wait_row("vg/move")
        self.daemon.stop(signal.SIGKILL)
        self.page.wait_text("daemon", "No daemon answers at " + self.session.socket)
        self.page.shoot("absent")
        self.daemon.start("-c", self.configuration, environment=self.daemon.environment(**self.kernel.variables()))
        wait_for(lambda: self.page.text("daemon") == "", "the next daemon")
        self.assertEqual(self.page.names(), ["vg/move"])

    def test_what_is_over_with_the_next_daemon_is_gone(self):
        self.start()
        device = self.add_move("move")
        self.start_watching()
        self.open().wait_row("vg/move")
        self.daemon.stop(signal.SIGKILL)
        device.remove()
        self.daemon.start("-c", self.configuration, environment=self.daemon.environment(**self.kernel.variables()))
        self.page.wait_no_row("vg/move")

    def test_no_daemon(self):
        daemon = self.new_daemon()
        self.open().wait_text("daemon", "No daemon answers at " + self.session.socket)
        self.assertEqual(self.page.text("nothing"), "")
        daemon.start()
        self.page.wait_text("nothing", "Nothing is in flight")

    @unittest.skipUnless(os.path.exists(STOCK), "lvm2's own daemon is not installed")
    def test_stock(self):
        self.new_daemon(path=STOCK).start()
        self.open().wait_text("daemon", "The daemon is lvm2's own")


class AccessTest(PageTest):
    def open_as_nobody(self, configuration):
        session = browser.session(self, NOBODY)
        self.start(configuration)
        session.show(self.daemon.directory)
        os.chmod(self.daemon.directory, 0o755)
        return self.open(session)

    @as_root
    def test_socket_is_for_root(self):
        self.open_as_nobody("").wait_text("daemon", "administrative access is needed")

    @as_root
    def test_daemon_serves_others(self):
        page = self.open_as_nobody("")
        os.chmod(self.daemon.socket, 0o666)
        page.wait_text("daemon", "does not serve you")

    @as_root
    def test_who_may_see_may_not_steer(self):
        self.open_as_nobody("access: {users: [root, %d]}" % NOBODY)
        self.add_move("move")
        self.start_watching()
        os.chmod(self.daemon.socket, 0o666)
        self.page.wait_row("vg/move")
        self.page.wait_text("permission", "access.steer_users")
        self.assertTrue(self.page.run("() => document.querySelector('.actions button:not([hidden])').disabled"))
        self.page.shoot("permission")

    @as_root
    def test_who_may_steer_needs_no_administrative_access(self):
        self.open_as_nobody("access: {steer_users: [%d]}" % NOBODY)
        self.add_move("move")
        self.start_watching()
        os.chmod(self.daemon.socket, 0o666)
        self.page.wait_row("vg/move", lambda row: row["buttons"] == ["Abort"])
        self.page.wait(lambda: not self.page.run(
            "() => document.querySelector('.actions button:not([hidden])').disabled"), "a button that can be pressed")
        self.assertEqual(self.page.text("permission"), "")
        self.page.shoot("steering")
        self.page.click("vg/move", "Abort")
        self.page.press("#confirm .danger")
        self.page.wait_text("result-text", "its pvmove is being aborted")
        self.assertIn("of user %d asks to abort it" % NOBODY, self.daemon.log())


if __name__ == "__main__":
    unittest.main()
