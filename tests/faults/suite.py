# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs one daemon test with a chosen call stack failing, and watches what it and the daemon say."""

import importlib.machinery
import importlib.util
import os
import tempfile

import stacks
from witness import Witness

HERE = os.path.dirname(os.path.abspath(__file__))
RUNNER = os.path.join(os.path.dirname(HERE), "daemon", "run")

WRAPPER = """#!/bin/sh
export %s=%s
export LD_PRELOAD="%s${LD_PRELOAD:+ $LD_PRELOAD}"
exec %s "$@"
"""


def load_runner():
    loader = importlib.machinery.SourceFileLoader("daemon_run", RUNNER)
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(loader.name, loader))
    loader.exec_module(module)
    return module


class Worker:
    """What a process needs that runs one daemon test after the other."""

    def __init__(self, library, program, folder):
        self.runner = load_runner()
        self.known = set()
        self.folder = tempfile.mkdtemp(dir=folder)
        os.chmod(self.folder, 0o755)
        self.control = os.path.join(self.folder, "stacks")
        self.make_tree(library, program)
        self.witness = Witness()
        self.witness.install()

    def make_tree(self, library, program):
        """Something that looks like the build tree, with a script that starts the daemon of that."""
        built = os.path.dirname(os.path.dirname(program))
        os.mkdir(os.path.join(self.folder, "core"))
        wrapper = os.path.join(self.folder, "core", "lvmpolld")
        with open(wrapper, "w") as file:
            file.write(WRAPPER % (stacks.VARIABLE, self.control, library, program))
        os.chmod(wrapper, 0o755)
        for name in ("config.status", "plugins", "tests"):
            os.symlink(os.path.join(built, name), os.path.join(self.folder, name))
        os.environ.update(LVMPOLLD=wrapper, LVMPOLLD_IS_STOCK="0", LVMPOLLD_BUILDDIR=built)

    def run(self, name, failing=0):
        """Runs the test; returns what there is to know."""
        noted = stacks.Stacks(self.control, failing)
        self.witness.begin(noted)
        try:
            lines = self.runner.run_test(name)
            return Run(name, failing, lines, noted, self.witness, self.known)
        finally:
            noted.close()


class Run:
    """One run of one daemon test."""

    def __init__(self, name, failing, lines, noted, witness, known):
        self.name = name
        self.failing = failing
        outcomes = {line[1] for line in lines}
        self.outcome = next((outcome for outcome in ("failed", "passed", "skipped")
                             if outcome in outcomes), "skipped")
        self.detail = "\n".join(line[2] for line in lines if line[1] == "failed")
        self.seconds = sum(line[3] for line in lines)
        self.has_failed = noted.read(stacks.FAILED) != 0
        self.crashed = noted.read(stacks.CRASHED)
        self.lost = noted.read(stacks.LOST)
        self.left = noted.left()
        self.note_stacks(noted, known)
        self.logs = witness.logs
        self.results = witness.results
        self.replies = witness.replies
        self.faults = witness.faults
        self.refused = witness.refused

    def note_stacks(self, noted, known):
        """The frames only of what has not been told yet: there are many."""
        found = noted.indexes()
        self.reached = list(found)
        self.frames = {identity: noted.frames(index) for identity, index in found.items()
                       if identity not in known}
        known.update(self.frames)
