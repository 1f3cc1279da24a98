# SPDX-License-Identifier: LGPL-2.1-or-later
"""Waiting for conditions, never for a time."""

import os
import time

# Of a wait that is in vain: long, since the machine may be busy. What must happen without waiting is
# shown with clocks that stand still (clock_standin.py), and how quick the daemon is, by bench/.
DEADLINE_S = 120.0

# How many times slower than by itself the daemon runs, as under valgrind (tests/valgrind).
SLOWNESS = float(os.environ.get("LVMPOLLD_SLOWNESS", 1))


def scaled(deadline_s):
    """A deadline, for a daemon as slow as that under test."""
    return deadline_s * SLOWNESS


# Tells of a wait that is in vain before its deadline is there: tests/faults knows of some.
is_in_vain = None


def wait_for(condition, what, deadline_s=DEADLINE_S):
    """Waits until condition() is true and returns its value; fails with what did not happen."""
    end = time.monotonic() + scaled(deadline_s)
    pause_s = 0.001
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end or is_in_vain and is_in_vain():
            raise AssertionError("waited up to %g s in vain for %s" % (deadline_s, what))
        time.sleep(pause_s)
        pause_s = min(pause_s * 1.5, 0.05)
