# SPDX-License-Identifier: LGPL-2.1-or-later
"""Tests with plugins that are built for them."""

import os
import subprocess

from deadline import wait_for
from kernel_test import KernelTest
from lvmpolld import HERE

INCLUDE = os.path.join(os.path.dirname(os.path.dirname(HERE)), "include")


def raid(done, action, mismatches, total=1000):
    return ["0 %d raid raid1 2 AA %d/%d %s %d 0 -" % (total, done, total, action, mismatches)]


class OwnPluginTest(KernelTest):
    has_both_uuids = False

    def build(self, plugin, source=None):
        """Builds tests/daemon/PLUGIN.c, or SOURCE, into the folder that the daemon takes its plugins from."""
        self.folder = getattr(self, "folder", None) or self.temporary_directory()
        subprocess.run([os.environ.get("CC", "cc"), "-std=gnu11", "-fPIC", "-shared", "-fvisibility=hidden",
                        "-I", INCLUDE, "-o", os.path.join(self.folder, plugin + ".so"),
                        source or os.path.join(HERE, plugin + ".c")], check=True)

    def start_with(self, plugin, more="", others="", top=""):
        """
        Starts a daemon whose only plugin is tests/daemon/PLUGIN.c; MORE is in its section, OTHERS beside it, TOP beside
        the section of all plugins.
        """
        self.build(plugin)
        self.start("plugins: {directory: %s, %s: {%s}%s}\nlimits: {patience: 0}\nhistory: {path: %s}\n%s"
                   % (self.folder, plugin, more, others, os.path.join(self.folder, "history"), top))
        self.ended()  # before the history is read the numbers would not begin with 1

    def ended(self):
        """What ended, once the daemon has read its history."""
        def whole():
            reply = self.client.ask("list", ended=1)
            items = self.client.receive_items()
            return None if "history" in reply else (items,)
        return [item for item in wait_for(whole, "the history")[0] if item["item"] == "ended"]

    def wait_ended(self):
        return wait_for(self.ended, "its end")[-1]
