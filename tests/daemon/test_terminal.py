# SPDX-License-Identifier: LGPL-2.1-or-later
"""What lvmpollctl shows on a terminal: widths, bars, colours, what is drawn over, and the end."""

import unittest

from ctl_test import FAILED, GOOD, needs_tool
from deadline import DEADLINE_S, scaled
from kernel_test import KernelTest, segments
from terminal import Terminal

WIDTHS = (40, 80, 120)
LONG = "a-volume-with-quite-a-long-name-of-48-characters"
GREEN, YELLOW, RED = "\033[32m", "\033[33m", "\033[31m"


@needs_tool
class TerminalTest(KernelTest):
    has_both_uuids = False

    def begin(self, in_sync=50):
        """A move in a terminal's view, of which IN_SYNC per cent are copied."""
        self.start()
        self.device = self.add_device("move", segments(1, 0, in_sync))
        self.start_watching("move")

    def run_tool(self, *arguments, **options):
        terminal = Terminal(self.daemon, *arguments, **options)
        self.addCleanup(terminal.close)
        return terminal

    def end(self):
        self.device.change(targets=segments(1, 0, 100), event=True)


class WatchTest(TerminalTest):
    @staticmethod
    def has(line):
        return lambda screen: any(line in row for row in screen.lines())

    def test_bar_and_figures_fit_each_width(self):
        self.begin()
        for width in WIDTHS:
            with self.subTest(width=width):
                terminal = self.run_tool("watch", width=width)
                screen = terminal.wait_for(self.has("50.0%"), "the bar")
                row, = [row for row in screen.lines() if row.startswith("vg/move ")]
                full, empty = row.count("#"), row.count(".") - 1  # that of the percentage
                self.assertGreater(full, 2, row)
                self.assertIn(empty - full, (0, 1), row)
                self.assertLessEqual(screen.widest, width, row)
                self.assertEqual("copying" in row, width >= 50, row)

    def test_long_names_are_cut(self):
        self.start()
        self.add_device(LONG, segments(1, 0, 50))
        self.start_watching(LONG)
        for width in WIDTHS:
            with self.subTest(width=width):
                screen = self.run_tool("watch", width=width).wait_for(self.has("50.0%"), "the bar")
                self.assertLessEqual(screen.widest, width)
                self.assertTrue(any(row.startswith("vg/a-vol") for row in screen.lines()))

    def begin_raid(self, table):
        self.start("plugins: {enabled: [all, raid_sync]}\n")
        self.add_device("raid", [table], operation="raid_sync")
        self.request("raid", operation="raid_sync")

    def test_reason_has_a_line_where_there_is_room(self):
        self.begin_raid("0 8192 nobody knows this")
        for width, count in ((40, 1), (60, 2), (120, 2)):
            with self.subTest(width=width):
                terminal = self.run_tool("watch", width=width)
                # What it was before it had looked may be drawn first.
                screen = terminal.wait_for(lambda screen: self.has("vg/raid")(screen) and YELLOW in terminal.text(),
                                           "its line, of what does not go well")
                self.assertEqual(len(screen.lines()), count, screen.lines())
                self.assertLessEqual(screen.widest, width, screen.lines())

    def test_what_was_drawn_is_drawn_over(self):
        self.begin(25)
        terminal = self.run_tool("watch")
        terminal.wait_for(self.has("25.0%"), "the bar")
        self.device.change(targets=segments(1, 0, 75), event=True)
        screen = terminal.wait_for(self.has("75.0%"), "another bar")
        self.assertEqual(len(screen.lines()), 1, screen.lines())
        self.assertIn("\033[1A\r\033[J", terminal.text())
        terminal.resize(40)
        screen = terminal.wait_for(lambda screen: not self.has("copying")(screen), "the new width")
        self.assertLessEqual(max(map(len, screen.lines())), 40)

    def test_more_than_fit_are_counted(self):
        self.start()
        for number in range(6):
            self.add_device("move%d" % number, segments(1, 0, 50))
            self.start_watching("move%d" % number)
        terminal = self.run_tool("watch", rows=6)
        screen = terminal.wait_for(self.has("... and 3 more"), "what does not fit")
        self.assertEqual(len(screen.lines()), 4, screen.lines())

    def test_colours(self):
        self.clock.stop()  # what stands still for some time has another colour
        self.begin()
        terminal = self.run_tool("watch")
        terminal.wait_for(self.has("50.0%"), "the bar")
        self.assertIn(GREEN, terminal.text())

    def test_failed_leg_is_red(self):
        self.begin_raid("0 8192 raid raid1 2 AD 4096/8192 recover 0 0 -")
        terminal = self.run_tool("watch")
        terminal.wait_for(self.has("50.0%"), "the bar")
        self.assertIn(RED, terminal.text())

    def test_no_color_leaves_colours_out_alone(self):
        self.clock.stop()
        self.begin()
        terminal = self.run_tool("watch", NO_COLOR="1")
        terminal.wait_for(self.has("50.0%"), "the bar")
        self.assertNotRegex(terminal.text(), "\033\\[\\d*m")
        self.assertIn("\033[K", terminal.text())
        terminal = self.run_tool("watch", NO_COLOR="")
        terminal.wait_for(self.has("50.0%"), "the bar")
        self.assertIn(GREEN, terminal.text())

    def test_terminal_that_can_nothing_gets_lines(self):
        self.begin()
        for name in ("dumb", ""):
            with self.subTest(TERM=name):
                terminal = self.run_tool("watch", TERM=name)
                terminal.wait_for(self.has("vg/move pvmove copying"), "a line")
                self.assertNotIn("\033", terminal.text())
                self.assertNotIn("#", terminal.text())

    def test_summary_at_the_end(self):
        self.begin()
        terminal = self.run_tool("watch")
        terminal.wait_for(self.has("50.0%"), "the bar")
        self.end()
        self.assertEqual(terminal.wait_end(), GOOD)
        rows = terminal.screen().lines()
        self.assertRegex(rows[0], r"\Avg/move pvmove is finished after .*, 4(\.0)?M\Z")
        self.assertEqual(rows[1:], ["no operation is in flight"])


