# SPDX-License-Identifier: LGPL-2.1-or-later
"""Records of lvpolls whose process ids nobody knows, on a machine where it cannot be told whether they run."""

import os
import signal
import subprocess
import sys
import unittest

from deadline import wait_for
from protocol import lvid, volume
from recovery_test import RecoveryTest, pvmove_record, record_name
from upgrade_test import upgrade

RECORDS = 4

# Processes without a command line, as one in the middle of its exec: there is always one that is too young to be any
# other, and where root may say so, however busy the machine is. Each takes it off itself (struct prctl_mm_map), where the
# kernel can restore processes.
NAMELESS = """
import ctypes, os, struct, sys, time
PR_SET_MM, PR_SET_MM_MAP = 35, 14
libc = ctypes.CDLL(None)
libc.sbrk.restype = ctypes.c_void_p
try:
    os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))
except OSError:
    pass
def born():
    if os.fork() == 0:
        with open("/proc/self/stat") as file:
            fields = [0, 0, 0] + file.read().rpartition(")")[2].split()
        code_start, code_end, stack = map(int, fields[26:29])
        data_start, data_end, break_start, arguments = map(int, fields[45:49])
        variables = map(int, fields[50:52])
        map_ = struct.pack("12QIi", code_start, code_end, data_start, data_end, break_start,
                           libc.sbrk(0), stack, arguments, arguments, *variables, 0, 0, -1)
        result = libc.prctl(PR_SET_MM, PR_SET_MM_MAP, map_, ctypes.c_ulong(len(map_)),
                            ctypes.c_ulong(0))
        with open("/proc/self/cmdline") as file:
            is_nameless = result == 0 and not file.read()
        os.write(1, b"yes\\n" if is_nameless else b"no\\n")
        time.sleep(0.8)
        os._exit(0)
while os.getppid() == int(sys.argv[1]):
    born()
    time.sleep(0.2)
    while True:
        try:
            if os.waitpid(-1, os.WNOHANG)[0] == 0:
                break
        except ChildProcessError:
            break
"""


class SearchTest(RecoveryTest):
    def start_nameless(self):
        process = subprocess.Popen([sys.executable, "-c", NAMELESS, str(os.getpid())],
                                   stdout=subprocess.PIPE)
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

    def test_clients_are_answered_meanwhile_and_nothing_is_begun(self):
        nameless = self.start_nameless()
        self.put_records()
        self.start()
        self.assertEqual(self.pauses(), ["orphan"] * RECORDS)
        # A new request joins what is in flight.
        self.assert_ok(self.client.ask("pvmove", **volume(self.names[0])))
        self.assert_reply(self.client.progress(lvid(self.names[0])), response="in_progress")
        wait_for(lambda: self.daemon.log().count("cannot be adopted yet") >= 2 * RECORDS,
                 "another look")
        self.assertEqual(self.pauses(), ["orphan"] * RECORDS)
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
        self.start_nameless()
        self.put_records()
        self.start()
        self.assertEqual(self.daemon.stop(signal.SIGTERM, 2), 0)
        self.assertEqual({record["lvm_command"] for record in self.records().values()},
                         {"starting"})

    def test_upgrade_meanwhile_begins_nothing(self):
        nameless = self.start_nameless()
        self.put_records()
        self.start()
        upgrade(self.daemon)
        self.assertEqual(self.pauses(), ["orphan"] * RECORDS)
        self.assertEqual(self.daemon.starts(), [])
        nameless.kill()
        nameless.wait()
        for name in self.names:
            self.wait_starts_of(name, 1)

    def test_abort_waits_until_it_is_known(self):
        nameless = self.start_nameless()
        self.put_records()
        self.start()
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
