# SPDX-License-Identifier: LGPL-2.1-or-later
"""What plays a fault (tests/faults): libraries that are loaded into a daemon, and programs beside it."""

import os
import subprocess

HERE = os.path.dirname(os.path.abspath(__file__))
SOURCES = os.path.join(os.path.dirname(HERE), "faults")


def build(name, folder):
    """Compiles tests/faults/NAME.c; returns the library."""
    path = os.path.join(folder, name + ".so")
    subprocess.run([os.environ.get("CC", "cc"), "-std=gnu11", "-O1", "-fPIC", "-shared",
                    "-fvisibility=hidden", "-o", path, os.path.join(SOURCES, name + ".c"), "-ldl"],
                   check=True)
    return path


def build_program(name, folder):
    """Compiles tests/faults/NAME.c; returns the program."""
    path = os.path.join(folder, name)
    subprocess.run([os.environ.get("CC", "cc"), "-std=gnu11", "-O1", "-o", path,
                    os.path.join(SOURCES, name + ".c")], check=True)
    return path


def variables(library, **more):
    """What a process needs in its environment to have that library."""
    # A sanitizer's own library would otherwise want to be the first of all.
    options = os.environ.get("ASAN_OPTIONS", "")
    return dict(more, LD_PRELOAD=library,
                ASAN_OPTIONS=(options + ":" if options else "") + "verify_asan_link_order=0")
