# SPDX-License-Identifier: LGPL-2.1-or-later
"""Judges a daemon test in which an allocation failed, by the same test without the failure."""

import itertools
import re

import stacks

# By these words whoever reads the log or the answer knows what was wrong.
SHORTAGE = re.compile(
    r"not enough memory|out of memory|no memory|cannot allocate memory"
    r"|cannot start a prober: Resource temporarily unavailable", re.I)
# A daemon that cannot start, or be upgraded, says why; and what it does without.
REFUSAL = re.compile(r"lvmpolld: fatal: .|libltdl does not start: .|is not loaded: .")
# What a test says when the daemon has hung up, which is a clear end too.
HUNG_UP = re.compile(r"ConnectionResetError|BrokenPipeError|connection closed instead of a reply"
                     r"|connection closed within a message")


def has_told(run):
    """Whether the daemon, or its answers, or the end of a connection, said that it could not."""
    return bool(SHORTAGE.search(run.logs) or SHORTAGE.search(run.detail)
                or REFUSAL.search(run.logs) or HUNG_UP.search(run.detail)
                or any(SHORTAGE.search(str(reply)) for reply in run.replies))


def without_folder(reply):
    """A reply whose words are the same each time that the test is run."""
    request, response, reason = reply
    return request, response, reason and re.sub(r"/\S*/lvmpolld-test-[^/ ]*", "...", reason)


def keeper_of(frames):
    """The functions of a library that ask for the memory by themselves."""
    return tuple(itertools.takewhile(
        lambda frame: frame[0] != stacks.PROGRAM and "/plugins/" not in frame[0], frames))


# What is borne without a word, by a function of the call stack; or what nothing can be done about.
BORNE = {
    "find_nearest_name": "a hint is left out of a message",
    "log_memory_new": "people are told without the latest events",
    "log_memory_add": "likewise, without one of them",
    "waiters_add": "one who asks late may find the result collected, as with stock",
    "merge_read_targets": "lvpoll polls by itself, as with stock",
    "nss_database_reload": "the C library dies of it, when it is first asked for a user",
    "__nss_passwd_lookup2": "likewise",
}
# Whose operations come to no end that is the same each time.
RANDOM = "test_chaos."
# A start that has ended in the middle of it: the process is gone at once.
NOT_RESUMED_NOW = "what was in flight cannot be resumed now"
# The libraries that load others.
LOADERS = ("/libltdl", "/ld-linux", "/ld64", "/ld-musl")
# The C library does not free what it has prepared for dlerror() where that fails.
# libyaml does not free what it has of a document where it finds no memory for the rest.
KEEPERS = ("_dlerror_run", "__dlerror", "yaml_parser_load")
# After an upgrade: the operation stays on record, and who waits hears that it failed.
NOT_RESUMED = re.compile("(cannot be resumed|could not be taken over): out of memory")
# It stays in flight, unpolled, until there is memory; who has no patience hears that it failed.
NOT_WATCHED = "the kernel cannot be watched now; waiting clients are told that it fails"


class Judge:
    """Knows how the tests are when there is memory enough."""

    def __init__(self, runs, frames, program):
        self.frames = frames
        self.program = program
        self.normal = {run.name: run for run in runs}
        self.left = {}
        for run in runs:
            for identity, count in run.left.items():
                self.left[identity] = max(count, self.left.get(identity, 0))
        self.kept = {keeper_of(frames[identity]) for identity in self.left}

    def findings(self, run):
        """A sentence for each thing that must not be."""
        normal = self.normal[run.name]
        if self.is_borne(run):
            return
        yield from self.ends(run, normal)
        yield from self.leaks(run)
        yield from self.wrong_answers(run, normal)
        if run.outcome == "failed" and not has_told(run):
            yield "the test fails, and nobody has said that there was no memory:\n" + run.detail

    def is_borne(self, run):
        names = self.names(run.failing)
        return any(word in name for name in names for word in BORNE) and not run.faults

    def names(self, identity):
        return stacks.describe(self.frames[identity], self.program)

    def ends(self, run, normal):
        if run.crashed and not normal.crashed:
            yield "the daemon died of signal %d" % run.crashed
        for kind, sentence in run.faults.items():
            # The socket may be there already when it finds that it cannot serve.
            # What is in flight stays on record then, for the next.
            is_refusal = kind in ("end", "dump") and run.refused and REFUSAL.search(run.logs)
            if kind not in normal.faults and not is_refusal:
                yield sentence

    def leaks(self, run):
        if NOT_RESUMED_NOW in run.logs:
            return
        for identity, count in run.left.items():
            if (count > self.left.get(identity, 0) and not self.is_kept(identity)
                    and not (self.is_of_loader(identity) and self.is_of_loader(run.failing))):
                yield Leak(identity, "a leak: %d allocations of this stack are left, not %d"
                           % (count, self.left.get(identity, 0)))

    def is_kept(self, identity):
        """Whether a library keeps it that always does, as the C library does the time zone."""
        inside = keeper_of(self.frames[identity])
        if len(inside) > 1 and inside in self.kept:
            return True
        return any(name.startswith(KEEPERS) for name in self.names(identity))

    def is_of_loader(self, identity):
        """What it has made until it found no memory, it leaves, and tries no more."""
        return any(word in path for path, _ in keeper_of(self.frames[identity])
                   for word in LOADERS)

    @staticmethod
    def may_fail(run):
        """Whether the daemon has said why who waits hears that it failed, in spite of what becomes of it."""
        return NOT_RESUMED.search(run.logs) or NOT_WATCHED in run.logs

    def wrong_answers(self, run, normal):
        if run.name.startswith(RANDOM):
            return
        for operation, results in run.results.items():
            wrong = results - normal.results.get(operation, results)
            if self.may_fail(run):
                wrong = {result for result in wrong if result[0] != "failed"}
            if wrong:
                yield "the result of %r is %r, not %r" % (operation, wrong,
                                                         normal.results[operation])
        usual = {without_folder(reply) for reply in normal.replies}
        for request, response, reason in {without_folder(reply) for reply in run.replies} - usual:
            # The log has said it too; and what is no request is answered as such.
            if not request or " is not loaded: " in (reason or ""):
                continue
            if response == "failed" and self.may_fail(run):
                continue
            if response in ("invalid", "failed") and not SHORTAGE.search(reason or ""):
                yield "%s is answered %s, %s" % (request, response, reason)


class Leak(str):
    """Its words, and which stack asked for what is left."""

    def __new__(cls, identity, words):
        self = super().__new__(cls, words)
        self.identity = identity
        return self
