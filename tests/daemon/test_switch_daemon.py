# SPDX-License-Identifier: LGPL-2.1-or-later
"""Changing daemons under operations in flight: what the manager and lvm2 are asked for, and when a package must stay."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import unittest

import test_verifying
from ctl_test import needs_tool, run_tool, SOURCE
from deadline import DEADLINE_S, scaled, wait_for
from kernel_test import dashed, identity_in
from lvmpolld import read_file

MOVE, OTHER = identity_in("vg", "move"), identity_in("vg", "other")


class SwitchTest(unittest.TestCase):
    """The script in a folder of its own, with stand-ins for the manager and for lvm2. They write what they are called with."""

    patience_s = 60
    shell = ()

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="lvmpolld-test-")
        self.addCleanup(shutil.rmtree, self.folder)
        self.write("switch-daemon", self.script())
        for name in ("systemctl", "vgchange"):
            self.write(name, "#!/bin/sh\necho %s \"$@\" >>%s/calls\n. %s/%s.answer\n" % (name, self.folder, self.folder, name))
        self.answer("vgchange", "")
        self.answer("systemctl", "")
        self.write("lvs", "#!/bin/sh\n")
        self.write("vgs", "#!/bin/sh\n")
        self.write("lvmpollctl", "#!/bin/sh\n")
        os.mkdir(self.path("proc"))
        os.mkdir(self.path("state.given_up"))

    def script(self):
        """No process of the machine is seen but those that a test shows."""
        text = read_file(os.path.join(SOURCE, "etc", "switch-daemon"))
        for former, here in (("run=/run/lvm\n", "run=%s\n" % self.folder), ("proc=/proc\n", "proc=%s/proc\n" % self.folder),
                             ("cgroups=/sys/fs/cgroup\n", "cgroups=%s/cgroups\n" % self.folder),
                             ("patience_s=60\n", "patience_s=%d\n" % self.patience_s), ("state=$run/lvmpolld.state\n", "state=$run/state\n")):
            self.assertIn("\n" + former, text)
            text = text.replace("\n" + former, "\n" + here)
        return text

    def path(self, *names):
        return os.path.join(self.folder, *names)

    def write(self, name, text):
        with open(self.path(name), "w") as file:
            file.write(text)
        os.chmod(self.path(name), 0o755)

    def answer(self, name, text):
        """What a stand-in does, beside noting that it was called."""
        self.write(name + ".answer", text)

    def note(self, name):
        self.write(os.path.join("state.given_up", name), "")

    def run_verb(self, *words):
        return subprocess.run(
            [*self.shell, self.path("switch-daemon"), *words], stdin=subprocess.DEVNULL, capture_output=True, text=True,
            env={"PATH": "%s:%s" % (self.folder, os.environ["PATH"])}, timeout=scaled(DEADLINE_S))

    def calls(self, name):
        calls = read_file(self.path("calls")).splitlines() if os.path.exists(self.path("calls")) else []
        return [call[len(name) + 1:] for call in calls if call.startswith(name + " ")]

    def start_program(self, *names, seconds=1000):
        """A process whose program has this name, and which the script sees."""
        path = self.path(*names)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        shutil.copy(shutil.which("sleep"), path)
        process = subprocess.Popen([path, str(seconds)])
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        os.symlink("/proc/%d" % process.pid, self.path("proc", str(process.pid)))
        return process


class UpgradeTest(SwitchTest):
    """The daemon that runs has this program."""

    SIGNAL = "kill --kill-who=main --signal=SIGUSR2 lvm2-lvmpolld.service"

    def start_daemon(self, *names):
        process = self.start_program(*names)
        self.answer("systemctl", 'case "$*" in *MainPID*) echo %d ;; esac\n' % process.pid)
        self.write("lvs", "#!/bin/sh\necho '  vg'\n")
        return process

    def test_ours_executes_itself_anew(self):
        self.start_daemon("lvmpolld")
        self.assertEqual(self.run_verb("upgrade").stderr, "")
        self.assertIn(self.SIGNAL, self.calls("systemctl"))
        self.assertNotIn("stop lvm2-lvmpolld.service", self.calls("systemctl"))

    def test_ours_whose_file_was_replaced(self):
        self.start_daemon("lvmpolld")
        os.unlink(self.path("lvmpolld"))
        answer = self.run_verb("upgrade")
        self.assertIn(self.SIGNAL, self.calls("systemctl"))
        self.assertIn("the daemon of the former version goes on", answer.stderr)

    def test_the_new_program_takes_over(self):
        self.start_daemon("lvmpolld")
        os.unlink(self.path("lvmpolld"))
        new = self.start_program("lvmpolld")
        with open(self.path("systemctl.answer"), "a") as file:
            file.write('case "$*" in *SIGUSR2*) sed -i "s/echo [0-9]*/echo %d/" %s ;; esac\n' % (new.pid, self.path("systemctl.answer")))
        self.assertEqual(self.run_verb("upgrade").stderr, "")

    def test_lvm2_asks_anew_when_the_new_program_has_taken_over(self):
        """What needs a plugin that was not there yet has been refused."""
        process = self.start_daemon("lvmpolld")
        self.answer("systemctl", """
            case "$*" in
            *MainPID*) echo %d ;;
            *ActiveState*) [ -e %s/asked ] && echo active || echo reloading; touch %s/asked ;;
            esac
            """ % (process.pid, self.folder, self.folder))
        self.run_verb("upgrade")
        calls = read_file(self.path("calls")).splitlines()
        self.assertEqual(sum("ActiveState" in call for call in calls), 2)
        self.assertEqual(calls[-1], "vgchange --poll y vg")

    def test_no_daemon_runs(self):
        self.answer("systemctl", 'case "$*" in *is-active*.service) exit 3 ;; esac\n')
        self.write("lvs", "#!/bin/sh\necho '  vg'\n")
        self.run_verb("upgrade")
        self.assertEqual(self.calls("vgchange"), ["--poll y vg"])

    def test_without_a_socket_lvm2_is_asked_for_nothing(self):
        """It would poll with processes of its own."""
        self.answer("systemctl", 'case "$*" in *is-active*) exit 3 ;; esac\n')
        self.write("lvs", "#!/bin/sh\necho '  vg'\n")
        self.run_verb("upgrade")
        self.assertEqual(self.calls("vgchange"), [])

    def test_stock_gets_no_signal_that_it_dies_of(self):
        self.start_daemon("sbin", "lvmpolld")
        self.run_verb("upgrade")
        self.assertNotIn(self.SIGNAL, self.calls("systemctl"))
        self.assertIn("stop lvm2-lvmpolld.service", self.calls("systemctl"))
        self.assertEqual(self.calls("vgchange"), ["--poll y vg"])


class TakeTest(SwitchTest):
    """lvm2's own daemon ends, and ours begins."""

    def setUp(self):
        super().setUp()
        self.write("lvs", "#!/bin/sh\necho '  vg'\n")

    def test_the_socket_is_given_to_ours(self):
        answer = self.run_verb("take")
        self.assertEqual(answer.stderr, "")
        self.assertIn("restart lvm2-lvmpolld.socket", self.calls("systemctl"))
        self.assertEqual(self.calls("vgchange"), ["--poll y vg"])

    def test_a_socket_that_somebody_has_stopped_stays_so(self):
        """Without it lvm2 polls by itself."""
        self.answer("systemctl", 'case "$*" in *is-active*) exit 3 ;; *ActiveState*) echo inactive ;; esac\n')
        answer = self.run_verb("take")
        self.assertIn("lvm2-lvmpolld.socket is not active", answer.stderr)
        self.assertFalse([call for call in self.calls("systemctl") if "start" in call or "stop" in call])
        self.assertEqual(self.calls("vgchange"), [])

    def test_a_socket_that_has_failed_is_started(self):
        """Nobody has stopped it, and what is in flight needs a daemon."""
        self.answer("systemctl", 'case "$*" in *is-active*) exit 3 ;; *ActiveState*) echo failed ;; esac\n')
        self.assertEqual(self.run_verb("take").stderr, "")
        self.assertIn("restart lvm2-lvmpolld.socket", self.calls("systemctl"))
        self.assertEqual(self.calls("vgchange"), ["--poll y vg"])

    def mark_removal(self):
        self.write("switch-daemon.socket", "")
        self.write("switch-daemon.groups", "vg\n")

    def assert_no_mark(self):
        self.assertFalse(os.path.exists(self.path("switch-daemon.socket")) or os.path.exists(self.path("switch-daemon.groups")))

    def test_a_removal_of_long_ago(self):
        """From the source: nobody has taken away what it has noted, and the administrator has stopped the socket since."""
        self.answer("systemctl", 'case "$*" in *is-active*) exit 3 ;; *ActiveState*) echo inactive ;; esac\n')
        self.mark_removal()
        self.run_verb("take")
        self.assertFalse([call for call in self.calls("systemctl") if "start" in call])
        self.assertEqual(self.calls("vgchange"), [])
        self.assert_no_mark()

    def test_a_removal_that_has_failed(self):
        """The socket was stopped for it."""
        started = self.path("started")
        self.answer("systemctl", """
            case "$*" in
            *is-active*.service) exit 3 ;;
            *is-active*) [ -e %s ] || exit 3 ;;
            *ActiveState*) [ -e %s ] && echo active || echo inactive ;;
            start*.socket) touch %s ;;
            esac
            """ % (started, started, started))
        self.mark_removal()
        self.assertEqual(self.run_verb("stay").stderr, "")
        self.assertEqual(self.calls("vgchange"), ["--poll y vg"])
        self.assert_no_mark()

    def begins(self, program):
        self.answer("systemctl", 'case "$*" in *ExecStart*) echo "{ path=%s ; argv[]=%s -f ; }" ;; esac\n' % (program, program))

    def test_another_unit_wins(self):
        self.begins("/usr/local/libexec/lvmpolld/lvmpolld")
        answer = self.run_verb("take")
        self.assertIn("runs /usr/local/libexec/lvmpolld/lvmpolld and not %s/lvmpolld" % self.folder, answer.stderr)
        self.assertEqual(self.calls("vgchange"), ["--poll y vg"])

    def test_the_unit_is_ours(self):
        os.symlink(self.folder, self.folder + ".link")
        self.addCleanup(os.unlink, self.folder + ".link")
        self.begins(self.folder + ".link/lvmpolld")
        self.assertEqual(self.run_verb("take").stderr, "")


