# SPDX-License-Identifier: LGPL-2.1-or-later
"""Out of descriptors or processes: no accepted operation is lost, and the daemon works again afterwards."""

import os
import pwd
import resource
import signal
import subprocess
import time
import unittest

from deadline import wait_for
from lvmpolld import daemon_path, DaemonTest, ours_only
from protocol import lvid, volume

ONE_AT_A_TIME = "lvm: {max_running: 1}\n"
TWO_AT_A_TIME = "lvm: {max_running: 2}\n"
IMPATIENT = "limits: {patience: 0}\n"
NO_MEMORY = {"response": "failed", "reason": "not enough memory"}


class ShortageTest(DaemonTest):
    """A daemon whose limits are changed while it runs."""

    limited = None
    options = {}

    def setUp(self):
        self.daemon = self.new_daemon()
        self.prepare()
        self.configuration = os.path.join(self.daemon.directory, "lvmpolld.yaml")
        self.write_configuration(ONE_AT_A_TIME)
        os.chmod(self.configuration, 0o644)
        self.daemon.start("-c", self.configuration, "-l", "info", **self.options)
        self.client = self.connect(self.daemon)
        self.client.hello()

    def prepare(self):
        pass

    def write_configuration(self, text):
        with open(self.configuration, "w") as file:
            file.write(text)

    def reload(self, text):
        self.write_configuration(text)
        before = self.daemon.log().count("configuration was read again")
        self.daemon.send_signal(signal.SIGHUP)
        wait_for(lambda: self.daemon.log().count("configuration was read again") > before,
                 "a new configuration")

    def set_limit(self, limit):
        """Only the user of a process may do so, or one with more power than root may have."""
        subprocess.run(["prlimit", "--pid", str(self.daemon.pid),
                        "--%s=%s:" % (self.limited, "unlimited" if limit < 0 else limit)],
                       check=True, **self.options)

    def relieve(self):
        """The daemon began with the limits that we have."""
        number = getattr(resource, "RLIMIT_" + self.limited.upper())
        self.set_limit(resource.getrlimit(number)[0])

    def starve(self):
        raise NotImplementedError

    def check_refusal(self):
        self.starve()
        self.assertEqual(self.client.ask("pvmove", **volume("good")), NO_MEMORY)
        self.assertEqual(self.client.dump(), {"poll": {}, "abort": {}})
        self.relieve()
        self.assert_ok(self.client.ask("pvmove", **volume("good")))
        self.assert_finished(self.client.result(lvid("good")), "retcode", 0)

    def begin_and_starve(self):
        """Two in flight: an lvpoll that runs fails; one that waits for its turn is not started.
        The one that runs tells no progress: else it would give way to the other."""
        self.daemon.make_pipe("closed-3")
        self.assert_ok(self.client.ask("pvmove", **volume("closed-3")))
        self.daemon.wait_start("closed-3")
        self.assert_ok(self.client.ask("merge", **volume("good")))
        self.starve()
        self.daemon.release("closed-3")
        wait_for(lambda: "exited with status 3" in self.daemon.log(), "the end of the first")
        wait_for(lambda: "lvpoll could not be started" in self.daemon.log(), "one that fails")

    def check_what_is_in_flight(self):
        """Both are tried until it works."""
        self.begin_and_starve()
        for name in ("closed-3", "good"):
            self.assert_reply(self.client.progress(lvid(name)), response="in_progress")
        self.relieve()
        self.reload(TWO_AT_A_TIME)
        self.assert_finished(self.client.result(lvid("good")), "retcode", 0)
        wait_for(lambda: len(self.daemon.starts()) == 3, "another attempt for the first")
        self.assert_reply(self.client.progress(lvid("closed-3")), response="in_progress")

    def check_what_is_told(self):
        """Who waits hears how the attempt ended, or that there could be none."""
        self.reload(ONE_AT_A_TIME + IMPATIENT)
        self.begin_and_starve()
        self.assert_finished(self.client.result(lvid("closed-3")), "retcode", 3)
        self.assert_reply(self.client.result(lvid("good")), response="failed",
                          reason="polling of lvm command failed")
        self.relieve()
        self.reload(TWO_AT_A_TIME)
        self.assert_ok(self.client.ask("merge", **volume("good")))
        self.assert_finished(self.client.result(lvid("good")), "retcode", 0)


@ours_only("it ends")
class DescriptorsTest(ShortageTest):
    limited = "nofile"

    def starve(self):
        """Leaves no number for another descriptor, with room for those that are closed."""
        taken = {int(name) for name in os.listdir("/proc/%d/fd" % self.daemon.pid)}
        self.set_limit(next(number for number in range(1 << 20) if number not in taken))

    def test_clients_are_accepted_later(self):
        self.starve()
        other = self.connect(self.daemon)
        other.send(b'request="hello"\n##\n')
        wait_for(lambda: "cannot accept a client" in self.daemon.log(), "a word in the log")
        for _ in range(10):
            self.assertEqual(self.client.hello()["response"], "OK")
        self.relieve()
        self.assertIn(b'"OK"', other.receive())

    def test_log_does_not_overflow_with_it(self):
        begun = time.monotonic()
        self.starve()
        clients = [self.connect(self.daemon) for _ in range(5)]
        wait_for(lambda: self.daemon.log().count("cannot accept a client") >= 3, "three attempts")
        lines = len(self.daemon.log().splitlines())
        # Five attempts a second, however long this test may have rested.
        self.assertLess(lines, 50 + 5 * (time.monotonic() - begun))
        self.relieve()
        for client in clients:
            self.assertEqual(client.hello()["response"], "OK")

    def test_operation_is_refused_and_accepted_later(self):
        self.check_refusal()

    def test_what_is_in_flight_is_not_lost(self):
        self.check_what_is_in_flight()

    def test_who_waits_for_it_is_told(self):
        self.check_what_is_told()

    def test_configuration_that_cannot_be_read_leaves_the_former(self):
        self.starve()
        self.daemon.send_signal(signal.SIGHUP)
        wait_for(lambda: "former configuration stays" in self.daemon.log(), "a word in the log")
        self.relieve()
        self.assertEqual(self.client.hello()["response"], "OK")


def may_execute(user):
    """Whether USER reaches the daemon under test, with what it loads."""
    told = subprocess.run([daemon_path(), "--list-plugins"], user=user.pw_uid, group=user.pw_gid,
                          extra_groups=[], capture_output=True)
    return told.returncode == 0 and b"pvmove" in told.stdout


@ours_only("it fails the operation")
class ProcessesTest(ShortageTest):
    """The limit does not hold for root: a daemon of root's is one of nobody's here."""

    limited = "nproc"

    def prepare(self):
        if os.geteuid() != 0:
            return
        nobody = pwd.getpwnam("nobody")
        try:
            reached = may_execute(nobody)
        except OSError:
            reached = False
        if not reached:
            self.skipTest("user nobody cannot execute %s" % daemon_path())
        os.chown(self.daemon.directory, nobody.pw_uid, nobody.pw_gid)
        self.options = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}

    def starve(self):
        self.set_limit(0)

    def test_operation_is_refused_and_accepted_later(self):
        self.check_refusal()

    def test_what_is_in_flight_is_not_lost(self):
        self.check_what_is_in_flight()

    def test_who_waits_for_it_is_told(self):
        self.check_what_is_told()


if __name__ == "__main__":
    unittest.main()
