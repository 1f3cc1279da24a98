# SPDX-License-Identifier: LGPL-2.1-or-later
"""A test with the page, a daemon, and a kernel of its own."""

import os

import browser
from kernel_test import KernelTest
from lvmpolld import STANDIN

# An lvm command that does for a move what the page asks for, and is the usual stand-in otherwise.
LVM = """#!/bin/sh
echo "$@" >>"{folder}/commands"
case "$1 $2" in
"vgchange --poll") exit 0 ;;
esac
exec "{standin}" "$@"
"""


class PageTest(KernelTest):
    def setUp(self):
        super().setUp()
        self.session = browser.session(self)

    def new_daemon(self, **options):
        daemon = super().new_daemon(**options)
        self.lvm = os.path.join(daemon.directory, "lvm")
        with open(self.lvm, "w") as file:
            file.write(LVM.format(folder=daemon.directory, standin=STANDIN))
        os.chmod(self.lvm, 0o755)
        if "path" not in options:
            daemon.standin = self.lvm
        self.session.show(daemon.directory)
        return daemon

    def open(self, session=None):
        self.page = browser.Page(self, session or self.session)
        return self.page

    def begin_failing(self):
        """A move whose lvpolls fail."""
        self.start("limits: {patience: 0}")
        self.add_move("move", in_sync=100)
        self.fail_lvpolls("move", 5)
        self.request("move")

    def commands(self):
        """What lvm was called with by the buttons."""
        with open(os.path.join(self.daemon.directory, "commands")) as file:
            return [line for line in file.read().splitlines() if not line.startswith(("lvpoll", "fullreport", "vgs"))]