class GroupsTest(SwitchTest):
    """For which groups lvm2 is asked anew."""

    def test_lvs_fails(self):
        """Anything may be in flight then."""
        self.write("lvs", "#!/bin/sh\necho '  vg'\nexit 5\n")
        answer = self.run_verb("take")
        self.assertEqual(self.calls("vgchange"), ['--poll y --select vg_uuid!=""'])
        self.assertIn("lvs failed", answer.stderr)

    def test_nothing_is_in_flight(self):
        self.run_verb("take")
        self.assertEqual(self.calls("vgchange"), [])

    def test_a_group_with_what_was_given_up(self):
        """Its data would be lost."""
        self.note("poll-%s-0123456789abcdef" % MOVE)
        self.write("lvs", '#!/bin/sh\necho "$@" >>%s/selected\nexit 5\n' % self.folder)
        answer = self.run_verb("take")
        others = 'vg_uuid!=""&&vg_uuid!="%s"' % dashed(MOVE[:32])
        self.assertEqual(self.calls("vgchange"), ["--poll y --select " + others])
        self.assertIn("lv_merging=1)&&" + others, read_file(self.path("selected")))
        self.assertIn(dashed(MOVE[:32]), answer.stderr)

    def test_what_was_given_up_in_an_unknown_group(self):
        self.note("poll")
        self.write("lvs", "#!/bin/sh\necho '  vg'\n")
        answer = self.run_verb("take")
        self.assertEqual(self.calls("vgchange"), [])
        self.assertIn("unknown group", answer.stderr)


