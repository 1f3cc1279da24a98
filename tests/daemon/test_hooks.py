# SPDX-License-Identifier: LGPL-2.1-or-later
"""lvmpollctl hooks: the administrator's executables are run for what happens."""

import fcntl
import json
import os
import re
import signal
import subprocess
import tempfile
import unittest

from ctl_test import faults, needs_tool, read_schema, SOURCE, tool_path, USAGE
from deadline import scaled, wait_for
from kernel_standin import mirror
from kernel_test import KernelTest, REGIONS, SEGMENT_SECTORS
from lvmpolld import DaemonTest, ours_only, read_file
from protocol import volume

# Notes a line for each call, whole or not at all: what it was called with, and what it read.
NOTE = """#!/bin/sh
read -r json
printf '%s|%s|%s|%s\\n' "$1" "$2" "$3" "$json" >>"$NOTES"
"""

# Until its folder is gone.
HANG = """#!/bin/sh
while [ -e "$0" ]; do sleep 0.2; done
"""

# It must not be run.
WRONG = """#!/bin/sh
echo "wrong|$2|$3|{}" >>"$NOTES"
"""

# Notes what it has from the tool; the descriptor that is tried is far from those that a shell uses for itself.
SURROUNDINGS = """#!/bin/sh
ignored=$(sed -n 's/^SigIgn:[[:blank:]]*//p' /proc/self/status)
if [ -e /proc/$$/fd/%d ]; then open=true; else open=false; fi
printf '%%s|%%s|%%s|{"socket": "%%s", "ignored": "%%s", "open": %%s}\\n' \\
    "$1" "$2" "$3" "$LVM_LVMPOLLD_SOCKET" "$ignored" "$open" >>"$NOTES"
"""

OTHERS_MAY_WRITE = "others than root may write to it"


class HooksCase:
    """A folder of hooks, and the tool that runs them."""

    def make_folder(self):
        self.folder = self.temporary_directory()
        self.notes = os.path.join(self.temporary_directory(), "notes")
        self.complaints = os.path.join(self.temporary_directory(), "complaints")

    def add_hook(self, name, text=NOTE, mode=0o755):
        path = os.path.join(self.folder, name)
        with open(path, "w") as file:
            file.write(text)
        os.chmod(path, mode)
        return path

    def start_hooks(self, *options, descriptors=()):
        """Runs the tool as systemd does, which ignores SIGPIPE; returns it when it has heard what there is."""
        environment = dict(os.environ, LC_ALL="C", NOTES=self.notes)
        with open(self.complaints, "w") as file:
            process = subprocess.Popen(
                [tool_path(), "--socket", self.daemon.socket, "hooks", "--folder", self.folder, *options],
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=file, env=environment,
                restore_signals=False, pass_fds=descriptors)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        self.wait_complaint("are run for what happens from now on")
        return process

    def calls(self):
        """Each (event, volume, operation, what it read) so far."""
        if not os.path.exists(self.notes):
            return []
        lines = [line.split("|", 3) for line in read_file(self.notes).splitlines()]
        return [(*line[:3], json.loads(line[3])) for line in lines]

    def wait_call(self, event, name):
        def find():
            return next((call for call in self.calls() if call[:2] == (event, name)), None)
        return wait_for(find, "that the hook hears of %s %s" % (event, name), 60)

    def wait_complaint(self, pattern):
        wait_for(lambda: re.search(pattern, read_file(self.complaints)), pattern, 60)


