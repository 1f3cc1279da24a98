# SPDX-License-Identifier: LGPL-2.1-or-later
"""Records of lvpolls whose process ids nobody knows, on a machine where it cannot be told whether they run."""

import signal
import subprocess
import sys
import unittest

from deadline import wait_for
from protocol import lvid, volume
from recovery_test import RecoveryTest, pvmove_record, record_name
from upgrade_test import upgrade

RECORDS = 4

# A process without a command line, as one in the middle of its exec that waits for its disk: it takes the command line off
# itself (struct prctl_mm_map), where root may say so and the kernel can restore processes, and then waits, as the kernel has
# it, for a child of vfork. It never goes on: the child, which uses its memory meanwhile, ends when it was killed.
NAMELESS = """
import ctypes, os, struct, time
PR_SET_MM, PR_SET_MM_MAP = 35, 14
libc = ctypes.PyDLL(None)
libc.sbrk.restype = ctypes.c_void_p
def stat_fields(pid):
    with open("/proc/%d/stat" % pid) as file:
        return ["", "", ""] + file.read().rpartition(")")[2].split()
fields = stat_fields(os.getpid())
code_start, code_end, stack = map(int, fields[26:29])
data_start, data_end, break_start, arguments = map(int, fields[45:49])
variables = map(int, fields[50:52])
map_ = struct.pack("12QIi", code_start, code_end, data_start, data_end, break_start,
                   libc.sbrk(0), stack, arguments, arguments, *variables, 0, 0, -1)
result = libc.prctl(PR_SET_MM, PR_SET_MM_MAP, map_, ctypes.c_ulong(len(map_)), ctypes.c_ulong(0))
parent = os.getpid()
if result != 0:
    os.write(1, b"no\\n")
elif libc.vfork() == 0:
    deadline = time.monotonic() + 60
    while stat_fields(parent)[3] != "D" and time.monotonic() < deadline:
        time.sleep(0.01)
    with open("/proc/%d/cmdline" % parent) as file:
        is_nameless = stat_fields(parent)[3] == "D" and not file.read()
    os.write(1, b"yes\\n" if is_nameless else b"no\\n")
    while os.getppid() == parent:
        time.sleep(0.05)
    os._exit(0)
"""


class SearchTest(RecoveryTest):
    def start_nameless(self):
        process = subprocess.Popen([sys.executable, "-c", NAMELESS], stdout=subprocess.PIPE)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        if process.stdout.readline() != b"yes\n":
            self.skipTest("no process may take its command line off itself here")
        return process

    def put_records(self):
        """Records of several operations, each of whose lvpolls was about to be started."""
        self.names = [self.named("until-0-%d" % number) for number in range(RECORDS)]
        for name in self.names:
            self.daemon.make_pipe(name)
            self.put_record(record_name(lvid(name)), pvmove_record(name, lvm_command="starting"))

    def pauses(self):
        entries = self.client.dump()["poll"].values()
        return [entry.get("backing_off_reason") for entry in entries]

    def assert_all_wait(self):
        """While /proc is read, or because a process cannot be told from an lvpoll."""
        pauses = self.pauses()
        self.assertEqual(len(pauses), RECORDS)
        self.assertLessEqual(set(pauses), {"search", "orphan"})

    def test_clients_are_answered_meanwhile_and_nothing_is_begun(self):
        nameless = self.start_nameless()
        self.put_records()
        self.start()
        self.assert_all_wait()
        # A new request joins what is in flight.
        self.assert_ok(self.client.ask("pvmove", **volume(self.names[0])))
        self.assert_reply(self.client.progress(lvid(self.names[0])), response="in_progress")
        wait_for(lambda: self.daemon.log().count("cannot be adopted yet") >= 2 * RECORDS,
                 "another look")
        self.assert_all_wait()
        self.assertEqual(self.daemon.starts(), [])
        self.assertEqual({record["lvm_command"] for record in self.records().values()},
                         {"starting"})
        nameless.kill()
        nameless.wait()
        for name in self.names:
            self.wait_starts_of(name, 1)
            self.daemon.release(name)
        self.wait_no_records()

    def test_sigterm_is_heeded_meanwhile(self):
        nameless = self.start_nameless()
        self.put_records()
        self.start()
        self.assertEqual(self.daemon.stop(signal.SIGTERM), 0)
        # The search is not over: what holds it up is still there.
        self.assertIsNone(nameless.poll())
        self.assertEqual({record["lvm_command"] for record in self.records().values()},
                         {"starting"})

    def test_upgrade_meanwhile_begins_nothing(self):
        nameless = self.start_nameless()
        self.put_records()
        self.start()
        upgrade(self.daemon)
        self.assert_all_wait()
        self.assertEqual(self.daemon.starts(), [])
        nameless.kill()
        nameless.wait()
        for name in self.names:
            self.wait_starts_of(name, 1)

    def test_abort_waits_until_it_is_known(self):
        nameless = self.start_nameless()
        self.put_records()
        self.start(patience=3600)  # on a slow machine it would be told to have failed
        name = self.names[0]
        self.assert_ok(self.client.ask("pvmove", **volume(name, abort=1)))
        wait_for(lambda: self.daemon.log().count("cannot be adopted yet") >= 2 * RECORDS,
                 "another look")
        self.assertEqual(self.daemon.starts(), [])
        nameless.kill()
        nameless.wait()
        self.wait_starts_of(name, 1)
        self.assertIn("--abort", self.daemon.wait_start(name)[1])
        self.daemon.release(name)
        self.assert_finished(self.client.result(lvid(name), abort=1), "retcode", 0)


if __name__ == "__main__":
    unittest.main()