class LvpollTest(SwitchTest):
    def start_words(self, *words):
        """A process with these arguments, a number of which may be those of an lvpoll."""
        self.write("lvpoll", "import time\ntime.sleep(1000)\n")
        process = subprocess.Popen(words, executable=sys.executable, cwd=self.folder)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        os.symlink("/proc/%d" % process.pid, self.path("proc", str(process.pid)))
        wait_for(lambda: words[-1] in read_file("/proc/%d/cmdline" % process.pid), "its arguments")
        return process

    def test_lvpolls_are_ended_whatever_else_runs(self):
        lvpoll = self.start_words("lvm", "lvpoll", "--polloperation", "pvmove")
        os.mkdir(self.path("proc", "99999999"))
        self.write(os.path.join("proc", "99999999", "cmdline"), "sh")
        # Reaped as soon as it has ended: else it would be there to the script.
        reaper = threading.Thread(target=lvpoll.wait)
        reaper.start()
        answer = self.run_verb("take")
        lvpoll.kill()
        reaper.join()
        self.assertEqual(lvpoll.returncode, -signal.SIGTERM)
        self.assertEqual(answer.stderr, "")

    def test_what_only_has_the_words_of_an_lvpoll_goes_on(self):
        """As a script of root's that waits for lvpolls."""
        other = self.start_words("sh", "-c", "import time; time.sleep(1000) # lvm lvpoll --polloperation pvmove")
        self.run_verb("take")
        self.assertIsNone(other.poll())

    def test_an_lvpoll_of_a_container_goes_on(self):
        """It has a number in there, too."""
        other = self.start_words("lvm", "lvpoll", "--polloperation", "pvmove")
        folder = self.path("proc", str(other.pid))
        os.unlink(folder)
        os.mkdir(folder)
        os.symlink("/proc/%d/cmdline" % other.pid, os.path.join(folder, "cmdline"))
        self.write(os.path.join(folder, "status"), "Name:\tlvm\nNSpid:\t%d\t17\n" % other.pid)
        self.run_verb("take")
        self.assertIsNone(other.poll())


