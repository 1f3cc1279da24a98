# SPDX-License-Identifier: LGPL-2.1-or-later
"""Libraries that are loaded into a daemon (tests/faults, tests/standin), and programs beside it."""

import os
import subprocess

HERE = os.path.dirname(os.path.abspath(__file__))
SOURCES = os.path.join(os.path.dirname(HERE), "faults")
STANDIN = "device_mapper.so"
# Where one was built for all tests (run).
STANDIN_BUILT = "LVMPOLLD_TEST_STANDIN"


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


def standin(folder):
    """The library of tests/standin: that of the build tree, or, where there is only a daemon, one
    that is built in the folder, unless that was done for all."""
    if STANDIN_BUILT in os.environ:
        return os.environ[STANDIN_BUILT]
    build = os.environ.get("LVMPOLLD_BUILDDIR")
    if not build and os.environ.get("LVMPOLLD"):
        build = os.path.dirname(os.path.dirname(os.environ["LVMPOLLD"]))
    built = os.path.join(build or HERE, "tests", "standin", STANDIN)
    if os.path.exists(built):
        return built
    folder_of_sources = os.path.join(os.path.dirname(HERE), "standin")
    sources = [os.path.join(folder_of_sources, name) for name in os.listdir(folder_of_sources)
               if name.endswith(".c")]
    path = os.path.join(folder, STANDIN)
    subprocess.run([os.environ.get("CC", "cc"), "-std=gnu11", "-O1", "-U_FORTIFY_SOURCE", "-fPIC",
                    "-shared", "-fvisibility=hidden", "-o", path, *sources, "-pthread", "-ldl"],
                   check=True)
    return path


def variables(library, former=os.environ, **more):
    """What a process needs in its environment, which was the former one, to have that library."""
    # A sanitizer's own library would otherwise want to be the first of all.
    options = former.get("ASAN_OPTIONS", "")
    return dict(more, LD_PRELOAD=library,
                ASAN_OPTIONS=(options + ":" if options else "") + "verify_asan_link_order=0")


def beside(library, former):
    """Likewise, where the former environment has a library already."""
    loaded = former.get("LD_PRELOAD")
    return variables(library + (":" + loaded if loaded else ""), former)
