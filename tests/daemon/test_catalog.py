# SPDX-License-Identifier: LGPL-2.1-or-later
"""What journalctl -x tells about the daemon's lines."""

import os
import re
import shutil
import subprocess
import tempfile
import unittest

from ctl_test import SOURCE
from deadline import scaled
from lvmpolld import read_file

CATALOG = os.path.join(SOURCE, "etc", "lvmpolld.catalog")


def known_ids():
    """The numbers of the code, by their words."""
    header = read_file(os.path.join(SOURCE, "core", "log", "messages.h"))
    return dict(re.findall(r'X\((\w+),\s*"([0-9a-f]{32})"\)', header))


class CatalogTest(unittest.TestCase):
    def test_each_message_is_explained(self):
        entries = re.split(r"^-- ", read_file(CATALOG), flags=re.M)[1:]
        explained = [entry.split("\n", 1)[0] for entry in entries]
        self.assertGreater(len(explained), 4)
        self.assertEqual(sorted(explained), sorted(known_ids().values()))
        for entry in entries:
            head, body = entry.split("\n\n", 1)
            self.assertRegex(head, r"\nSubject: .*@LVM_VG@/@LVM_LV@")
            self.assertIn("\nDefined-By: lvmpolld", head)
            self.assertGreater(len(body), 80)
            fields = set(re.findall(r"@(\w+)@", entry))
            self.assertLessEqual(fields, {"LVM_VG", "LVM_LV", "LVM_LVID", "LVM_OPERATION", "LVM_RESULT"})

    @unittest.skipIf(shutil.which("journalctl") is None, "there is no journalctl")
    def test_journalctl_reads_it(self):
        root = tempfile.mkdtemp(prefix="lvmpolld-test-")
        self.addCleanup(shutil.rmtree, root)
        for folder in ("usr/lib/systemd/catalog", "var/lib/systemd/catalog"):
            os.makedirs(os.path.join(root, folder))
        shutil.copy(CATALOG, os.path.join(root, "usr/lib/systemd/catalog"))
        for arguments in (["--update-catalog"], ["--dump-catalog", known_ids()["AT_RISK"]]):
            answer = subprocess.run(["journalctl", "--root", root, *arguments], text=True,
                                    capture_output=True, timeout=scaled(60))
            self.assertEqual(answer.returncode, 0, answer.stderr)
        self.assertIn("Abort it", answer.stdout)


if __name__ == "__main__":
    unittest.main()
