# SPDX-License-Identifier: LGPL-2.1-or-later
"""A wall clock that jumps, as it does at boot: all time-outs and pauses keep their length."""

import unittest

from clock_standin import Clock
from deadline import wait_for
from lvmpolld import DaemonTest, ours_only
from protocol import lvid, volume

TEN_YEARS_S = 10 * 365 * 86400


class ClockTest(DaemonTest):
    def start(self, *arguments, stands=False):
        self.daemon = self.new_daemon()
        self.clock = Clock(self.daemon.directory)
        if stands:
            self.clock.stop()
        self.daemon.start(*arguments, environment=self.clock.environment_of(self.daemon),
                          patience=0)

    def test_operations_and_results_stay(self):
        self.start()
        client = self.connect(self.daemon)
        self.daemon.make_pipe("until-4")
        self.assert_ok(client.ask("pvmove", **volume("until-4")))
        self.assert_ok(client.ask("merge", **volume("exit-5")))
        wait_for(lambda: [v for v in client.dump()["poll"].values() if v["polling_finished"] == 1],
                 "the end of one of the two")
        for seconds in (TEN_YEARS_S, -TEN_YEARS_S, 0):
            self.clock.jump(seconds)
            # A new operation lets the daemon look at the results that it keeps.
            self.assert_ok(client.ask("convert", **volume("good", seconds)))
            self.assert_finished(client.result(lvid(seconds)), "retcode", 0)
            self.assertEqual(len(client.dump()["poll"]), 2)
        self.daemon.wait_start("until-4")
        self.daemon.release("until-4")
        self.assert_finished(client.result(lvid("until-4")), "retcode", 4)
        self.assert_finished(client.progress(lvid("exit-5")), "retcode", 5)

    def test_idle_daemon_ends_all_the_same(self):
        for seconds in (TEN_YEARS_S, -TEN_YEARS_S):
            with self.subTest(seconds):
                self.start("-t", "1", stands=True)
                self.clock.jump(seconds)
                self.clock.go_on()
                self.assertEqual(self.daemon.wait_end(), 0)

    def test_busy_daemon_does_not_end(self):
        self.start("-t", "1", stands=True)
        client = self.connect(self.daemon)
        client.hello()  # it is busy from here on
        self.clock.go_on()
        self.clock.jump(TEN_YEARS_S)
        self.assert_ok(client.ask("pvmove", **volume("hang")))
        client.close()
        self.clock.jump(-TEN_YEARS_S)
        with self.daemon.client() as other:
            self.assert_reply(other.progress(lvid("hang")), response="in_progress")

    @ours_only("it has no such limit")
    def test_client_in_the_middle_of_its_message_stays(self):
        self.start()
        client = self.connect(self.daemon)
        client.send(b'request="he')
        for seconds in (TEN_YEARS_S, -TEN_YEARS_S):
            self.clock.jump(seconds)
            with self.daemon.client() as other:
                self.assertEqual(other.hello()["response"], "OK")
        client.send(b'llo"\n##\n')
        self.assertIn(b'"OK"', client.receive())


if __name__ == "__main__":
    unittest.main()
