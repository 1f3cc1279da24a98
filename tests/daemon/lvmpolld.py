# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs a poll daemon of its own in a temporary folder, with a stand-in for lvm."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import unittest

import preload
from deadline import DEADLINE_S, scaled, SLOWNESS, wait_for
from protocol import Client

HERE = os.path.dirname(os.path.abspath(__file__))
STANDIN = os.path.join(HERE, "lvm-standin")
STOCK = "/sbin/lvmpolld"
SANITIZER_WORDS = ("Sanitizer: ", "runtime error: ")
LISTENING_FLAGS = "00010000"
# Libraries that each daemon has beside those of its test, as colons part them (run --delays, tests/cross).
BESIDE = "LVMPOLLD_TEST_BESIDE"


def daemon_path():
    """The daemon under test: LVMPOLLD, or the one of the build tree LVMPOLLD_BUILDDIR."""
    if os.environ.get("LVMPOLLD"):
        return os.environ["LVMPOLLD"]
    build = os.environ.get("LVMPOLLD_BUILDDIR") or os.path.dirname(os.path.dirname(HERE))
    return os.path.join(build, "core", "lvmpolld")


def program_path():
    """The program itself, where what is under test is a script that runs it (tests/valgrind)."""
    return os.environ.get("LVMPOLLD_PROGRAM") or daemon_path()


def starter_of(program, folder):
    """What runs this copy of the program, as that under test is run; a script for it may be made
    in the folder."""
    if program_path() == daemon_path():
        return program
    path = os.path.join(folder, "run-copy")
    with open(path, "w") as file:
        file.write('#!/bin/sh\nLVMPOLLD_PROGRAM=%s exec %s "$@"\n' % (program, daemon_path()))
    os.chmod(path, 0o755)
    return path


def is_stock(path):
    """Whether that daemon is lvm2's own: it does not know --list-plugins."""
    answer = subprocess.run([path, "-h"], capture_output=True, text=True, timeout=60)
    return "--list-plugins" not in answer.stdout


def ours_only(why):
    """Marks a test of what only our daemon promises; why tells how stock differs."""
    under_test = os.environ.get("LVMPOLLD_IS_STOCK") == "1"
    return unittest.skipIf(under_test, "stock: " + why)


def read_file(path, mode="r"):
    with open(path, mode) as file:
        return file.read()


def records_in(folder):
    """The names of the records there; one that is being written has another name until it is complete."""
    return sorted(name for name in os.listdir(folder) if name[0] != ".") if os.path.isdir(folder) else []


