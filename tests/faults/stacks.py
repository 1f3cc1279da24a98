# SPDX-License-Identifier: LGPL-2.1-or-later
"""Steers the allocator that fails for a chosen call stack (failing_stack.c)."""

import functools
import mmap
import os
import shutil
import struct
import subprocess

from allocator import build_library

VARIABLE = "LVMPOLLD_FAILING_STACK"
PRELOADED = "failing_stack"

# As in call_stack.h.
STACKS_MAX = 8192
FRAMES_MAX = 40
MODULES_MAX = 64
MODULE_SIZE = 256
FAIL_STACK, FAILED, PROCESSES, ENDS, CRASHED, LOST = range(0, 48, 8)
MODULES = 48
LEFT = MODULES + MODULES_MAX * MODULE_SIZE
STACKS = LEFT + 4 * STACKS_MAX
STACK_SIZE = 8 * (1 + FRAMES_MAX)
FILE_SIZE = STACKS + STACKS_MAX * STACK_SIZE

# The module that the daemon itself is.
PROGRAM = "/proc/self/exe"

OFFSET_MASK = (1 << 48) - 1


def build(folder):
    return build_library(folder, PRELOADED, ["call_stack"])


class Stacks:
    """The file that the daemons of one test share with it."""

    def __init__(self, path, failing=0):
        self.path = path
        with open(path, "wb") as file:
            file.truncate(FILE_SIZE)
        os.chmod(path, 0o666)  # a test may run its daemon as another user
        with open(path, "r+b") as file:
            self.memory = mmap.mmap(file.fileno(), FILE_SIZE)
        struct.pack_into("Q", self.memory, FAIL_STACK, failing)

    def close(self):
        self.memory.close()
        os.unlink(self.path)

    def read(self, place):
        return struct.unpack_from("Q", self.memory, place)[0]

    def indexes(self):
        """Of each stack that was noted, by its identity."""
        found = {}
        for index in range(STACKS_MAX):
            identity = self.read(STACKS + index * STACK_SIZE)
            if identity:
                found[identity] = index
        return found

    def left(self):
        """How many allocations of each stack there were when a daemon exited."""
        counts = struct.unpack_from("%dI" % STACKS_MAX, self.memory, LEFT)
        return {self.read(STACKS + index * STACK_SIZE): count
                for index, count in enumerate(counts) if count}

    def frames(self, index):
        """A (module, offset) for each function of the stack, innermost first."""
        frames = struct.unpack_from("%dQ" % FRAMES_MAX, self.memory,
                                    STACKS + index * STACK_SIZE + 8)
        return [(self.module(frame >> 48), frame & OFFSET_MASK) for frame in frames if frame]

    def module(self, number):
        start = MODULES + number * MODULE_SIZE
        return self.memory[start:start + MODULE_SIZE].split(b"\0")[0].decode()


def describe(frames, program):
    """A line a function, innermost first, of a stack of PROGRAM."""
    return [describe_frame(program if path == PROGRAM else path, offset)
            for path, offset in frames]


@functools.lru_cache(maxsize=None)
def describe_frame(path, offset):
    place = "%s+0x%x" % (os.path.basename(path), offset)
    if not shutil.which("addr2line"):
        return place
    # A frame is where its call returns to: the call itself is before that.
    told = subprocess.run(["addr2line", "-fse", path, hex(offset - 1)], capture_output=True,
                          text=True).stdout.split("\n")
    return place if told[0] in ("", "??") else "%s (%s)" % (told[0], told[1])
