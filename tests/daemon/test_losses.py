# SPDX-License-Identifier: LGPL-2.1-or-later
"""That a step would lose data is never forgotten: neither by looks, nor with a record, nor with a daemon."""

import os
import signal

from deadline import wait_for
from kernel_standin import mirror
from kernel_test import KernelTest, REGIONS, SEGMENT_SECTORS, segments
from lvmpolld import is_running
from recovery_test import record_name
from upgrade_test import upgrade

FAILED = {"response": "failed", "reason": "polling of lvm command failed"}
SYSTEM_DIRS = (None, "/etc/lvm", "/etc/other")


class LossCase(KernelTest):
    """A copy has failed, and in the end the kernel no longer shows it."""

    resume = "always"
    more = ""
    lvname = "move"

    def start_with_patience(self, seconds):
        KernelTest.start(self, "limits: {patience: %d}" % seconds)

    def start(self):
        """Starts the daemon, or the next one after it."""
        if not hasattr(self, "daemon"):
            return super().start("daemon: {resume: %s%s}" % (self.resume, self.more))
        self.start_again()
        self.client.hello()  # it answers when it has read all records
        return self.daemon

    def place(self, *names):
        return os.path.join(self.daemon.directory, *names)

    def notes(self):
        folder = self.place("lvmpolld.state.given_up")
        return os.listdir(folder) if os.path.isdir(folder) else []

    def block_notes(self):
        """A file is where the folder of the notes should be."""
        os.mknod(self.place("lvmpolld.state.given_up"))

    def unblock_notes(self):
        os.unlink(self.place("lvmpolld.state.given_up"))

    def lose(self, device):
        """A copy fails, and that is seen; then all is in sync."""
        identity = self.start_watching(self.lvname)
        device.change(targets=[mirror(0, SEGMENT_SECTORS, 50, REGIONS, "AS")])
        self.assert_reply(self.client.result(identity), **FAILED)
        device.change(targets=segments(1, 0, REGIONS), event=True)
        return identity

    def assert_refused(self):
        """Nobody gets it, whatever system directory he has."""
        for system_dir in SYSTEM_DIRS:
            parameters = {"sysdir": system_dir} if system_dir else {}
            identity = self.request(self.lvname, **parameters)
            self.assert_reply(self.client.result(identity, **parameters), **FAILED)
        self.assertEqual(self.daemon.starts(), [])

    def abort(self):
        self.request(self.lvname, abort=1)
        self.assert_finished(self.client.result(self.identity, abort=1), "retcode", 0)

    def lose_one(self, is_noted=True):
        self.device = self.add_move(self.lvname)
        # Where it has an idle time, that may be over before there is a client.
        self.clock.stop()
        self.start()
        self.client.hello()
        self.clock.go_on()
        if not is_noted:
            self.block_notes()
        self.identity = self.lose(self.device)

    def check_after(self, end):
        self.lose_one()
        end()
        self.start()
        self.assert_refused()
        self.abort()
        self.assertEqual(self.notes(), [])

    def stop(self):
        self.assertEqual(self.daemon.stop(), 0)


class ResumedTests:
    """Whatever daemon.resume says."""

    def test_it_outlives_a_stop(self):
        self.check_after(self.stop)

    def test_it_outlives_a_crash(self):
        self.check_after(self.kill)

    def test_it_outlives_an_upgrade(self):
        self.lose_one()
        upgrade(self.daemon)
        self.client = self.connect(self.daemon)
        self.assert_refused()


class AlwaysResumedTest(ResumedTests, LossCase):
    resume = "always"


class ResumedAfterCrashTest(ResumedTests, LossCase):
    resume = "after_crash"


class NeverResumedTest(ResumedTests, LossCase):
    resume = "never"


