# SPDX-License-Identifier: LGPL-2.1-or-later
"""The page with a daemon that tells rare things."""

import unittest

import browser
from lvmpolld import DaemonTest
from telling import EXTENSIONS, operation, over, Teller

MARKUP = "<img src=x onerror=document.title='bad'>&amp;\"'\\</bdi>"


class TellingTest(DaemonTest):
    def begin(self, extensions=EXTENSIONS):
        self.session = browser.session(self)
        self.directory = self.temporary_directory()
        self.teller = Teller(self.directory, extensions)
        self.addCleanup(self.teller.end)
        self.session.show(self.directory)

    def open(self):
        self.page = browser.Page(self, self.session)
        return self.page

    def test_all_that_is_known_is_shown(self):
        self.begin()
        self.teller.entries = [operation(1), operation(2, state="running", stalled=725, rate=None, remaining=None,
                                                       failed_devices=1)]
        self.teller.ended = [over(3), over(4, result="signal", value=9, percent="12.00"),
                             over(5, result="failed", value=None, operation="merge")]
        text = self.open().wait_row("vg/move1")["text"]
        for part in ("/dev/sda1 → /dev/sdb1, /dev/sdc1", "pvmove", "copying", "24.0 % of 100 GiB", "120.5 MiB/s",
                     "10 min 46 s"):
            self.assertIn(part, text)
        text = self.page.wait_row("vg/move2")["text"]
        self.assertIn("Nothing has been copied for 12 min 05 s", text)
        self.assertIn("Failed disks: 1", text)
        self.page.wait_row("vg/move5", table="ended")
        self.assertEqual([row["name"] for row in self.page.rows("ended")], ["vg/move5", "vg/move4", "vg/move3"])
        self.assertIn("signal 9", self.page.wait_row("vg/move4", table="ended")["text"])
        self.page.shoot("all")

    def test_names_are_text(self):
        self.begin()
        self.teller.entries = [operation(1, vg=MARKUP, lv=MARKUP, reason=MARKUP, source=MARKUP, state=MARKUP, percent=MARKUP,
                                         operation=MARKUP), operation(2, vg="grün\n", lv="__proto__")]
        self.teller.ended = [over(3, vg=MARKUP, lv=MARKUP, result=MARKUP, operation=MARKUP)]
        name = MARKUP + "/" + MARKUP
        self.open().wait_row(name)
        self.page.wait_row(name, table="ended")
        self.page.wait_row("grün\n/__proto__")
        self.teller.tell(item="operation", event="change", **operation(1, vg="a", lv="b", source=MARKUP))
        self.page.wait_row("a/b")
        self.page.click("a/b", "Abort")
        self.assertIn("a/b", self.page.text("confirm-what"))
        self.page.press("#confirm button[value='']")
        self.assertEqual(self.page.run("() => [document.title, document.querySelectorAll('img').length]"),
                         ["LVM operations", 0])
        self.page.shoot("names")

    def test_thousand_operations(self):
        self.begin()
        self.teller.entries = [operation(number) for number in range(1, 1001)]
        self.teller.ended = [over(number) for number in range(2001, 3001)]
        self.open().wait_row("vg/move1000")
        self.assertEqual(self.page.names(), ["vg/move%d" % number for number in range(1, 1001)])
        self.assertEqual(self.page.text("count"), "1000")
        self.page.wait_row("vg/move3000", table="ended")
        self.assertEqual(len(self.page.rows("ended")), 20)
        self.page.press("#more")
        self.assertEqual(len(self.page.rows("ended")), 1000)
        for number in range(1, 1001):
            self.teller.tell(item="operation", event="change", **operation(number, percent="50.00"))
        self.page.wait_row("vg/move1000", lambda row: row.get("percent") == 50)
        self.teller.tell(item="operation", event="destroy", **over(500))
        self.page.wait_no_row("vg/move500")
        self.assertEqual(self.page.rows("ended")[0]["name"], "vg/move500")
        self.page.shoot("thousand")

    def test_missed_changes_are_told_and_made_up_for(self):
        self.begin()
        self.teller.entries = [operation(1), operation(2)]
        self.open().wait_row("vg/move2")
        self.teller.entries = [operation(2)]
        self.teller.tell(item="missed", event="missed", changes=7)
        self.page.wait_text("missed", "told one by one: 7")
        self.page.wait_no_row("vg/move1")
        self.assertEqual(self.page.names(), ["vg/move2"])

    def test_history_that_is_still_read_is_asked_for_again(self):
        self.begin()
        self.teller.is_reading = True
        self.teller.ended = [over(3)]
        self.open()
        self.page.wait(lambda: self.teller.lists > 0, "the first question")
        self.teller.is_reading = False
        self.page.wait_row("vg/move3", table="ended")

    def test_what_can_be_aborted_is_as_the_daemon_says(self):
        self.begin()
        self.teller.entries = [operation(1, operation="uncache"), operation(2, abortable=None), operation(3, operation=MARKUP)]
        self.assertEqual(self.open().wait_row("vg/move1")["buttons"], ["Abort"])
        self.assertEqual(self.page.wait_row("vg/move2")["buttons"], [])
        self.page.click("vg/move3", "Abort")
        self.assertIn("Abort the %s of vg/move3?" % MARKUP, self.page.text("confirm-what"))
        shown = [self.page.run("() => !document.getElementById('confirm-%s').hidden" % part) for part in ("move", "other")]
        self.assertEqual(shown, [False, True])
        self.page.press("#confirm button[value='']")

    def test_unattended_ones_can_be_adopted(self):
        self.begin(EXTENSIONS + " adopt")
        self.teller.entries = [operation(1), {
            "item": "unattended", "id": 7, "vg": "vg", "lv": "left", "lvid": "x7", "operation": "pvmove",
            "state": "unattended", "reason": "nobody sees to it", "found": 1800000000, "adopting": 0}]
        row = self.open().wait_row("vg/left")
        self.assertEqual(row["buttons"], ["Adopt"])
        self.assertIn("nobody sees to it", row["text"])
        self.assertEqual(self.page.wait_row("vg/move1")["buttons"], ["Abort"])
        self.page.shoot("unattended")
        self.teller.entries = [operation(1), operation(7, lv="left")]
        self.page.click("vg/left", "Adopt")
        self.page.wait_text("result-text", "adopt vg/left: ")
        self.assertIn("--socket %s adopt id:7" % self.session.socket, self.session.calls())
        self.page.wait_row("vg/left", lambda row: row["buttons"] == ["Abort"])

    def test_what_a_process_sees_to_is_not_adopted(self):
        self.begin(EXTENSIONS + " adopt")
        self.teller.entries = [operation(number, state="unattended", item="unattended", attended=attended, abortable=None)
                               for number, attended in ((7, 1), (8, 0))]
        self.assertEqual(self.open().wait_row("vg/move7")["buttons"], [])
        self.assertEqual(self.page.wait_row("vg/move8")["buttons"], ["Adopt"])

    def test_without_the_extension_nothing_is_adopted(self):
        self.begin()
        self.teller.entries = [operation(7, state="unattended", item="unattended", abortable=None)]
        self.assertEqual(self.open().wait_row("vg/move7")["buttons"], [])

    def test_what_answers_may_be_something_else(self):
        self.begin()
        self.teller.hello = {"response": "OK", "protocol": "lvmetad", "version": 1}
        self.open().wait_text("daemon", "is no lvmpolld")

    def test_it_is_in_the_menu_of_cockpit(self):
        self.begin()
        self.teller.entries = [operation(1), operation(2)]
        self.teller.ended = [over(3)]
        self.page = browser.Page(self, self.session, self.session.shell())
        self.page.wait(lambda: "LVM operations" in self.page.run("() => document.body.innerText"), "the menu")
        frame = "() => document.querySelector('iframe[name*=lvmpolld]')?.contentDocument?.body?.innerText ?? ''"
        self.page.wait(lambda: "vg/move2" in self.page.run(frame), "the page in its frame")
        self.page.shoot("menu")


if __name__ == "__main__":
    unittest.main()