class Daemon:
    """A daemon with its socket, pid file and stand-in for lvm in a folder of its own."""

    def __init__(self, directory=None, path=None, standin=STANDIN):
        self.directory = directory or tempfile.mkdtemp(prefix="lvmpolld-test-")
        self.path = path or daemon_path()
        self.program = self.path  # another, where path is a script that runs it
        self.standin = standin
        self.socket = os.path.join(self.directory, "lvmpolld.socket")
        self.pidfile = os.path.join(self.directory, "lvmpolld.pid")
        self.stderr = os.path.join(self.directory, "stderr")
        self.process = None

    def command(self, *arguments):
        """Foreground, with everything of its own; arguments are added."""
        return [self.path, "-f", "-s", self.socket, "-p", self.pidfile, "-B", self.standin,
                *arguments]

    def environment(self, **changes):
        """The environment for the daemon: a change to None removes the variable."""
        result = dict(os.environ, STANDIN_DIR=self.directory)
        for key in ("LVM_LVMPOLLD_SOCKET", "LVM_LVMPOLLD_PIDFILE", "LVM_SYSTEM_DIR",
                    "NOTIFY_SOCKET", "LISTEN_FDS", "LISTEN_PID", "WATCHDOG_USEC"):
            result.pop(key, None)
        result.update(changes)
        if BESIDE in os.environ:
            result.update(preload.beside(os.environ[BESIDE], result))
        return {key: value for key, value in result.items() if value is not None}

    def patience(self, seconds):
        """What lets whoever waits hear of a failure after so many seconds, as stock tells it at
        once."""
        if self.is_stock():
            return ()
        path = os.path.join(self.directory, "patience.yaml")
        with open(path, "w") as file:
            file.write("limits: {patience: %d}\n" % seconds)
        return "-c", path

    def start(self, *arguments, command=None, environment=None, wait=True, patience=None,
              **options):
        """Starts it; waits until the socket is there, unless told not to."""
        if patience is not None:
            arguments += self.patience(patience)
        with open(self.stderr, "ab") as stderr:
            self.process = subprocess.Popen(
                command or self.command(*arguments), stdin=subprocess.DEVNULL, stderr=stderr,
                env=environment or self.environment(), **options)
        if wait:
            wait_for(self.is_listening, "the daemon's socket")
        return self

    def is_listening(self):
        if self.process.poll() is not None:
            raise AssertionError("the daemon ended with status %d instead of listening:\n%s"
                                 % (self.process.returncode, self.log()))
        return os.path.exists(self.socket) and (not self.is_stock() or self.is_bound())

    def is_stock(self):
        return os.path.realpath(self.path) == os.path.realpath(STOCK)

    def is_bound(self):
        """Whether the kernel knows a listening socket that was bound to this very path. Stock's
        path is there a moment earlier; ours is bound elsewhere and moved there when it listens."""
        sockets = (line.split() for line in read_file("/proc/net/unix").splitlines())
        return any(fields[-1] == self.socket and fields[3] == LISTENING_FLAGS
                   for fields in sockets)

    def accepts(self):
        """Whether somebody listens behind the path who lives: a process that the daemon was starting when it was killed has
        its socket for a moment longer. Stock may die of the end of this client."""
        try:
            with self.client() as client:
                return is_running(client.listener())
        except (ConnectionRefusedError, FileNotFoundError):
            return False

    def client(self, **options):
        return Client(self.socket, **options)

    def log(self):
        with open(self.stderr, errors="replace") as file:
            return file.read()

    def folder_of_records(self, kind=""):
        """Where it keeps its records, or those of that kind: ".left", ".dormant", ".damaged"."""
        return self.socket.removesuffix(".socket") + ".state" + kind

    def record_names(self, kind=""):
        return records_in(self.folder_of_records(kind))

    def record_files(self, kind=""):
        """All that is in that folder, half written records, too: for where nothing is to be left."""
        return sorted(os.listdir(self.folder_of_records(kind)))

    @property
    def pid(self):
        return self.process.pid

    def peak_memory_kib(self):
        status = read_file("/proc/%d/status" % self.pid)
        return int(status.split("VmHWM:")[1].split()[0])

    def wake_ups(self):
        """How often its threads have waited for something so far."""
        count = 0
        for task in os.listdir("/proc/%d/task" % self.pid):
            status = read_file("/proc/%d/task/%s/status" % (self.pid, task))
            count += int(status.split("\nvoluntary_ctxt_switches:")[1].split()[0])
        return count

    def has_sanitizer(self):
        """A sanitizer's shadow of the memory takes terabytes of addresses."""
        status = read_file("/proc/%d/status" % self.pid)
        return int(status.split("VmSize:")[1].split()[0]) > 1 << 30

    def children(self):
        """The pids of its children, zombies included."""
        result = []
        for task in os.listdir("/proc/%d/task" % self.pid):
            try:
                result += read_file("/proc/%d/task/%s/children" % (self.pid, task)).split()
            except FileNotFoundError:  # a thread that has ended meanwhile
                pass
        return [int(pid) for pid in result]

    def starts(self):
        """What the stand-in noted: a (pid, VG/LV, arguments) for each lvpoll started."""
        path = os.path.join(self.directory, "started")
        if not os.path.exists(path):
            return []
        lines = (line.split(" ", 2) for line in read_file(path).splitlines())
        return [(int(pid), target, arguments) for pid, target, arguments in lines]

    def leaked(self):
        """What the stand-in noted of descriptors that it was born with beside the first three."""
        path = os.path.join(self.directory, "leaked")
        lines = read_file(path).splitlines(True) if os.path.exists(path) else []
        # Those that valgrind has for itself are none of the daemon's.
        return "".join(line for line in lines if "valgrind" not in line)

    def wait_start(self, lvname):
        """Waits until the stand-in of that volume has started; returns its pid and arguments."""
        def started():
            return [(pid, line) for pid, target, line in self.starts() if target == "vg/" + lvname]
        return wait_for(started, "the start of an lvpoll of vg/" + lvname)[0]

    def make_pipe(self, lvname):
        """The pipe on which the stand-in of that volume waits; make it before the request."""
        os.mkfifo(os.path.join(self.directory, lvname + ".pipe"))

    def release(self, lvname):
        """Lets the stand-in of that volume go on; it must have started."""
        wait_for(lambda: self.release_waiting(lvname), "a reader of the pipe of " + lvname)

    def release_waiting(self, lvname):
        """Whether a stand-in of that volume waits; then it goes on."""
        try:
            os.close(os.open(os.path.join(self.directory, lvname + ".pipe"), os.O_WRONLY | os.O_NONBLOCK))
            return True
        except OSError:
            return False

    def record(self):
        """What a volume with the scenario record was born with; waits until it is there."""
        def found():
            names = os.listdir(self.directory)
            return [n for n in names if n.startswith("record.") and not n.endswith(".part")]
        folder = os.path.join(self.directory, wait_for(found, "the stand-in's record")[0])
        return Record(folder)

    def send_signal(self, number):
        os.kill(self.pid, number)

    def wait_end(self, deadline_s=DEADLINE_S):
        """Waits until the daemon is gone; returns its status."""
        try:
            return self.process.wait(scaled(deadline_s))
        except subprocess.TimeoutExpired:
            raise AssertionError("the daemon still runs after %g s:\n%s"
                                 % (deadline_s, self.log()[-2000:])) from None

    def stop(self, number=signal.SIGTERM, deadline_s=DEADLINE_S):
        self.send_signal(number)
        return self.wait_end(deadline_s)

    def discard(self):
        """For clean-up: ends the daemon and what its stand-ins left, and removes the folder.
        Fails where a sanitizer had something to say."""
        if self.process and self.process.poll() is None:
            self.send_signal(signal.SIGTERM)
            try:
                self.process.wait(scaled(5))
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        end_standins(self.directory, [pid for pid, _, _ in self.starts()])
        leaked = self.leaked()
        log = self.log() if os.path.exists(self.stderr) else ""
        shutil.rmtree(self.directory, ignore_errors=True)
        if any(words in log for words in SANITIZER_WORDS):
            raise AssertionError("a sanitizer found something:\n" + log)
        if leaked and not self.is_stock():
            raise AssertionError("descriptors are leaked to lvm (pid, volume, file):\n" + leaked)