class RememberedTest(LossCase):
    """More of it, with the usual configuration."""

    def test_an_lvpoll_that_waits_between_two_checks_is_ended_at_once(self):
        """It polls by itself, since the table has a line that nobody knows."""
        unknown = "%d %d unheard-of" % (SEGMENT_SECTORS, SEGMENT_SECTORS)
        device = self.add_device("move-idle",
                                 [mirror(0, SEGMENT_SECTORS, 50, REGIONS), unknown])
        self.start()
        identity = self.request("move-idle", interval="600")
        pid = self.wait_starts(1)[0][0]
        wait_for(lambda: self.entry(identity)["operation_state"] == "running", "the lvpoll")
        device.change(targets=[mirror(0, SEGMENT_SECTORS, 60, REGIONS, "AS"), unknown])
        self.assert_reply(self.client.result(identity), **FAILED)
        wait_for(lambda: not is_running(pid), "the end of the lvpoll")
        self.assertEqual(len(self.daemon.starts()), 1)

    def test_it_outlives_a_record_that_is_set_aside(self):
        """
        The daemon dies before it has removed the record, which is damaged: an lvpoll of it is looked for in the whole
        machine, by names that no other test gives.
        """
        self.lvname = "move-aside-%d" % os.getpid()
        self.lose_one()
        self.kill()
        name = record_name(self.identity)
        with open(self.place("lvmpolld.state", name), "w") as file:
            file.write("nonsense")
        self.start()
        self.assertEqual(self.daemon.record_names(".damaged"), [name])
        self.assert_refused()

    def test_it_is_remembered_where_it_cannot_be_noted(self):
        self.lose_one(is_noted=False)
        self.assertIn("this cannot be noted", self.daemon.log())
        self.assert_refused()
        upgrade(self.daemon)
        self.client = self.connect(self.daemon)
        self.assert_refused()
        self.unblock_notes()
        wait_for(lambda: len(self.notes()) == 1, "the note")
        self.kill()
        self.start()
        self.assert_refused()
        self.abort()
        self.assertEqual(self.notes(), [])

    def records(self):
        return self.daemon.record_names()

    def check_its_record_tells_it(self, end, resume="always", verify="never"):
        """No daemon could note it, and the next one does not see it: its copy is not looked at either."""
        self.resume, self.more = resume, "}\nplugins: {pvmove: {verify: %s}" % verify
        self.lose_one(is_noted=False)
        self.assertEqual(len(self.records()), 1)
        end()
        self.start()
        self.assert_refused()
        self.unblock_notes()
        wait_for(lambda: len(self.notes()) == 1, "the note")
        wait_for(lambda: self.records() == [], "the end of the record")
        self.kill()
        self.start()
        self.assert_refused()
        self.abort()
        self.assertEqual(self.notes(), [])

    def test_its_record_tells_it_after_a_crash(self):
        self.check_its_record_tells_it(self.kill)

    def test_its_record_tells_it_after_a_stop(self):
        self.check_its_record_tells_it(self.stop)

    def test_its_record_tells_it_where_it_is_left(self):
        for resume, end in (("never", self.kill), ("after_crash", self.stop)):
            with self.subTest(resume):
                self.setUp()
                if hasattr(self, "daemon"):
                    del self.daemon
                self.check_its_record_tells_it(end, resume)
                self.kill()

    def test_its_record_tells_it_in_mid_abort(self):
        self.lose_one(is_noted=False)
        self.fail_lvpolls("move", 5)
        self.request("move", abort=1)
        self.wait_starts(1)
        self.kill()
        self.fail_lvpolls("move", None)
        self.start()
        self.assert_finished(self.client.result(self.identity, abort=1), "retcode", 0)
        polls = [arguments for _, _, arguments in self.daemon.starts() if "--abort" not in arguments]
        self.assertEqual(polls, [])

    def test_an_abort_takes_its_record_away(self):
        self.lose_one(is_noted=False)
        self.assertEqual(len(self.records()), 1)
        self.abort()
        wait_for(lambda: self.records() == [], "the end of the record")

    def test_it_is_noted_at_the_latest_in_the_end(self):
        self.lose_one(is_noted=False)
        self.daemon.send_signal(signal.SIGSTOP)
        self.unblock_notes()
        self.daemon.send_signal(signal.SIGTERM)
        self.daemon.send_signal(signal.SIGCONT)
        self.assertEqual(self.daemon.wait_end(), 0)
        self.assertEqual(len(self.notes()), 1)

    def test_it_is_told_loudly_where_it_could_never_be_noted(self):
        self.lose_one(is_noted=False)
        self.stop()
        self.assertIn("its record alone tells it to later daemons", self.daemon.log())

    def test_no_daemon_ends_for_want_of_work_that_alone_knows_it(self):
        self.more = ", idle_timeout: 1"
        self.lose_one(is_noted=False)
        self.client.close()
        before = self.daemon.wake_ups()
        self.clock.pass_by(10)  # longer than it would be idle
        # It tries each second to write the note.
        wait_for(lambda: self.daemon.wake_ups() >= before + 3, "a daemon that looks at its timers")
        self.assertTrue(is_running(self.daemon.process.pid))
        self.unblock_notes()
        self.assertEqual(self.daemon.wait_end(), 0)
        self.assertEqual(len(self.notes()), 1)

    def test_it_outlives_an_upgrade_in_mid_abort(self):
        """The abort fails afterwards: the move must not go on, whatever the kernel shows by then."""
        self.device = self.add_move()
        self.start_with_patience(600)
        identity = self.start_watching()
        self.fail_lvpolls("move", 5)
        self.request("move", abort=1)
        wait_for(lambda: self.entry(identity)["operation_state"] == "yielding", "the abort")
        self.change_and_wait_look(self.device,
                                  targets=[mirror(0, SEGMENT_SECTORS, 50, REGIONS, "AS")])
        wait_for(lambda: len(self.notes()) == 1, "the note")
        self.device.change(targets=segments(1, 0, REGIONS), event=True)
        upgrade(self.daemon)
        self.client = self.connect(self.daemon)
        self.clock.skip(600, self.client)
        wait_for(lambda: "yielding" not in str(self.client.dump()["poll"].get(identity)),
                 "the failure of the abort")
        self.assertEqual([start for start in self.daemon.starts() if "--abort" not in start[2]],
                         [])
        identity = self.request("move")
        self.assert_reply(self.client.result(identity), **FAILED)