class LeaveTest(SwitchTest):
    """The daemon's commands of lvm2 end by themselves before lvm2's own daemon takes over."""

    def setUp(self):
        super().setUp()
        self.answer("systemctl", 'case "$*" in *ControlGroup*) echo /the.slice/daemon ;; esac\n')
        self.write("lvs", "#!/bin/sh\necho '  vg'\n")
        os.mkdir(self.path("state"))

    def start_member(self, *names, folder="cgroups", **options):
        """A process in the control group of the service."""
        process = self.start_program(*names, **options)
        group = self.path(folder, "the.slice", "daemon")
        os.makedirs(group)
        with open(os.path.join(group, "cgroup.procs"), "w") as file:
            file.write("%d\n" % process.pid)
        return process

    def assert_left(self):
        answer = self.run_verb("leave")
        self.assertEqual((answer.returncode, answer.stderr), (0, ""))
        self.assertFalse(os.path.exists(self.path("state")))
        self.assertEqual(read_file(self.path("switch-daemon.groups")), "  vg\n")

    def assert_stays(self, *words):
        answer = self.run_verb("leave")
        self.assertEqual(answer.returncode, 1)
        for word in words:
            self.assertIn(word, answer.stderr)
        self.assertTrue(os.path.exists(self.path("state")))
        self.assertIn("start lvm2-lvmpolld.socket lvm2-lvmpolld.path", " ".join(self.calls("systemctl")))
        self.assertFalse(os.path.exists(self.path("switch-daemon.groups")))

    def test_the_socket_ends_and_is_to_be_started_again(self):
        self.assert_left()
        self.assertIn("stop lvm2-lvmpolld.path lvm2-lvmpolld.socket lvm2-lvmpolld.service", self.calls("systemctl"))
        self.assertTrue(os.path.exists(self.path("switch-daemon.socket")))

    def test_a_socket_that_was_stopped_stays_so(self):
        self.answer("systemctl", 'case "$*" in *is-active*) exit 3 ;; esac\n')
        self.assert_left()
        self.assertFalse(os.path.exists(self.path("switch-daemon.socket")))

    def test_a_command_of_lvm2_that_ends(self):
        process = self.start_member("sbin", "lvm", seconds=1)
        self.assert_left()
        self.assertEqual(process.wait(), 0)

    def test_a_command_of_lvm2_that_goes_on(self):
        self.patience_s = 2
        self.write("switch-daemon", self.script())
        for folder in ("cgroups", "cgroups/systemd"):
            with self.subTest(folder):
                process = self.start_member("sbin", "lvm", folder=folder)
                self.assert_stays("%d " % process.pid, "sbin/lvm 1000")
                self.assertIsNone(process.poll())
                shutil.rmtree(self.path("cgroups"))
                os.unlink(self.path("sbin", "lvm"))
                os.unlink(self.path("proc", str(process.pid)))

    def test_what_is_not_lvm2s(self):
        self.start_member("sbin", "dmeventd")
        self.assert_left()

    def test_a_copy_fails_until_the_daemon_has_ended(self):
        self.note("poll-%s-0123456789abcdef" % MOVE)
        self.assert_stays("was given up")


