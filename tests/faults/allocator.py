# SPDX-License-Identifier: LGPL-2.1-or-later
"""Steers the allocator that fails when it is told to (failing_allocator.c)."""

import mmap
import os
import shutil
import struct
import subprocess

from lvmpolld import daemon_path

HERE = os.path.dirname(os.path.abspath(__file__))
VARIABLE = "LVMPOLLD_FAILING_ALLOCATOR"

# Numbers in the file that both sides share: struct control.
PROCESS, ALLOCATIONS, LIVE, FAIL_FROM, FAIL_COUNT, FAILED, FRAMES = range(7)
FRAMES_MAX = 24
FILE_SIZE = 4096

# What a program has that brings an allocator of its own.
SANITIZERS = (b"__asan_init", b"__tsan_init")


def why_not():
    """Why nothing can be swept; None where it can."""
    if not shutil.which(daemon_path()):
        return "there is no daemon at %s" % daemon_path()
    with open(daemon_path(), "rb") as file:
        program = file.read()
    if any(word in program for word in SANITIZERS):
        return "the allocator of %s is a sanitizer's, and cannot be replaced" % daemon_path()
    return None


def build_library(folder, name="failing_allocator", more=()):
    """Compiles NAME.c, and what is named in MORE; returns the library."""
    path = os.path.join(folder, name + ".so")
    sources = [os.path.join(HERE, source + ".c") for source in (name, "allocator", *more)]
    subprocess.run([os.environ.get("CC", "cc"), "-std=gnu11", "-O1", "-g", "-fPIC", "-shared",
                    "-fvisibility=hidden", "-o", path, *sources, "-ldl"], check=True)
    return path


class Allocator:
    """The allocator of the one process that is started first with its variables."""

    def __init__(self, library, path):
        self.library = library
        self.path = path
        with open(path, "wb") as file:
            file.write(bytes(FILE_SIZE))
        with open(path, "r+b") as file:
            self.memory = mmap.mmap(file.fileno(), FILE_SIZE)
        self.maps = []
        self.reached = False

    def variables(self, preload=""):
        """The environment of that process; PRELOAD is what else is loaded into it."""
        # A sanitizer's own library would otherwise want to be the first of all.
        options = os.environ.get("ASAN_OPTIONS", "")
        return {"LD_PRELOAD": " ".join(filter(None, (self.library, preload))), VARIABLE: self.path,
                "ASAN_OPTIONS": (options + ":" if options else "") + "verify_asan_link_order=0"}

    def read(self, index):
        return struct.unpack_from("Q", self.memory, 8 * index)[0]

    def write(self, index, value):
        struct.pack_into("Q", self.memory, 8 * index, value)

    def is_at_work(self):
        return self.read(PROCESS) != 0

    @property
    def live(self):
        """Allocations that are not freed; a wild number where more was freed than seen."""
        return struct.unpack_from("q", self.memory, 8 * LIVE)[0]

    @property
    def failed(self):
        """Allocations that failed since the last fail()."""
        return self.read(FAILED)

    def fail(self, number, count=1):
        """Lets the allocation that is the NUMBERth from now on fail, and COUNT - 1 behind it."""
        self.reached = False
        self.write(FAIL_FROM, 0)
        self.write(FAILED, 0)
        self.write(FAIL_COUNT, count)
        self.write(FAIL_FROM, self.read(ALLOCATIONS) + number)

    def recover(self):
        """There is memory again. Notes whether there were as many allocations as was to fail."""
        number = self.read(FAIL_FROM)
        if number:
            self.reached = self.read(ALLOCATIONS) >= number
            self.write(FAIL_FROM, 0)

    def note_maps(self, pid):
        """To be called while the process lives, for backtrace()."""
        try:
            with open("/proc/%d/maps" % pid) as file:
                lines = [line.split() for line in file if " r-xp " in line]
        except OSError:
            return
        self.maps = [(*(int(end, 16) for end in fields[0].split("-")), int(fields[2], 16),
                      fields[5]) for fields in lines if len(fields) > 5]

    def backtrace(self):
        """Who asked for the latest allocation that failed: a line a function, innermost first."""
        addresses = struct.unpack_from("%dQ" % FRAMES_MAX, self.memory, 8 * FRAMES)
        return [self.describe(address) for address in addresses if address]

    def describe(self, address):
        for start, end, offset, path in self.maps:
            if start <= address < end:
                return describe_offset(path, address - start + offset)
        return hex(address)


def describe_offset(path, offset):
    place = "%s+0x%x" % (os.path.basename(path), offset)
    if not shutil.which("addr2line"):
        return place
    # A frame is where its call returns to: the call itself is before that.
    told = subprocess.run(["addr2line", "-fse", path, hex(offset - 1)], capture_output=True,
                          text=True).stdout.split("\n")
    return place if not told[0] or told[0] == "??" else "%s (%s)" % (told[0], told[1])