@needs_tool
@ours_only("it is for our daemon")
class HooksTest(HooksCase, DaemonTest):
    def setUp(self):
        self.daemon, self.client = self.start_and_connect(patience=0)
        self.make_folder()

    def begin(self, name, operation="pvmove", **parameters):
        self.assert_ok(self.client.ask(operation, **volume(name, **parameters)))

    def test_begin_and_end_with_the_whole_story(self):
        schema = read_schema()
        self.add_hook("note")
        self.start_hooks()
        self.begin("good")
        *_, told = self.wait_call("finished", "vg/good")
        self.assertEqual([call[:3] for call in self.calls()],
                         [("started", "vg/good", "pvmove"), ("finished", "vg/good", "pvmove")])
        self.assertEqual(told["event"], "finished")
        self.assertEqual(list(faults({"operations": [told["operation"]]}, schema, schema)), [])
        self.assertEqual(told["operation"]["events"][0]["text"], "begins")

    def test_what_fails_is_told_once(self):
        self.add_hook("note")
        self.start_hooks()
        self.begin("exit-5")
        self.wait_call("failing", "vg/exit-5")
        starts = len(self.daemon.starts())
        wait_for(lambda: len(self.daemon.starts()) > starts, "another attempt")
        self.assertEqual([call[0] for call in self.calls()], ["started", "failing"])

    def test_what_is_aborted_has_failed(self):
        self.add_hook("note")
        self.begin("hang")
        self.daemon.wait_start("hang")
        self.start_hooks()
        self.begin("good", seed="hang", abort=1)
        self.wait_call("failed", "vg/hang")
        wait_for(lambda: "pvmove --abort" in [call[2] for call in self.calls()], "the abort")
        self.assertNotIn(("started", "vg/hang", "pvmove"), [call[:3] for call in self.calls()])

    def test_hook_that_hangs_hurts_no_other(self):
        self.add_hook("a-hangs", HANG)
        self.add_hook("note")
        self.start_hooks()
        self.begin("good")
        self.wait_call("finished", "vg/good")

    def test_hook_that_hangs_is_asked_to_end(self):
        self.add_hook("hangs", HANG)
        self.start_hooks("--timeout", "1")
        self.begin("good")
        self.wait_complaint("hook hangs has not ended after 1 s: it gets SIGTERM")
        self.wait_complaint("hook hangs was ended by signal 15: started vg/good pvmove")

    def test_hook_that_fails_is_said_and_hears_more(self):
        self.add_hook("fails", NOTE + "exit 3\n")
        self.start_hooks()
        self.begin("good")
        self.wait_call("finished", "vg/good")
        self.wait_complaint("hook fails failed with status 3: finished vg/good pvmove")

    def test_hook_that_cannot_be_run(self):
        self.add_hook("broken", "#!/nowhere/sh\n")
        self.start_hooks()
        self.begin("good")
        self.wait_complaint("hook broken cannot be run: No such file or directory")

    def test_hook_that_reads_nothing(self):
        self.add_hook("deaf", "#!/bin/sh\necho \"$1|$2|$3|{}\" >>\"$NOTES\"\n")
        self.start_hooks()
        self.begin("good")
        self.wait_call("finished", "vg/good")

    def test_what_is_no_hook_is_left_alone(self):
        self.add_hook("note")
        for name in ("note.dpkg-old", "note~", ".hidden"):
            self.add_hook(name, WRONG)
        self.add_hook("not-executable", WRONG, 0o644)
        os.mkdir(os.path.join(self.folder, "folder"))
        self.start_hooks()
        self.begin("good")
        self.wait_call("finished", "vg/good")
        self.assertEqual([call[0] for call in self.calls()], ["started", "finished"])

    def test_hook_that_others_may_change_is_not_run(self):
        self.add_hook("by-all", WRONG, 0o757)
        self.add_hook("by-group", WRONG, 0o775)
        if os.geteuid() == 0:
            os.chown(self.add_hook("of-another", WRONG), 1, -1)
        self.add_hook("note")
        self.start_hooks()
        self.begin("good")
        self.wait_call("finished", "vg/good")
        self.assertEqual([call[0] for call in self.calls()], ["started", "finished"])
        for name in ["by-all", "by-group"] + ["of-another"] * (os.geteuid() == 0):
            self.wait_complaint("hook %s does not hear of finished vg/good: %s" % (name, OTHERS_MAY_WRITE))

    def test_link_into_a_folder_that_others_may_write_to(self):
        """The file is root's, but anybody may put another in its place."""
        self.add_hook("note")
        shared = self.temporary_directory()
        os.rename(os.path.join(self.folder, "note"), os.path.join(shared, "note"))
        os.symlink(os.path.join(shared, "note"), os.path.join(self.folder, "note"))
        os.chmod(shared, 0o777)
        self.start_hooks()
        self.begin("good")
        self.wait_complaint("note does not hear of started vg/good: " + OTHERS_MAY_WRITE)
        self.assertEqual(self.calls(), [])

    def test_folder_that_others_may_write_to(self):
        self.add_hook("wrong", WRONG)
        os.chmod(self.folder, 0o777)
        self.start_hooks()
        self.begin("good")
        self.wait_complaint("no hook of .* hears of finished vg/good: " + OTHERS_MAY_WRITE)
        self.assertEqual(self.calls(), [])

    def test_hook_has_of_the_tool_what_it_needs(self):
        descriptor = fcntl.fcntl(0, fcntl.F_DUPFD, 50)
        self.addCleanup(os.close, descriptor)
        self.add_hook("note", SURROUNDINGS % descriptor)
        self.start_hooks(descriptors=(descriptor,))
        self.begin("good")
        *_, told = self.wait_call("finished", "vg/good")
        self.assertEqual((told["socket"], told["open"]), (self.daemon.socket, False))
        self.assertEqual(int(told["ignored"], 16) & 1 << signal.SIGPIPE - 1, 0)

    def test_hook_that_comes_later_is_run(self):
        self.start_hooks()
        self.add_hook("note")
        self.begin("good")
        self.wait_call("finished", "vg/good")

    def test_wrong_options(self):
        for options in (["--timeout", "soon"], ["--stalled", "0"], ["vg/x"]):
            answer = subprocess.run([tool_path(), "hooks", *options], capture_output=True,
                                    timeout=scaled(30))
            self.assertEqual(answer.returncode, USAGE)