class CheckTest(SwitchTest):
    def setUp(self):
        super().setUp()
        self.write("vgs", "#!/bin/sh\necho '  %s'\n" % dashed(MOVE[:32]))

    def set_volumes(self, *identities, status=0):
        rows = ["echo '  %s %s'" % (dashed(each[:32]), dashed(each[32:])) for each in identities]
        self.write("lvs", "\n".join(["#!/bin/sh", *rows, "exit %d" % status, ""]))

    def check(self, *operation):
        return self.run_verb("check", *operation)

    def assert_allowed(self, *operation):
        checked = self.check(*operation)
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

    def record(self, folder, text):
        os.makedirs(self.path(folder), exist_ok=True)
        self.write(os.path.join(folder, "poll-%s-0123456789abcdef" % MOVE),
                   'version = 1\n%slvid = "%s"\nvgname = "vg"\nlvname = "slow"\n' % (text, MOVE))

    def test_operations_that_lvm2_has(self):
        for operation in ("pvmove", "convert", "merge", "merge_thin"):
            self.record("state", 'operation = "%s"\n' % operation)
            self.assert_allowed()

    def test_an_operation_that_lvm2_does_not_have(self):
        for folder in ("state", "state.dormant", "state.no_plugin"):
            with self.subTest(folder):
                self.record(folder, 'operation = "uncache with phases"\nstarted_operation = "uncache"\n')
                checked = self.check()
                self.assertEqual(checked.returncode, 1)
                self.assertIn('"uncache" of vg/slow', checked.stderr)
                shutil.rmtree(self.path(folder))

    def test_what_the_kernel_does_alone(self):
        for operation in ("raid_sync", "raid_scrub", "integrity"):
            self.record("state", 'operation = "%s"\n' % operation)
            self.assert_allowed()

    def test_a_plugin_that_somebody_needs(self):
        self.record("state", 'operation = "uncache with phases"\nstarted_operation = "uncache"\n')
        self.assertIn('"uncache" of vg/slow', self.check("uncache").stderr)
        self.assert_allowed("pvmove")

    def test_a_plugin_that_may_come_back(self):
        self.record("state", 'operation = "pvmove"\n')
        checked = self.check("pvmove")
        self.assertEqual(checked.returncode, 0)
        self.assertIn('"pvmove" of vg/slow is in flight: nobody finishes it until its plugin is back', checked.stderr)
        self.assert_allowed("merge_thin")

    def test_a_plugin_whose_copy_has_failed(self):
        self.set_volumes(MOVE)
        self.note("poll-%s-0123456789abcdef" % MOVE)
        self.record("state.no_plugin", 'operation = "pvmove"\n')
        self.assertIn("an operation was given up", self.check("pvmove").stderr)
        self.assert_allowed("convert")

    def test_a_copy_that_an_abort_has_not_given_back_yet(self):
        """The record has the name of the abort, the note has not."""
        self.set_volumes(MOVE)
        self.note("poll-%s-0123456789abcdef" % MOVE)
        os.mkdir(self.path("state"))
        self.write(os.path.join("state", "abort-%s-fedcba9876543210" % MOVE), 'operation = "pvmove"\n')
        self.assertEqual(self.check("pvmove").returncode, 1)
        self.assert_allowed("convert")

    def test_a_copy_of_which_nothing_is_known_has_failed(self):
        self.set_volumes(MOVE)
        self.note("poll-%s-0123456789abcdef" % MOVE)
        self.assertIn("an operation was given up", self.check("convert").stderr)

    def test_an_operation_that_lvm2_has_with_options(self):
        self.record("state", 'operation = "pvmove with options"\nstarted_operation = "pvmove"\n')
        self.assert_allowed()

    def test_a_record_that_cannot_be_understood(self):
        self.record("state", "")
        self.assertEqual(self.check().returncode, 1)

    def list(self, *rows, status=0):
        """What the daemon that runs answers."""
        self.write("lvmpollctl", "#!/bin/sh\ncat <<'EOF'\n%s\nEOF\nexit %d\n" % ("\n".join(rows), status))

    def assert_doubt(self, doubt, *operation):
        checked = self.check(*operation)
        self.assertEqual(checked.returncode, 1)
        self.assertIn("a copy of vg/pvmove0 may have failed (%s" % doubt, checked.stderr)

    def test_copies_in_doubt(self):
        """As where the log's beginning is lost: a failure may have been in it."""
        self.list("vg/other pvmove none",
                  "vg/pvmove0 pvmove the\\x20kernel's\\x20log\\x20does\\x20not\\x20go\\x20back\\x20to\\x20its\\x20beginning")
        for operation in ((), ("pvmove",)):
            self.assert_doubt("the kernel's log does not go back to its beginning)", *operation)
        self.assert_allowed("convert")

    def test_copies_of_an_abort_in_doubt(self):
        """Asked anew lvm2 goes on with the move."""
        self.list("vg/pvmove0 pvmove\\x20abort the\\x20kernel's\\x20log\\x20tells\\x20of\\x20a\\x20failure")
        self.assert_doubt("the kernel's log tells of a failure)", "pvmove")

    def test_a_daemon_that_does_not_tell(self):
        """One of an older version has a record of it; lvm2's own has not, and nothing changes for that."""
        self.list("vg/pvmove0 pvmove ")
        self.assert_allowed()
        self.record("state", 'operation = "pvmove"\n')
        self.assert_doubt("the daemon that runs does not tell")
        self.list("vg/merged merge ")
        self.assert_allowed()

    def test_what_the_kernels_log_has_of_others_is_nothing(self):
        """The daemon knows which lines are about what."""
        self.write("dmesg", "#!/bin/sh\necho 'dm_mirror: 12 callbacks suppressed'\necho 'I/O error, dev sr0, sector 8'\n")
        self.record("state", 'operation = "pvmove"\n')
        self.list("vg/pvmove0 pvmove none")
        self.assert_allowed()

    def test_a_move_without_its_plugin(self):
        self.record("state.no_plugin", 'operation = "pvmove"\n')
        checked = self.check()
        self.assertEqual(checked.returncode, 1)
        self.assertIn("the move of vg/slow waits for its plugin", checked.stderr)
        self.assertEqual(self.check("pvmove").returncode, 0)

    def test_a_record_that_was_set_aside(self):
        self.record("state.damaged", "what is this\n")
        self.set_volumes()
        self.assert_allowed()
        self.write("lvs", "#!/bin/sh\necho '  vg'\n")
        checked = self.check()
        self.assertEqual(checked.returncode, 1)
        self.assertIn("state.damaged/poll-", checked.stderr)
        self.assert_allowed("merge")

    def test_copies_of_an_unknown_operation(self):
        self.list("vg/pvmove0 ? the\\x20kernel's\\x20log\\x20tells")
        self.assertEqual(self.check("convert").returncode, 1)

    def test_copies_without_a_doubt(self):
        self.list("vg/pvmove0 pvmove none", "vg/merged merge ")
        self.assert_allowed()

    def test_no_daemon_answers(self):
        self.list(status=4)
        self.assert_allowed()
        self.record("state.dormant", 'operation = "pvmove"\n')
        self.assert_allowed()
        self.record("state", 'operation = "pvmove"\n')
        checked = self.check()
        self.assertEqual(checked.returncode, 1)
        self.assertIn("no daemon tells", checked.stderr)
        self.assert_allowed("convert")


