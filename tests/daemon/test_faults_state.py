# SPDX-License-Identifier: LGPL-2.1-or-later
"""A state directory that is full or read-only: operations go on, and are recorded later."""

import os
import shutil
import signal
import subprocess
import unittest

from deadline import wait_for
from lvmpolld import DaemonTest, ours_only, records_in
from protocol import lvid, volume

SIZE = "64k"


def own_namespace():
    """The command that gives a process mounts of its own; a user needs to be root in there."""
    root = [] if os.geteuid() == 0 else ["--map-root-user"]
    return ["unshare", "--mount", *root]


@ours_only("it keeps no record")
class StateTest(DaemonTest):
    """A daemon whose state directory is a small file system of its own."""

    def setUp(self):
        if not shutil.which("unshare") or subprocess.run(
                [*own_namespace(), "mount", "-t", "tmpfs", "tmpfs", "/mnt"],
                capture_output=True).returncode != 0:
            self.skipTest("no file system can be mounted here")
        self.daemon = self.new_daemon()
        self.state = self.daemon.socket.replace(".socket", ".state")
        os.mkdir(self.state, 0o700)
        script = 'mount -t tmpfs -o mode=0700,size=%s tmpfs "$0" && exec "$@"' % SIZE
        self.daemon.start(command=[*own_namespace(), "sh", "-c", script, self.state,
                                   *self.daemon.command("-l", "info")])
        self.client = self.connect(self.daemon)

    def path(self, *names):
        """A path within the daemon's mounts."""
        return os.path.join("/proc/%d/root" % self.daemon.pid, self.state.lstrip("/"), *names)

    def records(self):
        return records_in(self.path())

    def remount(self, how):
        user = [] if os.geteuid() == 0 else ["--user", "--preserve-credentials"]
        # Its root, too: in a chroot the daemon's mounts are not below the root of their namespace.
        subprocess.run(["nsenter", "--target", str(self.daemon.pid), *user, "--mount", "--root",
                        "mount", "-o", "remount,bind," + how, self.state], check=True)

    def fill(self):
        with open(self.path(".filler"), "wb", buffering=0) as file:
            with self.assertRaises(OSError):
                while True:
                    file.write(bytes(4096))

    def begin(self, lvname="until"):
        self.daemon.make_pipe(lvname)
        self.assert_ok(self.client.ask("pvmove", **volume(lvname)))
        self.daemon.wait_start(lvname)

    def assert_ends_well(self, lvname="until"):
        self.daemon.release(lvname)
        self.assert_finished(self.client.result(lvid(lvname)), "retcode", 0)

    def wait_log(self, text):
        wait_for(lambda: text in self.daemon.log(), "%r in the log" % text)

    def test_full_one_is_written_when_there_is_room(self):
        self.fill()
        self.begin()
        self.wait_log("cannot write the record")
        self.assertEqual(self.records(), [])
        os.unlink(self.path(".filler"))
        self.wait_log("are written again")
        self.assertEqual(len(self.records()), 1)
        self.assert_ends_well()
        wait_for(lambda: not self.records(), "the record to go")

    def test_full_run_keeps_no_daemon_from_its_start(self):
        """The pid file cannot be written then: its lock is enough."""
        second = self.new_daemon()
        script = ('mount -t tmpfs -o mode=0700,size=4k tmpfs "$0" && : >"$0/pid" && '
                  'dd if=/dev/zero of="$0/filler" bs=4096 count=8 2>/dev/null; exec "$@"')
        folder = os.path.join(second.directory, "run")
        os.mkdir(folder)
        second.start(command=[*own_namespace(), "sh", "-c", script, folder,
                              *second.command("-p", os.path.join(folder, "pid"))])
        wait_for(lambda: "without its id" in second.log(), "the warning")
        self.assertEqual(self.connect(second).hello()["response"], "OK")

    def test_full_one_keeps_nothing_from_its_end(self):
        self.fill()
        self.begin()
        self.assert_ends_well()
        self.begin("until-0-again")
        self.assert_ends_well("until-0-again")

    def test_full_one_keeps_the_records_that_are_there(self):
        self.begin()
        self.assertEqual(len(self.records()), 1)
        self.fill()
        self.begin("until-0-second")
        self.assert_ends_well("until-0-second")
        self.assertEqual(len(self.records()), 1)
        self.assert_ends_well()
        wait_for(lambda: not self.records(), "the record to go")

    def test_read_only_one_is_written_when_it_can_be(self):
        self.remount("ro")
        self.begin()
        self.wait_log("cannot write the record")
        self.remount("rw")
        self.wait_log("are written again")
        self.assertEqual(len(self.records()), 1)
        self.assert_ends_well()

    def test_read_only_one_keeps_nobody_from_ending(self):
        self.begin()
        self.remount("ro")
        self.assert_ends_well()
        self.assertEqual(self.daemon.stop(signal.SIGTERM), 0)


if __name__ == "__main__":
    unittest.main()
