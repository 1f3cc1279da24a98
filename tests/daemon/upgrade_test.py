# SPDX-License-Identifier: LGPL-2.1-or-later
"""Upgrading a daemon in place, and what a test needs to see that nothing was lost."""

import os
import shutil
import signal
import time

from deadline import wait_for
from lvmpolld import Daemon, DaemonTest, program_path, starter_of

TAKEN_OVER = "has taken over"
REFUSED = "no upgrade: "
# What is said, among others, of a rehearsal that takes longer than so many seconds, as it may on a busy machine.
NO_REHEARSAL = REFUSED + "the new program cannot take over"
REHEARSAL_TIMEOUT_S = 20


def count_in_log(daemon, words):
    return daemon.log().count(words)


def upgrade(daemon):
    """Upgrades it; returns when the new program serves. It is asked again where alone the time was too short."""
    before = count_in_log(daemon, TAKEN_OVER)
    refused = count_in_log(daemon, REFUSED)
    asked_s = time.monotonic()
    daemon.send_signal(signal.SIGUSR2)

    def taken_over():
        nonlocal refused, asked_s
        if daemon.process.poll() is not None:
            raise AssertionError("the daemon ended with status %d instead of going on:\n%s"
                                 % (daemon.process.returncode, daemon.log()))
        if count_in_log(daemon, REFUSED) > refused:
            if NO_REHEARSAL not in last_refusal(daemon) or time.monotonic() - asked_s < REHEARSAL_TIMEOUT_S:
                raise AssertionError("the daemon refuses the upgrade:\n" + daemon.log())
            refused += 1
            asked_s = time.monotonic()
            daemon.send_signal(signal.SIGUSR2)
        return count_in_log(daemon, TAKEN_OVER) > before
    wait_for(taken_over, "the new program")


def last_refusal(daemon):
    return [line for line in daemon.log().splitlines() if REFUSED in line][-1]


def upgrade_in_vain(daemon):
    """Asks for an upgrade that must be refused; returns the line of the log that says so."""
    before = count_in_log(daemon, REFUSED)
    daemon.send_signal(signal.SIGUSR2)
    wait_for(lambda: count_in_log(daemon, REFUSED) > before, "the refusal")
    return last_refusal(daemon)


def open_descriptors(daemon):
    return len(os.listdir("/proc/%d/fd" % daemon.pid))


def copy_daemon(folder):
    """A copy of the daemon that a test may replace, with its plugins; returns its path."""
    path = os.path.realpath(program_path())
    tree = os.path.dirname(os.path.dirname(path))
    os.mkdir(os.path.join(folder, "core"))
    copy = os.path.join(folder, "core", "lvmpolld")
    shutil.copy(path, copy)
    if os.path.exists(os.path.join(tree, "config.status")):
        # It takes the folder for the tree that it was built in.
        os.mknod(os.path.join(folder, "config.status"))
        shutil.copytree(os.path.join(tree, "plugins"), os.path.join(folder, "plugins"))
    return copy


class UpgradeTest(DaemonTest):
    """A test with a daemon that it may replace."""

    def new_copied_daemon(self):
        """A daemon of a copy, which is in the file daemon.program."""
        folder = self.temporary_directory()
        program = copy_daemon(folder)
        daemon = Daemon(path=starter_of(program, folder))
        daemon.program = program
        self.addCleanup(daemon.discard)
        return daemon

    def write_configuration(self, daemon, text):
        path = os.path.join(daemon.directory, "lvmpolld.yaml")
        with open(path, "w") as file:
            file.write(text)
        return path

    def assert_status(self, daemon, client, identity, status, **parameters):
        self.assert_finished(client.result(identity, **parameters), "retcode", status)

    def assert_no_zombie(self, daemon):
        """Whatever has ended is reaped."""
        wait_for(lambda: not daemon.children(), "the end of all children")
