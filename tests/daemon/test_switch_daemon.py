# SPDX-License-Identifier: LGPL-2.1-or-later
"""Whether a package may be removed: what was given up, and is over, is no reason against it."""

import os
import shutil
import subprocess
import tempfile
import unittest

from ctl_test import SOURCE
from deadline import scaled
from kernel_test import dashed, identity_in
from lvmpolld import read_file

MOVE, OTHER = identity_in("vg", "move"), identity_in("vg", "other")


class CheckTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="lvmpolld-test-")
        self.addCleanup(shutil.rmtree, self.folder)
        text = read_file(os.path.join(SOURCE, "etc", "switch-daemon"))
        former = "state=/run/lvm/lvmpolld.state\n"
        self.assertIn(former, text)
        self.write("switch-daemon", text.replace(former, "state=%s/state\n" % self.folder))
        self.write("vgs", "#!/bin/sh\necho '  %s'\n" % dashed(MOVE[:32]))
        os.mkdir(os.path.join(self.folder, "state.given_up"))

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path, "w") as file:
            file.write(text)
        os.chmod(path, 0o755)

    def note(self, name):
        self.write(os.path.join("state.given_up", name), "")

    def set_volumes(self, *identities, status=0):
        rows = ["echo '  %s %s'" % (dashed(each[:32]), dashed(each[32:])) for each in identities]
        self.write("lvs", "\n".join(["#!/bin/sh", *rows, "exit %d" % status, ""]))

    def check(self):
        return subprocess.run(
            [os.path.join(self.folder, "switch-daemon"), "check"], stdin=subprocess.DEVNULL, capture_output=True, text=True,
            env={"PATH": "%s:%s" % (self.folder, os.environ["PATH"])}, timeout=scaled(20))

    def assert_allowed(self):
        checked = self.check()
        self.assertEqual((checked.returncode, checked.stderr), (0, ""))

    def assert_refused(self):
        checked = self.check()
        self.assertEqual(checked.returncode, 1)
        self.assertIn("an operation was given up", checked.stderr)

    def test_nothing_was_given_up(self):
        self.set_volumes(MOVE)
        self.assert_allowed()
        os.rmdir(os.path.join(self.folder, "state.given_up"))
        self.assert_allowed()

    def test_what_lvm2_still_has(self):
        self.note("poll-%s-0123456789abcdef" % MOVE)
        self.set_volumes(OTHER, MOVE)
        self.assert_refused()

    def test_what_lvm2_has_no_more(self):
        self.note("poll-%s-0123456789abcdef" % MOVE)
        self.set_volumes(OTHER)
        self.assert_allowed()
        self.note("poll-%s-0123456789abcdef" % OTHER)
        self.assert_refused()

    def test_a_group_that_is_not_seen_as_a_whole(self):
        self.note("poll-%s-0123456789abcdef" % MOVE)
        self.set_volumes(OTHER)
        self.write("vgs", "#!/bin/sh\n")
        self.assert_refused()

    def test_lvm2_gives_no_answer(self):
        self.note("poll-%s-0123456789abcdef" % MOVE)
        self.set_volumes(OTHER, status=5)
        self.assert_refused()

    def test_a_note_that_cannot_be_understood(self):
        self.note("poll")
        self.set_volumes(OTHER)
        self.assert_refused()


if __name__ == "__main__":
    unittest.main()
