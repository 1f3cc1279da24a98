# SPDX-License-Identifier: LGPL-2.1-or-later
"""lvmpollctl check: what somebody must see to is told as Nagios wants it, also when it is over."""

from ctl_test import needs_tool, run_tool
from deadline import wait_for
from kernel_standin import mirror
from kernel_test import KernelTest, REGIONS, SEGMENT_SECTORS
from protocol import volume
from recovery_test import RecoveryTest

OK, WARNING, CRITICAL, UNKNOWN = 0, 1, 2, 3
GIVEN_UP = "CRITICAL - 0 operations in flight: vg/move: its pvmove was given up, since data is at risk, "


class CheckCase:
    def check(self, status, *arguments):
        answer = run_tool(self.daemon, "check", *arguments)
        self.assertEqual(answer.returncode, status, answer.stdout + answer.stderr)
        return answer.stdout


@needs_tool
class StalledTest(CheckCase, KernelTest):
    def test_thresholds(self):
        self.add_device("move", [mirror(0, SEGMENT_SECTORS, 3, REGIONS)])
        self.start()
        self.start_watching("move")
        self.check(OK)

        def stalls():
            self.clock.skip(60, self.client)
            return self.client.list()["move"].get("stalled", -1) >= 60
        wait_for(stalls, "a move that stands still")
        self.assertIn("WARNING - 1 operation in flight: vg/move: no progress for ",
                      self.check(WARNING, "-w", "60s", "-c", "10h"))
        self.assertIn("CRITICAL - 1 operation in flight: vg/move: no progress for ",
                      self.check(CRITICAL, "--warning", "30s", "--critical", "60s"))
        self.assertIn("CRITICAL", self.check(CRITICAL, "-w", "10h", "-c", "60s"))
        self.assertIn("OK - 1 operation in flight |", self.check(OK, "-w", "10h", "-c", "11h"))


    def test_percentage_alone_is_progress(self):
        """The plugin tells no bytes."""
        device = self.add_device("cached", ["0 1000 writecache 0 1000 100 3"], operation="writecache_detach")
        self.start("plugins: {enabled: [all, writecache_detach]}")
        self.request("cached", operation="start", **{"operation ": "writecache_detach"})
        wait_for(lambda: self.client.list()["cached"].get("percent") == "10.00", "a look")

        def stalls():
            self.clock.skip(60, self.client)
            return self.client.list()["cached"].get("stalled", -1) >= 60
        wait_for(stalls, "that it stands still")
        self.assertIn("WARNING - 1 operation in flight: vg/cached: no progress for ",
                      self.check(WARNING, "-w", "60s", "-c", "10h"))
        device.change(targets=["0 1000 writecache 0 1000 200 3"])
        wait_for(lambda: "stalled" not in self.client.list()["cached"], "that it moves")
        self.assertNotIn("rate", self.client.list()["cached"])


@needs_tool
class AtRiskTest(CheckCase, KernelTest):
    def setUp(self):
        super().setUp()
        self.device = self.add_device("move", [mirror(0, SEGMENT_SECTORS, 50, REGIONS)])
        self.start()
        self.start_watching("move")
        self.device.change(targets=[mirror(0, SEGMENT_SECTORS, 50, REGIONS, "AS")])
        self.entry, = wait_for(self.client.ended, "that it is given up")

    def test_it_is_critical_until_it_is_aborted(self):
        self.assertIn(GIVEN_UP, self.check(CRITICAL))
        # However long ago.
        wait_for(lambda: self.client.list() == {}, "the end")
        self.assertIn("wrong=1\n", self.check(CRITICAL, "--failed", "0"))
        self.request("move", abort=1)
        wait_for(lambda: len(self.client.ended()) == 2, "the abort")
        self.check(OK)

    def test_it_is_critical_until_it_is_forgotten(self):
        name = "id:%d" % self.entry["id"]
        answer = run_tool(self.daemon, "forget", name)
        self.assertIn("data is at risk", answer.stderr)
        self.check(CRITICAL)
        self.assertEqual(run_tool(self.daemon, "forget", "--at-risk", name).returncode, 0)
        self.check(OK)
        self.assertNotEqual(run_tool(self.daemon, "forget", "--at-risk", name).returncode, 0)


@needs_tool
class FailedTest(CheckCase, RecoveryTest):
    """An abort that fails is over."""

    def setUp(self):
        super().setUp()
        self.start(patience=0)
        self.begin("exit-5", abort=1)
        wait_for(self.client.ended, "its end")

    def begin(self, scenario, **parameters):
        self.assert_ok(self.client.ask("pvmove", **volume(scenario, "x", **parameters)))

    def test_it_is_critical_until_what_comes_later_ends_well(self):
        self.assertIn("CRITICAL - 0 operations in flight: vg/exit-5: its pvmove abort has failed ",
                      self.check(CRITICAL))
        self.begin("good")
        wait_for(lambda: len(self.client.ended()) == 2, "the other end")
        self.check(OK)

    def test_it_is_critical_for_a_while(self):
        self.check(CRITICAL, "-f", "1h")
        wait_for(lambda: run_tool(self.daemon, "check", "-f", "0").returncode == OK, "that it is long ago")

    def test_it_is_critical_until_it_is_forgotten(self):
        self.assertEqual(run_tool(self.daemon, "forget", "vg/exit-5").returncode, 0)
        self.check(OK)
