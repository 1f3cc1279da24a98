# SPDX-License-Identifier: LGPL-2.1-or-later
"""The clocks of a daemon, for a test to have in hand (tests/standin/clock.c)."""

import mmap
import os
import sys
import time

import preload
from protocol import Client

WALL, AHEAD, STANDS = range(3)
SECOND_NS = 10 ** 9


def swapped(number):
    """A number of 64 bits as the machine has it whose bytes are those of this one, the lowest first; and the other way round."""
    return int.from_bytes(number.to_bytes(8, "little", signed=True), sys.byteorder, signed=True)


class Numbers:
    """Those of a file. One is written as a whole, so that the daemon never sees half of it."""

    def __init__(self, mapped):
        self.numbers = memoryview(mapped).cast("q")

    def __getitem__(self, place):
        return swapped(self.numbers[place])

    def __setitem__(self, place, number):
        self.numbers[place] = swapped(number)


class Clock:
    """
    Clocks that run as those of the machine until the test says otherwise. Several daemons, one after
    the other, may have them. What has passed is noticed when the daemon next looks at its timers.
    """

    def __init__(self, folder):
        self.path = os.path.join(folder, "clock")
        with open(self.path, "wb") as file:
            file.write(bytes(24))
        with open(self.path, "r+b") as file:
            self.numbers = Numbers(mmap.mmap(file.fileno(), 24))

    def variables(self):
        """What a process needs in its environment, beside the library, to have these clocks."""
        return {"LVMPOLLD_STANDIN_CLOCK": self.path}

    def environment_of(self, daemon):
        """That of a daemon which has no kernel's stand-in."""
        return daemon.environment(**preload.variables(
            preload.standin(daemon.directory), **self.variables()))

    def jump(self, seconds):
        """The wall clock is ahead by so much. All others go on as before."""
        self.numbers[WALL] = seconds

    def stop(self):
        """No time passes any more: whatever happens now, happens without waiting for it."""
        if not self.numbers[STANDS]:
            self.numbers[STANDS] = time.monotonic_ns() + self.numbers[AHEAD]

    def go_on(self):
        """From where it stands."""
        if self.numbers[STANDS]:
            self.numbers[AHEAD] = self.numbers[STANDS] - time.monotonic_ns()
            self.numbers[STANDS] = 0

    def run_during(self, action):
        """Lets a clock that stands run while the action, which has waits of its own, is under way.
        Returns how many seconds have passed."""
        before = self.numbers[STANDS]
        self.go_on()
        action()
        self.stop()
        return (self.numbers[STANDS] - before) / SECOND_NS

    def pass_by(self, seconds):
        """So much has passed at once: the next daemon finds it so, and one that runs notices when it next looks at its timers."""
        self.numbers[AHEAD] += round(seconds * SECOND_NS)

    def now_us(self):
        """What a clock shows that never jumps: CLOCK_MONOTONIC."""
        return (self.numbers[STANDS] or time.monotonic_ns() + self.numbers[AHEAD]) // 1000

    def skip(self, seconds, client):
        """So much has passed at once; the daemon of this client has noticed it on return."""
        self.numbers[STANDS if self.numbers[STANDS] else AHEAD] += round(seconds * SECOND_NS)
        self.settle(client)

    @staticmethod
    def settle(client):
        """The daemon of this client has read its clock, and done what is due. It does both once for each turn of
        its loop, in which it answers one client again and again, but takes one new connection."""
        for _ in range(2):
            with Client(client.path) as other:
                other.hello()
