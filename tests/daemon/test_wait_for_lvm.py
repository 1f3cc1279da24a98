# SPDX-License-Identifier: LGPL-2.1-or-later
"""In a shutdown what the daemon has left is waited for."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import unittest

from ctl_test import SOURCE
from deadline import scaled
from lvmpolld import wait_for

SCRIPT = os.path.join(SOURCE, "etc", "wait-for-lvm")
# Of a group that no other test has: their daemons see the processes of this one, by the name of lvm, too.
VOLUME = "vg-%d/pvmove0" % os.getpid()
# No process has such a number: an lvpoll gets a signal.
LVPOLL = ("lvm", "lvpoll", "--polloperation", "pvmove", VOLUME)
OURS, OTHERS = "0::/system.slice/lvm2-lvmpolld.service\n", "0::/user.slice\n"


class WaitForLvmTest(unittest.TestCase):
    """With processes that are files of the test."""

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="lvmpolld-test-")
        self.addCleanup(shutil.rmtree, self.folder)
        self.manager_has_job("1234")
        self.process("self", "sh", OURS, "sh")

    def path(self, *names):
        return os.path.join(self.folder, *names)

    def manager_has_job(self, state):
        with open(self.path("systemctl"), "w") as file:
            file.write("#!/bin/sh\ncase $* in *--property=Job*shutdown.target) echo %s ;; esac\n" % state)
        os.chmod(self.path("systemctl"), 0o755)

    def process(self, pid, comm, cgroup, *words):
        os.makedirs(self.path("proc", str(pid)))
        for name, text in (("comm", comm + "\n"), ("cgroup", cgroup), ("cmdline", "".join(word + "\0" for word in words))):
            with open(self.path("proc", str(pid), name), "w") as file:
                file.write(text)

    def start(self, patience_s=1000, **environment):
        script = subprocess.Popen(
            [SCRIPT, str(patience_s), self.path("proc")], stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
            env={"PATH": "%s:%s" % (self.folder, os.environ["PATH"]), **environment})
        self.addCleanup(script.stderr.close)
        self.addCleanup(script.wait)
        self.addCleanup(script.kill)
        return script

    def assert_returns(self, **environment):
        script = self.start(**environment)
        self.assertEqual(script.communicate(timeout=scaled(60))[1], "")
        self.assertEqual(script.returncode, 0)

    def assert_waits(self, pid, script):
        """Until that process is gone."""
        self.assertIn("%d (" % pid, script.stderr.readline())
        self.assertIsNone(script.poll())
        shutil.rmtree(self.path("proc", str(pid)))
        self.assertEqual(script.wait(scaled(60)), 0)

    def test_an_lvpoll_that_writes(self):
        self.process(99999901, "lvm.of.the.configuration", OURS, *LVPOLL)
        self.assert_waits(99999901, self.start())

    def test_an_lvpoll_wherever_it_is(self):
        """OpenRC runs the script beside the service."""
        self.manager_has_job("")
        self.process(99999901, "lvm", OTHERS, *LVPOLL)
        self.assert_waits(99999901, self.start(RC_GOINGDOWN="YES"))

    def test_a_command_of_a_plugin(self):
        self.process(99999901, "lvm", OURS, "lvm", "lvconvert", "--uncache", "vg/slow")
        self.assert_waits(99999901, self.start())

    def test_what_is_nothing_of_the_daemons(self):
        self.process(99999901, "lvm", OTHERS, "lvm", "lvs")
        self.process(99999902, "dmeventd", OURS, "dmeventd")
        self.process(99999903, "lvm", OURS)  # it has ended, and nobody has asked for its status yet
        self.assert_returns()

    def test_no_shutdown(self):
        for job in ("", "0"):
            with self.subTest(job):
                self.manager_has_job(job)
                self.process(99999901, "lvm", OURS, *LVPOLL)
                self.assert_returns()
                shutil.rmtree(self.path("proc", "99999901"))

    def test_a_shutdown_that_is_called_off(self):
        self.process(99999901, "lvm", OURS, *LVPOLL)
        script = self.start()
        self.assertIn("99999901 (", script.stderr.readline())
        self.manager_has_job("")
        self.assertEqual(script.wait(scaled(60)), 0)

    def start_lvpoll(self, program="pass"):
        """A process with the arguments of an lvpoll, which runs this and sleeps, and whose signals its pipe tells."""
        with open(self.path("lvpoll"), "w") as file:
            file.write("import signal, time\n%s\nprint('there', flush=True)\ntime.sleep(1000)\n" % program)
        lvpoll = subprocess.Popen(LVPOLL, executable=sys.executable, cwd=self.folder, stdout=subprocess.PIPE, text=True)
        self.addCleanup(lvpoll.stdout.close)
        self.addCleanup(lvpoll.wait)
        self.addCleanup(lvpoll.kill)
        self.assertEqual(lvpoll.stdout.readline(), "there\n")
        os.symlink("/proc/%d" % lvpoll.pid, self.path("proc", str(lvpoll.pid)))
        return lvpoll

    def test_an_lvpoll_gets_the_signal_once(self):
        """It may be writing, and is waited for."""
        lvpoll = self.start_lvpoll("signal.signal(signal.SIGTERM, lambda *_: print('asked', flush=True))")
        self.assertEqual(self.start(patience_s=2).wait(scaled(60)), 1)
        self.assertEqual(lvpoll.stdout.readline(), "asked\n")
        lvpoll.kill()
        self.assertEqual(lvpoll.stdout.read(), "")

    def test_what_only_has_the_words_of_an_lvpoll(self):
        words = ' '.join(LVPOLL)
        for number, other in enumerate((("sh", "-c", "pgrep -f '%s '" % words), ("grep", *LVPOLL), ("lvm", "lvs", words),
                                        ("vi", "lvpoll", "--polloperation"), ("lvm", "lvpoll", "--help"))):
            self.process(99999901 + number, other[0], OTHERS, *other)
        self.assert_returns()

    def test_an_lvpoll_of_a_container(self):
        """It has a number in there, too."""
        self.process(99999901, "lvm", OTHERS, *LVPOLL)
        with open(self.path("proc", "99999901", "status"), "w") as file:
            file.write("Name:\tlvm\nNSpid:\t99999901\t17\n")
        self.assert_returns()

    def test_an_lvpoll_by_whatever_program(self):
        for number, program in enumerate((("lvm.static",), ("/sbin/lvm",), ("/bin/sh", "/opt/lvm-2.03/lvm"))):
            self.process(99999901 + number, "any", OTHERS, *program, *LVPOLL[1:])
        said = self.start(patience_s=1).communicate(timeout=scaled(60))[1]
        for number in range(3):
            self.assertIn("%d (" % (99999901 + number), said)

    def test_an_lvpoll_gets_the_signal_that_it_ends_by(self):
        """A daemon that was killed has sent none."""
        lvpoll = self.start_lvpoll()
        reaper = threading.Thread(target=lvpoll.wait)
        reaper.start()
        script = self.start()
        self.assertEqual(script.wait(scaled(60)), 0)
        reaper.join()
        self.assertEqual(lvpoll.returncode, -signal.SIGTERM)

    def test_one_that_does_not_end_is_left_and_named(self):
        self.process(99999901, "lvm", OURS, *LVPOLL)
        script = self.start(patience_s=1)
        wait_for(lambda: script.poll() is not None, "the end of the waiting")
        said = script.stderr.read()
        self.assertEqual(script.returncode, 1)
        self.assertIn("still run after 1 s, and are left: 99999901 (lvm lvpoll --polloperation pvmove %s)" % VOLUME,
                      said)


if __name__ == "__main__":
    unittest.main()