@needs_tool
class StallTest(HooksCase, KernelTest):
    def test_what_stands_still_is_told_once(self):
        self.make_folder()
        self.start()
        self.add_hook("note")
        self.start_hooks("--stalled", "12s")
        self.add_device("moved", [mirror(0, SEGMENT_SECTORS, 3, REGIONS)])
        self.start_watching("moved")
        *_, told = self.wait_call("stalled", "vg/moved")
        self.assertGreaterEqual(told["operation"]["stalled"], 10)
        self.add_device("other", [mirror(0, SEGMENT_SECTORS, 3, REGIONS)])
        self.request("other", interval="600")
        self.wait_call("started", "vg/other")
        self.assertEqual([call[0] for call in self.calls() if call[1] == "vg/moved"], ["started", "stalled"])


class MailTest(unittest.TestCase):
    """The example."""

    def call(self, event, text):
        place = tempfile.TemporaryDirectory(prefix="lvmpolld-test-")
        self.addCleanup(place.cleanup)
        folder = place.name
        mail = os.path.join(folder, "mail")
        with open(mail, "w") as file:
            file.write('#!/bin/sh\n{ echo "$*"; cat; } >%s/sent\n' % folder)
        os.chmod(mail, 0o755)
        answer = subprocess.run(
            [os.path.join(SOURCE, "examples", "mail"), event, "vg/lv", "pvmove"], input=text, text=True,
            capture_output=True, timeout=scaled(30),
            env=dict(os.environ, PATH=folder + ":" + os.environ["PATH"], LVMPOLLD_MAIL="me@example.org"))
        self.assertEqual((answer.returncode, answer.stderr), (0, ""))
        sent = os.path.join(folder, "sent")
        return read_file(sent) if os.path.exists(sent) else ""

    def test_end_is_worth_a_mail(self):
        text = json.dumps({"operation": {"state": "failed", "reason": None, "percent": 3, "events": [
            {"time": "2026-01-01T00:00:00Z", "text": "begins"}]}})
        sent = self.call("failed", text)
        self.assertRegex(sent, "^-s .*: vg/lv: pvmove has failed, or was aborted me@example.org\n")
        self.assertIn("begins", sent)
        self.assertIn(": vg/lv: pvmove is finished me@example.org\n", self.call("finished", "{}"))

    def test_begin_is_not(self):
        self.assertEqual(self.call("started", "{}"), "")


if __name__ == "__main__":
    unittest.main()