class Record:
    """What the stand-in's scenario record left in its folder."""

    def __init__(self, folder):
        self.pid = int(folder.rsplit(".", 1)[1])
        self.arguments = read_file(os.path.join(folder, "arguments")).split("\0")[:-1]
        self.variables = split_variables(read_file(os.path.join(folder, "environment")))
        self.environment = dict(variable.split("=", 1) for variable in self.variables)
        self.directory = read_file(os.path.join(folder, "directory")).strip()
        lines = read_file(os.path.join(folder, "descriptors")).splitlines()
        links = (line.rpartition(" -> ") for line in lines if " -> " in line)
        self.descriptors = {int(left.split()[-1]): target for left, _, target in links}
        status = read_file(os.path.join(folder, "status")).splitlines()
        self.status = {key: value.strip() for key, _, value in (l.partition(":") for l in status)}


def split_variables(text):
    """The variables of an environment as /proc shows it, without those that whatever the daemon
    runs under has added (tests/valgrind)."""
    added = os.environ.get("LVMPOLLD_ADDED_VARIABLES", "").split()
    return [v for v in text.split("\0")[:-1] if v.split("=")[0] not in added]


def is_running(pid):
    """Whether the process exists and is not a zombie."""
    try:
        return ") Z " not in read_file("/proc/%d/stat" % pid)
    except (FileNotFoundError, ProcessLookupError):
        return False


def end_standins(directory, started):
    """Ends the stand-ins that outlived their daemon, and those that they left asleep, but no other
    process that took over the pid of one."""
    mark = ("STANDIN_DIR=" + directory).encode()
    for pid in map(int, filter(str.isdigit, os.listdir("/proc") if started else [])):
        try:
            if ((pid in started or read_file("/proc/%d/comm" % pid) == "sleep\n") and
                    mark in read_file("/proc/%d/environ" % pid, "rb").split(b"\0")):
                os.kill(pid, signal.SIGKILL)
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            pass


class DaemonTest(unittest.TestCase):
    """A test with daemons that are gone when it ends."""

    maxDiff = None

    def new_daemon(self, **options):
        daemon = Daemon(**options)
        self.daemons = [*getattr(self, "daemons", ()), daemon]
        self.addCleanup(daemon.discard)
        return daemon

    def start_daemon(self, *arguments, **options):
        return self.new_daemon().start(*arguments, **options)

    def connect(self, daemon, **options):
        client = daemon.client(**options)
        self.addCleanup(client.close)
        return client

    def connect_as_nobody(self, daemon):
        """What the kernel tells about a connection is the user that was effective when it was made. The group is root's."""
        os.chmod(daemon.directory, 0o755)
        os.chmod(daemon.socket, 0o666)
        os.seteuid(pwd.getpwnam("nobody").pw_uid)
        try:
            return self.connect(daemon)
        finally:
            os.seteuid(0)

    def start_and_connect(self, *arguments, **options):
        daemon = self.start_daemon(*arguments, **options)
        return daemon, self.connect(daemon)

    def temporary_directory(self):
        path = tempfile.mkdtemp(prefix="lvmpolld-test-")
        self.addCleanup(shutil.rmtree, path, ignore_errors=True)
        return path

    def run_daemon(self, *arguments, deadline_s=DEADLINE_S, **options):
        """Runs the program to its end; returns its status and outputs."""
        return subprocess.run([daemon_path(), *arguments], stdin=subprocess.DEVNULL, text=True,
                              capture_output=True, timeout=scaled(deadline_s), **options)

    def assert_memory_grew_less(self, daemon, before_kib, limit_kib):
        """A sanitizer keeps what was freed, and so does valgrind, which makes the daemon slow:
        with one, this has nothing to say."""
        if not daemon.has_sanitizer() and SLOWNESS == 1:
            self.assertLess(daemon.peak_memory_kib() - before_kib, limit_kib)

    def assert_reply(self, reply, **expected):
        """The reply's stock keys are exactly the expected ones; keys of our own may follow."""
        stock_keys = ("response", "reason", "value", "protocol", "version")
        self.assertEqual({k: v for k, v in reply.items() if k in stock_keys}, expected, reply)
        self.assertEqual(list(reply)[:len(expected)], list(expected), "order of the keys")

    def assert_ok(self, reply):
        self.assert_reply(reply, response="OK")

    def assert_finished(self, reply, reason, value):
        self.assert_reply(reply, response="finished", reason=reason, value=value)