class WaitTest(TerminalTest):
    def test_bar_is_shown_and_taken_away(self):
        self.begin()
        for width in WIDTHS:
            with self.subTest(width=width):
                terminal = self.run_tool("wait", "--timeout", str(int(scaled(DEADLINE_S))), width=width)
                screen = terminal.wait_for(lambda screen: "50.0%" in "".join(screen.lines()), "the bar")
                row, = screen.lines()
                self.assertIn(row.count(".") - 1 - row.count("#"), (0, 1), row)
                self.assertLessEqual(screen.widest, width, row)
        self.end()
        self.assertEqual(terminal.wait_end(), GOOD)
        self.assertNotIn("#", "".join(terminal.screen().lines()))

    def test_failure(self):
        self.start("limits: {patience: 0}\n")
        self.daemon.make_pipe("until-5")
        self.add_device("until-5", ["0 8192 nobody knows this"])
        self.request("until-5")
        terminal = self.run_tool("wait", "vg/until-5")
        terminal.wait_for(lambda screen: "%" in "".join(screen.lines()), "the bar")
        self.daemon.release("until-5")
        self.assertEqual(terminal.wait_end(), FAILED)


class ListTest(TerminalTest):
    def test_no_line_is_wider_than_the_terminal(self):
        self.begin()
        for width in WIDTHS:
            with self.subTest(width=width):
                terminal = self.run_tool("list", width=width)
                self.assertEqual(terminal.wait_end(), GOOD)
                screen = terminal.screen()
                head, row = screen.lines()
                self.assertLessEqual(screen.widest, width, screen.lines())
                self.assertEqual(head.split()[0], "VOLUME")
                self.assertTrue(row.startswith("vg/move "), row)
                self.assertIn("PERCENT", head)
                self.assertEqual("OPERATION" in head, width >= 80, head)

    def test_name_is_never_cut(self):
        """It is what the other verbs take."""
        self.start()
        self.add_device(LONG, segments(1, 0, 50))
        self.start_watching(LONG)
        for width in WIDTHS:
            with self.subTest(width=width):
                terminal = self.run_tool("list", width=width)
                self.assertEqual(terminal.wait_end(), GOOD)
                screen = terminal.screen()
                self.assertIn("vg/" + LONG, " ".join(screen.lines()).split())
                # Where that leaves no room for the others, each version of libsmartcols has its own way.
                if width == max(WIDTHS):
                    self.assertLessEqual(screen.widest, width, screen.lines())


if __name__ == "__main__":
    unittest.main()
