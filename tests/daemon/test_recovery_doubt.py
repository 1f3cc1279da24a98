# SPDX-License-Identifier: LGPL-2.1-or-later
"""Records that cannot be used: nobody knows what was in flight, which is neither believed nor forgotten."""

import os
import signal
import stat
import unittest

import preload
from deadline import wait_for
from protocol import lvid, volume
from recovery_test import RecoveryTest, pvmove_record, record_name
from upgrade_test import upgrade

FAILED = {"response": "failed", "reason": "polling of lvm command failed"}


class DoubtTest(RecoveryTest):
    def setUp(self):
        super().setUp()
        self.name = record_name(lvid(self.until))

    def bad_read(self, **more):
        library = preload.build("bad_read", self.temporary_directory())
        return self.daemon.environment(
            **preload.variables(library, LVMPOLLD_BAD_READ=self.name, **more))

    def assert_in_doubt(self):
        """Whoever asks hears no success, also with another LVM_SYSTEM_DIR; what is another's is not in doubt."""
        for parameters in ({}, {"sysdir": "/etc/other"}):
            self.assert_reply(self.client.progress(lvid(self.until), **parameters), **FAILED)
        self.assert_reply(self.client.progress(lvid(self.until), abort=1), response="not_found")
        self.assert_reply(self.client.progress(lvid("another")), response="not_found")

    def assert_begun_anew_and_over(self):
        """A new request is accepted; lvm2 is asked at its end; then all is known."""
        self.assert_ok(self.client.ask("pvmove", **volume(self.until)))
        self.assert_reply(self.client.progress(lvid(self.until)), response="in_progress")
        self.wait_starts_of(self.until, 1)
        self.daemon.release(self.until)
        self.assert_finished(self.client.result(lvid(self.until)), "retcode", 0)
        self.assert_reply(self.client.progress(lvid(self.until)), response="not_found")
        self.assertEqual(self.set_aside(), [])


class DamagedTest(DoubtTest):
    def test_damaged_one(self):
        self.put_record(self.name, pvmove_record(self.until)[:100])
        self.start()
        self.assertEqual(self.set_aside(), [self.name])
        self.assert_in_doubt()
        self.kill_and_start()
        self.assert_in_doubt()
        upgrade(self.daemon)
        self.assert_in_doubt()
        self.assert_begun_anew_and_over()

    def test_one_of_another_version_of_the_daemon(self):
        self.put_record(self.name, pvmove_record(self.until, version=2))
        self.start()
        self.assert_in_doubt()
        self.assert_begun_anew_and_over()

    def test_abort(self):
        self.put_record(record_name(lvid(self.until), store="abort"), "damaged")
        self.start()
        self.assert_reply(self.client.progress(lvid(self.until), abort=1), **FAILED)
        self.assert_reply(self.client.progress(lvid(self.until)), response="not_found")

    def test_one_that_cannot_be_read(self):
        """It may pass: the record stays for the next start."""
        self.put_record(self.name, pvmove_record(self.until))
        self.start(environment=self.bad_read())
        self.wait_log("cannot be resumed now")
        self.assertEqual(list(self.records()), [self.name])
        self.assert_in_doubt()
        self.kill_and_start()
        self.assertEqual(self.wait_starts_of(self.until, 1), self.starts_of(self.until))
        self.assert_reply(self.client.progress(lvid(self.until)), response="in_progress")

    def test_one_without_its_plugin(self):
        self.put_record(self.name, pvmove_record(self.until, operation="nobody_knows"))
        self.start()
        self.wait_log("is kept in")
        self.assert_in_doubt()

    def test_lvpoll_of_which_the_record_told_is_ended_first(self):
        self.start()
        self.daemon.make_pipe(self.named("until-0-left"))
        name = self.named("until-0-left")
        self.assert_ok(self.client.ask("pvmove", **volume(name)))
        left, = self.wait_starts_of(name, 1)
        wait_for(lambda: self.records()[record_name(lvid(name))]["lvm_command"] == "running",
                 "its process id on record")
        self.kill()
        self.put_record(record_name(lvid(name)), "damaged")
        self.start()
        self.assert_reply(self.client.progress(lvid(name)), **FAILED)
        self.assert_ok(self.client.ask("pvmove", **volume(name)))
        self.wait_log("lvpoll[%d] of a previous daemon still runs" % left)
        self.wait_gone(left)
        self.wait_starts_of(name, 2)


class CrashTest(DoubtTest):
    """A record at which the daemon dies, or is killed, whenever it reads it."""

    def deaths(self):
        mode = stat.S_IMODE(os.stat(os.path.join(self.state, self.name)).st_mode)
        return bool(mode & stat.S_IXUSR) + 2 * bool(mode & stat.S_IXGRP)

    def die_reading(self):
        self.daemon.start("-l", "info", wait=False,
                          environment=self.bad_read(LVMPOLLD_BAD_READ_KILLS="1"))
        self.assertEqual(self.daemon.wait_end(), -signal.SIGKILL, self.daemon.log())

    def test_it_is_set_aside_after_three_times(self):
        self.put_record(self.name, pvmove_record(self.until))
        self.put_record(record_name(lvid(self.hang)), pvmove_record(self.hang))
        for deaths in (1, 2, 3):
            self.die_reading()
            self.assertEqual(self.deaths(), deaths)
        self.start(environment=self.bad_read(LVMPOLLD_BAD_READ_KILLS="1"))
        self.wait_log(os.path.join(self.state, self.name) + " is no record that can be used: "
                      "3 daemons in a row have died while they read it")
        self.assertEqual(self.set_aside(), [self.name])
        self.wait_starts_of(self.hang, 1)  # the others go on
        self.assert_in_doubt()
        self.assert_begun_anew_and_over()

    def test_good_one_that_was_read_counts_from_nothing(self):
        """Daemons that are killed at an unlucky moment do not add up over the years."""
        self.put_record(self.name, pvmove_record(self.until))
        for _ in range(3):
            for deaths in (1, 2):
                self.die_reading()
                self.assertEqual(self.deaths(), deaths)
            self.start()
            self.assertEqual(self.deaths(), 0)
            self.assertEqual(self.set_aside(), [])
            self.assert_reply(self.client.progress(lvid(self.until)), response="in_progress")
            self.kill()

    def test_one_that_is_put_back_is_tried_again(self):
        self.put_record(self.name, pvmove_record(self.until))
        for _ in range(3):
            self.die_reading()
        self.start()
        self.assertEqual(self.set_aside(), [self.name])
        self.kill()
        os.rename(os.path.join(self.state + ".damaged", self.name),
                  os.path.join(self.state, self.name))
        self.start()
        self.wait_starts_of(self.until, 1)


if __name__ == "__main__":
    unittest.main()
