# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs poll daemons, ours and stock's, and asks the kernel what they cost."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time

STOCK = "/sbin/lvmpolld"
MESSAGE_END = b"\n##\n"
DEADLINE_S = 60
LVID_VG = "bk0ud3xLk2TeYVfUXsAv0KJrC2hH4P8q"


class Setting:
    """Where things are: the build tree and a folder in memory for what comes and goes."""

    def __init__(self, build, quick):
        self.build = build
        self.quick = quick
        self.source = os.path.dirname(os.path.abspath(__file__))
        parent = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
        self.folder = tempfile.mkdtemp(prefix="lvmpolld-bench-", dir=parent)
        self.daemons = []
        self.count = 0

    def program(self, name):
        """A helper that "make bench" builds."""
        return os.path.join(self.build, "bench", name)

    @property
    def ours(self):
        return os.path.join(self.build, "core", "lvmpolld")

    def rounds(self, usual):
        return max(3, usual // 4) if self.quick else usual

    def place(self):
        """A new folder."""
        self.count += 1
        folder = os.path.join(self.folder, str(self.count))
        os.mkdir(folder)
        return folder

    def start(self, path, **options):
        daemon = Daemon(self, path, **options)
        self.daemons.append(daemon)
        return daemon

    def clean_up(self):
        for daemon in self.daemons:
            daemon.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


def wait_for(condition, what, deadline_s=DEADLINE_S):
    end = time.monotonic() + deadline_s
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError("waited %d s in vain for %s" % (deadline_s, what))
        time.sleep(0.005)


def lvid(number):
    """The identifier of one of many volumes in a VG."""
    return LVID_VG + ("%032d" % number)


def operation_request(number, interval=15):
    """The text that asks for a move to be polled."""
    return ('request="pvmove"\nlvid ="%s"\nvgname ="vg"\nlvname ="pvmove%d"\ninterval ="%d"\n'
            % (lvid(number), number, interval))


def progress_request(number):
    return 'request="progress_info"\nlvid ="%s"\n' % lvid(number)


class Daemon:
    """A daemon in the foreground, with socket, pid file and state in a folder of its own."""

    def __init__(self, setting, path, lvm=None, cpu=None, environment=None):
        self.folder = setting.place()
        self.socket = os.path.join(self.folder, "lvmpolld.socket")
        self.log = os.path.join(self.folder, "log")
        self.lvm = lvm or setting.program("lvpoll_standin")
        self.command = [path, "-f", "-s", self.socket, "-p",
                        os.path.join(self.folder, "lvmpolld.pid"), "-B", self.lvm]
        pinned = ["taskset", "-c", str(cpu)] if cpu is not None else []
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(
                pinned + self.command, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                env=dict(os.environ, **(environment or {})))
        wait_for(self.answers, "an answer of " + path)

    def answers(self):
        if self.process.poll() is not None:
            with open(self.log, errors="replace") as log:
                raise RuntimeError("%s ended with status %d: %s" % (
                    self.command[0], self.process.returncode, log.read()[-500:]))
        try:
            self.ask('request="hello"')
            return True
        except OSError:
            return False

    def ask(self, *requests):
        """Sends requests on one connection; returns the last reply."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(DEADLINE_S)
            connection.connect(self.socket)
            for request in requests:
                connection.sendall(request.encode() + MESSAGE_END)
                reply = b""
                while not reply.endswith(MESSAGE_END):
                    data = connection.recv(1 << 20)
                    if not data:
                        raise RuntimeError("the daemon closed the connection")
                    reply += data
        return reply.decode()

    def begin(self, first, count, interval=15):
        """Puts operations in flight."""
        requests = [operation_request(number, interval) for number in range(first, first + count)]
        for start in range(0, count, 500):
            reply = self.ask(*requests[start:start + 500])
            if '"OK"' not in reply:
                raise RuntimeError("the daemon refused an operation: " + reply)

    def children(self):
        """The pids of its children."""
        pids = []
        for task in os.listdir("/proc/%d/task" % self.process.pid):
            try:
                with open("/proc/%d/task/%s/children" % (self.process.pid, task)) as file:
                    pids += [int(pid) for pid in file.read().split()]
            except FileNotFoundError:  # a thread that has ended meanwhile
                pass
        return pids

    def probers(self):
        """The pids of the processes that ask device-mapper for ours, which are no children."""
        try:
            return [pid for pid in map(int, filter(str.isdigit, os.listdir("/proc"))) if self.is_prober(pid)]
        except FileNotFoundError:  # the daemon has ended
            return []

    def is_prober(self, pid):
        program = os.readlink("/proc/%d/exe" % self.process.pid)
        try:
            with open("/proc/%d/comm" % pid) as file:
                return file.read().strip() == "lvmpolld-prober" and os.readlink("/proc/%d/exe" % pid) == program
        except OSError:
            return False

    def memory_kib(self):
        """What the daemon takes, and what its other processes take; shared pages count in proportion."""
        return proportional_kib(self.process.pid), sum(map(proportional_kib, self.children() + self.probers()))

    def wake_ups(self):
        """How many times the daemon's threads, and its other processes, have gone to sleep so far."""
        return sleeps(self.process.pid), sum(map(sleeps, self.children() + self.probers()))

    def cpu_time_us(self):
        """What all its threads have computed so far."""
        total = 0
        for task in os.listdir("/proc/%d/task" % self.process.pid):
            with open("/proc/%d/task/%s/schedstat" % (self.process.pid, task)) as file:
                total += int(file.read().split()[0])
        return total / 1000

    def stop(self):
        """Ends it and its children, with SIGTERM."""
        if self.process.poll() is not None:
            return
        children = self.children()
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(DEADLINE_S)
        for pid in children:
            if is_running(pid, self.lvm):
                os.kill(pid, signal.SIGTERM)


def is_running(pid, program):
    """Whether that process is still the program that it was, or runs it as a script."""
    try:
        with open("/proc/%d/cmdline" % pid, "rb") as file:
            return program.encode() in file.read().split(b"\0")[:2]
    except FileNotFoundError:
        return False


def proportional_kib(pid):
    try:
        with open("/proc/%d/smaps_rollup" % pid) as file:
            for line in file:
                if line.startswith("Pss:"):
                    return int(line.split()[1])
    except (FileNotFoundError, ProcessLookupError):
        pass
    return 0


def sleeps(pid):
    """The voluntary context switches of all threads of a process."""
    total = 0
    for task in os.listdir("/proc/%d/task" % pid):
        with open("/proc/%d/task/%s/status" % (pid, task)) as file:
            for line in file:
                if line.startswith("voluntary_ctxt_switches"):
                    total += int(line.split()[1])
    return total
