# SPDX-License-Identifier: LGPL-2.1-or-later
"""Records that are damaged, foreign or laid there by somebody else."""

import os
import re
import shutil
import unittest

from deadline import wait_for
from lvmpolld import read_file
from protocol import lvid, volume
from recovery_test import RecoveryTest, checksum, pvmove_record, record_name


class DamageTest(RecoveryTest):
    """Records that cannot be believed: set aside with a message, and the others go on."""

    def assert_set_aside(self, name, text, message):
        good = pvmove_record(self.hang)
        self.put_record(record_name(lvid(self.hang)), good)
        self.put_record(name, text)
        self.start()
        self.wait_starts_of(self.hang, 1)
        self.assertEqual(self.set_aside(), [name])
        self.assertEqual(list(self.records()), [record_name(lvid(self.hang))])
        log = [line for line in self.daemon.log().splitlines() if "set aside" in line]
        self.assertEqual(len(log), 1, self.daemon.log())
        self.assertIn(os.path.join(self.state, name), log[0])
        self.assertIn(self.state + ".damaged", log[0])
        self.assertIn("error", log[0])
        self.assertRegex(log[0], message)
        self.assertEqual(len(self.daemon.starts()), 1)

    def assert_field_set_aside(self, message, **changes):
        self.assert_set_aside(record_name(lvid("other")), pvmove_record("other", **changes),
                              message)

    def test_cut_off_at_any_length(self):
        whole = pvmove_record("other")
        for length in sorted({0, 1, 20, len(whole) // 2, len(whole) - 32, len(whole) - 1}):
            with self.subTest(length):
                self.setUp()
                self.assert_set_aside(record_name(lvid("other")), whole[:length],
                                      "cut off|checksum")

    def test_a_byte_that_was_changed(self):
        text = pvmove_record("other").replace("pvmove", "pvmovf")
        self.assert_set_aside(record_name(lvid("other")), text, "checksum is wrong")

    def test_no_text_at_all(self):
        self.assert_set_aside(record_name(lvid("other")), os.urandom(500), "checksum is wrong")

    def test_syntax(self):
        text = 'version = { "\n'
        text += 'checksum = "%016x"\n' % checksum(text.encode())
        self.assert_set_aside(record_name(lvid("other")), text, "syntax")

    def test_other_version(self):
        self.assert_field_set_aside("version is 2, and 1 is understood", version=2)

    def test_field_that_is_missing(self):
        for field in ("operation", "lvid", "vgname", "lvname", "interval"):
            with self.subTest(field):
                self.setUp()
                self.assert_field_set_aside("a field is missing", **{field: None})

    def test_field_that_makes_no_sense(self):
        for field, value, message in (
                ("lvid", "short", "lvid"), ("vgname", "-v/g", "vgname"),
                ("lvname", "../lv", "lvname"), ("sysdir", "not/absolute", "sysdir"),
                ("devicesfile", "../file", "devicesfile"), ("interval", "soon", "missing"),
                ("lvm_command", "dancing", "lvm command"), ("lvm_command", "running", "command")):
            with self.subTest(field=field, value=value):
                self.setUp()
                self.assert_field_set_aside(message, **{field: value})

    def test_process_that_is_everybodys_parent(self):
        self.assert_field_set_aside("lvm command", lvm_command="running", lvm_command_pid=1,
                                    lvm_command_start=1)

    def test_abort_of_what_cannot_be_aborted(self):
        self.assert_set_aside(
            record_name(lvid("other"), store="abort"),
            pvmove_record("other", operation="convert", abort=1), "convert cannot be aborted")

    def test_another_ones_name(self):
        self.assert_set_aside("poll-of-somebody", pvmove_record("other"),
                              "should be called " + re.escape(record_name(lvid("other"))))

    def test_very_large_file(self):
        self.assert_set_aside(record_name(lvid("other")), b"x" * (1 << 20),
                              "no file of a record's size")

    def test_symbolic_link(self):
        precious = os.path.join(self.temporary_directory(), "precious")
        with open(precious, "w") as file:
            file.write(pvmove_record("other"))
        os.mkdir(self.state, 0o700)
        name = record_name(lvid("other"))
        os.symlink(precious, os.path.join(self.state, name))
        self.start()
        self.assertEqual(self.set_aside(), [name])
        self.assertEqual(self.daemon.starts(), [])
        self.assertEqual(read_file(precious), pvmove_record("other"))

    def test_directory_and_pipe(self):
        os.mkdir(self.state, 0o700)
        os.mkdir(os.path.join(self.state, "directory"))
        os.mkfifo(os.path.join(self.state, "pipe"))
        self.start()
        self.assertEqual(self.set_aside(), ["directory", "pipe"])

    def test_half_written_one_is_forgotten(self):
        self.put_record(".new", pvmove_record("other")[:30])
        self.start()
        self.assertEqual(self.daemon.record_files(), [])
        self.assertEqual(self.set_aside(), [])

    def test_link_in_place_of_one_that_is_written_is_not_followed(self):
        precious = os.path.join(self.temporary_directory(), "precious")
        with open(precious, "w") as file:
            file.write("precious")
        self.start()
        os.symlink(precious, os.path.join(self.state, ".new"))
        self.client.ask("pvmove", **volume(self.hang))
        wait_for(lambda: self.records(), "the record")
        self.assertEqual(read_file(precious), "precious")


class DirectoryTest(RecoveryTest):
    """The state directory: nobody else may have laid records into it."""

    def assert_goes_without(self, message):
        self.start()
        self.wait_log("operations will not survive a crash of the daemon: %s: %s"
                      % (self.state, message))
        self.assert_ok(self.client.ask("pvmove", **volume("good")))
        self.assert_finished(self.client.result(lvid("good")), "retcode", 0)
        self.assertEqual(self.starts_of(self.hang), [])

    def test_writable_by_others(self):
        for mode in (0o720, 0o702, 0o777):
            with self.subTest(oct(mode)):
                self.setUp()
                self.put_record(record_name(lvid(self.hang)), pvmove_record(self.hang))
                os.chmod(self.state, mode)
                self.assert_goes_without("the state directory must belong to user")
                # What lies there is not believed, and no success either.
                self.assert_reply(self.client.progress(lvid(self.hang)), response="failed",
                                  reason="polling of lvm command failed")

    @unittest.skipIf(os.geteuid() != 0, "only root can give a directory away")
    def test_of_another_user(self):
        self.put_record(record_name(lvid(self.hang)), pvmove_record(self.hang))
        os.chown(self.state, 12345, -1)
        self.assert_goes_without("the state directory must belong to user")

    def test_symbolic_link(self):
        elsewhere = self.temporary_directory()
        with open(os.path.join(elsewhere, record_name(lvid(self.hang))), "w") as file:
            file.write(pvmove_record(self.hang))
        os.symlink(elsewhere, self.state)
        self.assert_goes_without("cannot open the state directory")

    def test_file(self):
        with open(self.state, "w"):
            pass
        self.assert_goes_without("cannot open the state directory")

    def test_one_that_is_removed_is_made_anew_with_all_records(self):
        self.start()
        for number in range(2):
            self.assert_ok(self.client.ask("pvmove", **volume(self.hang, number)))
        shutil.rmtree(self.state)
        self.assert_ok(self.client.ask("pvmove", **volume(self.hang, 2)))
        self.wait_log("the records of all operations in flight are written again")
        self.assertEqual(sorted(self.records()),
                         sorted(record_name(lvid(number)) for number in range(3)))
        self.kill_and_start()
        wait_for(lambda: len(self.client.dump()["poll"]) == 3, "three operations")

    def test_one_that_cannot_be_made_is_made_later(self):
        os.mknod(self.state)
        self.start()
        self.assert_ok(self.client.ask("pvmove", **volume(self.hang)))
        os.unlink(self.state)
        self.wait_log("the records of all operations in flight are written again")
        self.assertEqual(list(self.records()), [record_name(lvid(self.hang))])

    def test_folder_that_is_missing(self):
        configuration = os.path.join(self.daemon.directory, "lvmpolld.yaml")
        self.state = os.path.join(self.daemon.directory, "missing", "state")
        with open(configuration, "w") as file:
            file.write("daemon: {state_directory: %s}\n" % self.state)
        self.start("-c", configuration)
        self.wait_log("cannot make the state directory")
        self.assert_ok(self.client.ask("pvmove", **volume("good")))


if __name__ == "__main__":
    unittest.main()
