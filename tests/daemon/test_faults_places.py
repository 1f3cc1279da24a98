# SPDX-License-Identifier: LGPL-2.1-or-later
"""More clients than limits.clients: clients that wait for an operation stay, and root's come first."""

import contextlib
import os
import pwd
import resource
import unittest

from deadline import wait_for
from lvmpolld import DaemonTest, ours_only
from protocol import lvid, volume

HELLO = b'request="hello"\n##\n'
REMEMBERED_MAX = 16
HELD_MAX = 16


@contextlib.contextmanager
def another_user():
    """What the kernel tells about a connection is the user that was effective when it was made."""
    os.seteuid(pwd.getpwnam("nobody").pw_uid)
    try:
        yield
    finally:
        os.seteuid(0)


@ours_only("it has no limit")
class PlacesTest(DaemonTest):
    """A daemon with few places."""

    def start_with_places(self, count, **options):
        self.daemon = self.new_daemon()
        self.daemon.make_pipe("until-0")
        path = os.path.join(self.daemon.directory, "lvmpolld.yaml")
        with open(path, "w") as file:
            file.write("limits: {clients: %d, patience: 0}\naccess: {users: [root, nobody]}\n" % count)
        self.daemon.start("-c", path, **options)
        os.chmod(self.daemon.directory, 0o755)
        os.chmod(self.daemon.socket, 0o666)

    def greeted(self):
        client = self.connect(self.daemon)
        client.hello()
        return client

    def waiting(self):
        """A client that waits for an operation, which goes on until it is released."""
        client = self.connect(self.daemon)
        self.assert_ok(client.ask("pvmove", **volume("until-0")))
        return client

    def newcomer(self):
        """One that is to be answered when it has a place."""
        client = self.connect(self.daemon)
        client.send(HELLO)
        return client

    def assert_served(self, client):
        self.assertIn(b'"OK"', client.receive())

    def assert_disconnected(self, client):
        self.assertIsNone(client.receive_end())

    def assert_has_a_place(self, *clients):
        for client in clients:
            self.assertEqual(client.hello()["response"], "OK")

    def wait_log(self, text):
        wait_for(lambda: text in self.daemon.log(), "%r in the log" % text)


class SilentTest(PlacesTest):
    """Who has been silent longest goes, but for those who wait for an operation."""

    def test_longest_silent_one_goes(self):
        self.start_with_places(3)
        silent, *busy = self.greeted(), self.greeted(), self.greeted()
        newcomer = self.newcomer()

        def served():
            self.assert_has_a_place(*busy)
            return "asked nothing" in self.daemon.log()
        wait_for(served, "a place for another")
        self.assert_served(newcomer)
        self.assert_disconnected(silent)
        self.assert_has_a_place(*busy)
        self.assertEqual(self.daemon.log().count("is disconnected"), 1)
        self.assertIn("limits.clients (3) is reached and it has asked nothing for ",
                      self.daemon.log())

    def test_there_are_no_more_places_than_descriptors(self):
        """Silent clients leave some for those who ask, and for lvpoll."""
        def limit_descriptors():
            resource.setrlimit(resource.RLIMIT_NOFILE, (100, 100))
        self.start_with_places(1000, preexec_fn=limit_descriptors)
        self.wait_log("limits.clients is 1000, but there are descriptors (RLIMIT_NOFILE) for 50")
        silent = [self.newcomer() for _ in range(120)]
        for client in silent:
            self.assert_served(client)
        client = self.newcomer()
        self.assert_served(client)
        self.assert_ok(client.ask("pvmove", **volume("exit-3")))
        self.assert_finished(client.result(lvid("exit-3")), "retcode", 3)
        self.assertNotIn("Too many open files", self.daemon.log())

    def test_one_that_waits_for_an_operation_stays(self):
        self.start_with_places(2)
        waiting, silent = self.waiting(), self.greeted()
        newcomer = self.newcomer()
        self.assert_served(newcomer)
        self.assert_disconnected(silent)
        self.daemon.release("until-0")
        self.assert_finished(waiting.result(lvid("until-0")), "retcode", 0)

    def test_newcomer_waits_where_all_wait_for_operations(self):
        self.start_with_places(2)
        waiting = [self.waiting(), self.waiting()]
        newcomer = self.newcomer()
        self.wait_log("further clients wait until one leaves")
        self.assert_has_a_place(*waiting)
        waiting[0].close()
        self.assert_served(newcomer)
        self.assert_has_a_place(waiting[1])

    def test_one_that_waits_without_being_remembered_is_not_the_first_to_go(self):
        self.start_with_places(REMEMBERED_MAX + 2)
        waiting = [self.waiting() for _ in range(REMEMBERED_MAX + 1)]
        silent = self.greeted()
        self.assert_served(self.newcomer())
        self.assert_disconnected(silent)
        self.assert_has_a_place(*waiting)

    def test_upgrade_gives_a_place_to_those_that_have_none_yet(self):
        self.start_with_places(2)
        waiting = [self.waiting(), self.waiting()]
        newcomer = self.newcomer()
        self.wait_log("further clients wait until one leaves")
        self.daemon.send_signal(12)
        self.assert_served(newcomer)
        self.assert_has_a_place(*waiting)


@unittest.skipIf(os.geteuid() != 0, "only root can connect as somebody else")
class PrivilegeTest(PlacesTest):
    """Root's clients come before those of other users."""

    def of_another_user(self, make):
        with another_user():
            return make()

    def others_that_wait(self):
        """Two clients of another user that wait for an operation of root's."""
        with self.daemon.client() as client:
            self.assert_ok(client.ask("pvmove", **volume("until-0")))

        def waiting():
            client = self.connect(self.daemon)
            self.assertEqual(client.progress(lvid("until-0"))["response"], "in_progress")
            return client
        return [self.of_another_user(waiting) for _ in range(2)]

    def test_root_takes_the_place_of_another_user_even_if_that_waits(self):
        self.start_with_places(2)
        others = self.others_that_wait()
        newcomer = self.newcomer()
        self.assert_served(newcomer)
        self.wait_log("limits.clients (2) is reached and client %d of user 0 goes first"
                      % os.getpid())
        self.assert_disconnected(others[0])
        self.assert_has_a_place(others[1], newcomer)

    def test_another_user_does_not_take_the_place_of_root(self):
        self.start_with_places(2)
        first, second = self.greeted(), self.greeted()
        other = self.of_another_user(self.newcomer)
        self.wait_log("further clients wait until one leaves")
        self.assert_served(self.newcomer())
        self.assert_disconnected(first)
        self.assert_has_a_place(second)
        second.close()
        self.assert_served(other)

    def test_silent_one_of_another_user_goes_before_one_of_root(self):
        self.start_with_places(2)
        silent, other = self.greeted(), self.of_another_user(self.greeted)
        self.assert_served(self.newcomer())
        self.assert_disconnected(other)
        self.assert_has_a_place(silent)

    def test_others_that_wait_for_a_place_do_not_stand_in_the_way_of_root(self):
        self.start_with_places(2)
        others = self.others_that_wait()
        held = [self.of_another_user(self.newcomer) for _ in range(HELD_MAX)]
        turned_away = self.of_another_user(lambda: self.connect(self.daemon))
        self.assert_disconnected(turned_away)
        self.wait_log("is turned away: limits.clients (2) is reached and others wait already")
        self.assert_served(self.newcomer())
        self.assert_has_a_place(others[1])
        others[1].close()
        self.assert_served(held[0])


if __name__ == "__main__":
    unittest.main()
