# SPDX-License-Identifier: LGPL-2.1-or-later
"""Recorded operations whose plugin is missing: they wait, and start no daemon."""

import os
import unittest

from clock_standin import Clock
from protocol import lvid
from recovery_test import RecoveryTest, pvmove_record, record_name
from upgrade_test import upgrade

WITHOUT = "plugins: {enabled: [convert]}\n"
WITH = "plugins: {enabled: [convert, pvmove]}\n"


class MissingPluginTest(RecoveryTest):
    def setUp(self):
        super().setUp()
        self.name = record_name(lvid(self.hang))
        self.aside = self.state + ".no_plugin"
        self.configuration = os.path.join(self.daemon.directory, "lvmpolld.yaml")

    def configure(self, text):
        with open(self.configuration, "w") as file:
            file.write(text)

    def start_configured(self, text, *arguments, **options):
        self.configure(text)
        self.start("-c", self.configuration, *arguments, **options)

    def start_without(self, *arguments, **options):
        """Starts a daemon without the plugin for what is recorded."""
        self.put_record(self.name, pvmove_record(self.hang))
        self.start_configured(WITHOUT, *arguments, **options)

    def waiting(self):
        """The records that wait for their plugins."""
        return sorted(os.listdir(self.aside)) if os.path.exists(self.aside) else []

    def test_record_is_kept_aside_with_the_reason(self):
        self.start_without()
        self.assertEqual(self.waiting(), [self.name])
        self.assertEqual(self.daemon.record_files(), [], "the path unit would start daemons for it")
        self.assertEqual(self.set_aside(), [])
        self.assertIn("vg/%s was in flight and is left alone: no plugin for the operation pvmove "
                      "is loaded (plugin pvmove is not loaded: disabled by plugins.enabled in the "
                      "configuration); its record is kept in %s until a daemon starts that has "
                      "the plugin"
                      % (self.hang, self.aside), self.daemon.log())
        self.assertEqual(self.daemon.starts(), [])

    def test_record_of_a_plugin_that_nobody_knows(self):
        self.put_record(self.name, pvmove_record(self.hang, operation="unheard_of"))
        self.start()
        self.assertEqual(self.waiting(), [self.name])
        self.assertIn("no plugin for the operation unheard_of is loaded; its record is kept",
                      self.daemon.log())

    def test_idle_daemon_ends(self):
        clock = Clock(self.daemon.directory)
        clock.stop()  # until there is a client, lest it be idle before
        self.start_without("-t", "1", environment=clock.environment_of(self.daemon))
        clock.go_on()
        self.client.close()
        self.assertEqual(self.daemon.wait_end(), 0)
        self.assertEqual(self.waiting(), [self.name])

    def test_next_daemon_with_the_plugin_goes_on(self):
        self.start_without()
        self.assertEqual(self.daemon.stop(), 0)
        self.start_configured(WITHOUT)
        self.assertEqual(self.waiting(), [self.name])
        self.assertEqual(self.daemon.stop(), 0)
        self.start_configured(WITH)
        self.wait_starts_of(self.hang, 1)
        self.assertEqual(list(self.records()), [self.name])
        self.assertFalse(os.path.exists(self.aside))

    def test_upgrade_to_a_program_with_the_plugin_goes_on(self):
        self.start_without()
        self.configure(WITH)
        upgrade(self.daemon)
        self.wait_starts_of(self.hang, 1)
        self.assertEqual(list(self.records()), [self.name])
        self.assertFalse(os.path.exists(self.aside))

    def test_abort_and_its_move_wait_together(self):
        """The move goes on only if its abort fails."""
        names = [record_name(lvid(self.hang), store="abort"), self.name]
        self.put_record(names[0], pvmove_record(self.hang, lvname=self.until, abort=1))
        self.put_record(names[1], pvmove_record(self.hang, displaced=1))
        self.start_configured(WITHOUT)
        self.assertEqual(self.waiting(), names)
        self.assertEqual(self.daemon.stop(), 0)
        self.start_configured(WITH)
        self.wait_starts_of(self.until, 1)
        self.assertEqual(self.starts_of(self.hang), [])
        self.daemon.release(self.until)
        self.wait_no_records()
        self.assertEqual(self.starts_of(self.hang), [])

    def test_newer_record_counts(self):
        os.mkdir(self.aside, 0o700)
        with open(os.path.join(self.aside, self.name), "w") as file:
            file.write(pvmove_record(self.hang, lvname="old"))
        self.put_record(self.name, pvmove_record(self.hang))
        self.start()
        self.wait_starts_of(self.hang, 1)
        self.assertEqual(self.starts_of("old"), [])
        self.assertEqual(self.waiting(), [])

    def test_damaged_one_is_set_aside_as_such(self):
        os.mkdir(self.aside, 0o700)
        with open(os.path.join(self.aside, self.name), "w") as file:
            file.write(pvmove_record(self.hang)[:-30])
        self.start()
        self.assertEqual(self.waiting(), [])
        self.assertEqual(self.set_aside(), [self.name])

    def test_others_go_on(self):
        other = record_name(lvid(self.until))
        self.put_record(other, pvmove_record(self.until, operation="convert"))
        self.start_without()
        self.wait_starts_of(self.until, 1)
        self.assertEqual(list(self.records()), [other])
        self.assertEqual(self.waiting(), [self.name])

    def test_folder_that_cannot_be_made(self):
        """The record stays where it is then."""
        with open(self.aside, "w"):
            pass
        self.start_without()
        self.assertEqual(list(self.records()), [self.name])
        self.assertIn("its record stays in %s and cannot be set aside" % self.state,
                      self.daemon.log())


if __name__ == "__main__":
    unittest.main()
