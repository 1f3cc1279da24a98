# SPDX-License-Identifier: LGPL-2.1-or-later
"""Several clients that wait for one operation: each of them learns how it ended, once."""

import unittest

from deadline import wait_for
from lvmpolld import DaemonTest, ours_only
from protocol import lvid, volume
from upgrade_test import upgrade

NAME = "until-0"
IDENTITY = lvid(NAME)
STOCK = "whoever asks first gets the result, and nobody else"


@ours_only(STOCK)
class WaiterTest(DaemonTest):
    def setUp(self):
        self.daemon = self.new_daemon()
        self.daemon.make_pipe(NAME)
        self.daemon.start()
        self.observer = self.connect(self.daemon)

    def begin(self, count=1):
        """So many clients ask for the operation."""
        clients = [self.connect(self.daemon) for _ in range(count)]
        for client in clients:
            self.assert_ok(client.ask("pvmove", **volume(NAME)))
        self.daemon.wait_start(NAME)
        return clients

    def finish(self):
        self.daemon.release(NAME)
        wait_for(lambda: self.observer.dump()["poll"][IDENTITY]["polling_finished"], "the end")

    def is_kept(self):
        return IDENTITY in self.observer.dump()["poll"]

    def assert_learns(self, client):
        self.assert_finished(client.progress(IDENTITY), "retcode", 0)
        self.assert_reply(client.progress(IDENTITY), response="not_found")

    def test_all_that_have_asked_for_it_learn_it_once(self):
        clients = self.begin(3)
        self.finish()
        for client in clients:
            self.assertTrue(self.is_kept())
            self.assert_learns(client)
        self.assertFalse(self.is_kept())

    def test_whoever_has_only_asked_after_it_learns_it_too(self):
        first, = self.begin()
        second = self.connect(self.daemon)
        self.assert_reply(second.progress(IDENTITY), response="in_progress")
        self.finish()
        self.assert_learns(second)
        self.assert_learns(first)
        self.assertFalse(self.is_kept())

    def test_stranger_that_comes_first_leaves_it_to_those_who_wait(self):
        first, second = self.begin(2)
        self.finish()
        self.assert_learns(self.connect(self.daemon))
        self.assert_reply(self.connect(self.daemon).progress(IDENTITY), response="not_found")
        self.assert_learns(first)
        self.assert_learns(second)
        self.assertFalse(self.is_kept())

    def test_one_that_has_gone_is_not_waited_for(self):
        first, second, third = self.begin(3)
        first.close()
        self.finish()
        self.assert_learns(second)
        self.assertTrue(self.is_kept())
        third.close()
        wait_for(lambda: not self.is_kept(), "the forgetting of what nobody waits for")

    def test_result_that_nobody_took_outlives_those_who_waited(self):
        client, = self.begin()
        self.finish()
        client.close()
        self.connect(self.daemon).hello()
        self.assertTrue(self.is_kept())
        self.assert_learns(self.connect(self.daemon))
        self.assertFalse(self.is_kept())

    def test_new_request_drops_it_for_those_who_waited_too(self):
        first, second = self.begin(2)
        self.finish()
        self.assert_learns(first)
        self.assert_ok(first.ask("pvmove", **volume("hang", NAME)))
        self.assert_reply(second.progress(IDENTITY), response="in_progress")

    def test_abort_and_operation_are_waited_for_each_by_itself(self):
        mover, = self.begin()
        aborter = self.connect(self.daemon)
        self.assert_ok(aborter.ask("pvmove", **volume("exit-0", NAME, abort=1)))
        self.assert_finished(mover.result(IDENTITY), "signal", 15)
        self.assert_finished(aborter.result(IDENTITY, abort=1), "retcode", 0)
        self.assert_reply(mover.progress(IDENTITY, abort=1), response="not_found")

    def test_upgrade_forgets_nobody(self):
        first, second, third = self.begin(3)
        upgrade(self.daemon)
        self.finish()
        self.assert_learns(first)
        upgrade(self.daemon)
        self.assert_reply(first.progress(IDENTITY), response="not_found")
        self.assert_learns(second)
        upgrade(self.daemon)
        third.close()
        wait_for(lambda: not self.is_kept(), "the forgetting of what nobody waits for")

    def test_all_learn_it_however_many_they_are(self):
        clients = self.begin(40)
        self.finish()
        for client in clients:
            self.assertTrue(self.is_kept())
            self.assert_learns(client)
        self.assertFalse(self.is_kept())


@ours_only(STOCK)
class FailureTest(DaemonTest):
    """Stock's client takes "not found" for success: a failure is told to whoever asks."""

    NAME = "exit-5"

    def assert_learns(self, client, name=NAME):
        self.assert_finished(client.result(lvid(name)), "retcode", 5)

    def test_all_that_have_asked_for_it_learn_it_and_so_do_strangers(self):
        daemon = self.start_daemon(patience=0)
        clients = [self.connect(daemon) for _ in range(20)]
        for client in clients:
            self.assert_ok(client.ask("pvmove", **volume(self.NAME)))
        for client in clients:
            self.assert_learns(client)
            self.assert_learns(client)
        self.assert_learns(self.connect(daemon))

    def test_upgrade_forgets_no_failure(self):
        daemon, client = self.start_and_connect(patience=0)
        self.assert_ok(client.ask("pvmove", **volume(self.NAME)))
        self.assert_learns(client)
        upgrade(daemon)
        self.assert_learns(client)
        self.assert_learns(self.connect(daemon))

    def test_new_request_joins_for_those_who_waited_too(self):
        """The next attempt does not fail before it is released, nor shows that it may get on."""
        name = "closed-5"
        daemon, first = self.start_and_connect(patience=1)
        daemon.make_pipe(name)
        second = self.connect(daemon)
        for client in (first, second):
            self.assert_ok(client.ask("pvmove", **volume(name)))
        daemon.release(name)
        self.assert_learns(first, name)
        self.assert_ok(first.ask("pvmove", **volume(name)))
        self.assert_reply(second.progress(lvid(name)), response="in_progress")
        daemon.release(name)
        self.assert_learns(second, name)


if __name__ == "__main__":
    unittest.main()