class AlpineTest(SwitchTest):
    """The scripts of Alpine's package, with stand-ins."""

    def setUp(self):
        super().setUp()
        self.write("rc-service", "#!/bin/sh\necho rc-service \"$@\" >>%s/calls\n. %s/rc-service.answer\n" % ((self.folder,) * 2))
        self.answer("rc-service", "")

    def run_script(self, name, checked=0):
        text = read_file(os.path.join(SOURCE, "packaging", "alpine", "lvmpolld." + name))
        self.write("called", "#!/bin/sh\necho called \"$@\" >>%s/calls\nexit %d\n" % (self.folder, checked))
        self.write(name, text.replace("/usr/libexec/lvmpolld/switch-daemon", self.path("called")).replace("/run/lvm/", self.folder + "/run/"))
        return subprocess.run(["sh", self.path(name)], capture_output=True, text=True,
                              env={"PATH": "%s:%s" % (self.folder, os.environ["PATH"])}, timeout=scaled(DEADLINE_S))

    def test_what_is_in_flight_is_given_back(self):
        os.makedirs(self.path("run", "lvmpolld.state.dormant"))
        self.assertEqual(self.run_script("pre-deinstall").returncode, 0)
        calls = read_file(self.path("calls")).splitlines()
        self.assertEqual([calls[0], *calls[-2:]], ["called check", "rc-service lvmpolld stop", "vgchange --poll y"])
        self.assertEqual(os.listdir(self.path("run")), [])

    def test_where_data_would_be_lost_the_daemon_stays(self):
        """apk removes the package all the same."""
        answer = self.run_script("pre-deinstall", checked=1)
        self.assertEqual(answer.returncode, 1)
        self.assertIn("install the package again before it is stopped", answer.stderr)
        self.assertEqual((self.calls("rc-service"), self.calls("vgchange")), ([], []))

    def test_a_daemon_that_does_not_run(self):
        self.answer("rc-service", "exit 3")
        for name in ("pre-deinstall", "post-upgrade"):
            self.assertEqual(self.run_script(name).returncode, 0)
        self.assertEqual((self.calls("rc-service"), self.calls("vgchange")), (["--quiet lvmpolld status"] * 2, []))

    def test_an_upgrade(self):
        self.assertEqual(self.run_script("post-upgrade").returncode, 0)
        self.assertEqual(self.calls("rc-service")[-1], "lvmpolld upgrade")


class CheckWithBashTest(CheckTest):
    """Where it is /bin/sh, as in Fedora."""

    shell = ("bash", "--posix")


@needs_tool
class DoubtTest(test_verifying.VerifyingTest):
    """What the script reads is what the tool prints."""

    def told(self):
        return run_tool(self.daemon, "list", "--raw", "--noheadings", "--output", "VOLUME,OPERATION,DOUBT").stdout

    def test_the_words_of_a_doubt(self):
        self.start_move()
        self.assertEqual(self.told(), "vg/move pvmove none\n")
        self.write_log(test_verifying.FAILURE)
        self.assertEqual(self.told(), "vg/move pvmove the\\x20kernel's\\x20log\\x20tells\\x20of\\x20a\\x20failure\n")

    def test_what_has_no_copies(self):
        self.start_move()
        self.device.remove()
        self.add_device("other", ["0 8192 snapshot-merge 8/16 1 0"], operation="merge")
        self.request("other", operation="merge")
        self.assertRegex(self.told(), "(?m)^vg/other merge ?$")


if __name__ == "__main__":
    unittest.main()
