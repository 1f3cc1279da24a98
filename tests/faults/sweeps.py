# SPDX-License-Identifier: LGPL-2.1-or-later
"""The sweeps: what is done with the daemon while its Nth allocation fails, for every N."""

import os
import shutil
import signal
import tempfile
import time

import conversation
from allocator import ALLOCATIONS, Allocator
from conversation import Talk, Wrong
from deadline import wait_for
from kernel_standin import UUIDS, Kernel, mirror
from lvmpolld import Daemon, STANDIN
from protocol import lvid, volume

# Allocations of a start before the socket is there that have to do with what was in flight, and
# some more: those before are the sweep "start"'s.
RECOVERY_ALLOCATIONS = 100

# So often is a conversation repeated after which more is left than before.
REPEATED = 3

# After so many failures a sweep has told enough.
FAILURES_MAX = 10


class SweptDaemon:
    """A daemon with the failing allocator, in a folder of its own or in FOLDER."""

    def __init__(self, library, folder=None, with_kernel=False, patience=None, adopt="never"):
        folder = folder or tempfile.mkdtemp(prefix="lvmpolld-sweep-")
        self.daemon = Daemon(directory=folder, standin=STANDIN if adopt == "never" else self.link_standin(folder))
        self.adopt = adopt
        self.allocator = Allocator(library, os.path.join(self.daemon.directory, "allocator"))
        self.patience = patience
        self.kernel = None
        if with_kernel:
            self.kernel = Kernel(os.path.join(self.daemon.directory, "kernel"))

    @staticmethod
    def link_standin(folder):
        """Commands of lvm2 are known by the name of the program: no other daemon has this one."""
        link = os.path.join(folder, os.path.basename(folder))
        os.symlink(STANDIN, link)
        return link

    def write_configuration(self):
        """What has ended lately is kept up to a limit: here that is reached at once."""
        patience = "" if self.patience is None else ", patience: %d" % self.patience
        path = os.path.join(self.daemon.directory, "sweep.yaml")
        with open(path, "w") as file:
            # A survey is made by the other thread, at times of its own: only where that is what is swept.
            file.write("limits: {results: 2%s}\nhistory: {entries: 2}\nunattended: {adopt: %s}\n" % (
                patience, self.adopt))
        return path

    def start(self, wait=True):
        variables = self.allocator.variables()
        if self.kernel:
            variables = dict(self.kernel.variables(),
                             **self.allocator.variables(self.kernel.library))
        self.daemon.start("-l", "info", "-c", self.write_configuration(), wait=wait,
                          environment=self.daemon.environment(**variables))
        if wait:
            self.allocator.note_maps(self.daemon.pid)
            if not self.allocator.is_at_work():
                raise Wrong("the daemon's allocator was not replaced")
        return self

    def descriptors(self):
        return len(os.listdir("/proc/%d/fd" % self.daemon.pid))

    def discard(self):
        self.allocator.recover()
        self.daemon.discard()


class Sweep:
    """Runs attempt(N) for each N from FIRST on, STEP apart, until no allocation fails any more."""

    # How many processes share it: each takes every PARTS-th allocation.
    parts = 1

    def __init__(self, library, burst, first, step=1):
        self.library = library
        self.burst = burst
        self.first = first
        self.step = step
        self.failures = []
        self.count = 0

    def run(self):
        start = time.monotonic()
        number = self.first
        in_vain = 0
        while in_vain < 3 and len(self.failures) < FAILURES_MAX:
            in_vain = 0 if self.attempt_and_note(number) else in_vain + 1
            number += self.step
        self.end()
        self.seconds = time.monotonic() - start

    def attempt_and_note(self, number):
        """Whether the attempt had as many allocations."""
        try:
            self.attempt(number)
        except (Wrong, AssertionError) as error:
            self.failures.append("allocation %d: %s\n  %s" % (
                number, error, "\n  ".join(self.swept.allocator.backtrace())))
            self.give_up()
            return True
        allocator = self.swept.allocator
        allocator.recover()
        self.count += allocator.failed
        return allocator.reached

    def give_up(self):
        """After a failure what is left of the daemon is of no use."""
        try:
            self.swept.discard()
        except AssertionError as error:
            self.failures.append(str(error))

    def end(self):
        pass

    def stop(self):
        """Stops the daemon, which must leave nothing behind."""
        daemon = self.swept.daemon
        status = daemon.stop()
        if status != 0:
            raise Wrong("the daemon ended with status %d\n%s" % (status, daemon.log()[-1000:]))
        for path in (daemon.socket, daemon.pidfile):
            if os.path.exists(path):
                raise Wrong("the daemon left %s behind" % path)


class SessionSweep(Sweep):
    """One daemon goes through the same conversation again and again."""

    with_kernel = False
    patience = None
    adopt = "never"
    parts = 6

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.swept = None  # until it is needed, and after a failure

    def begin(self):
        self.swept = SweptDaemon(self.library, with_kernel=self.with_kernel,
                                 patience=self.patience, adopt=self.adopt).start()
        self.prepare()
        # Twice: what is allocated once for all is there then.
        for _ in range(2):
            self.converse()
        self.live = self.swept.allocator.live
        self.descriptors = self.swept.descriptors()

    def prepare(self):
        self.swept.daemon.make_pipe("until")

    def converse(self):
        talk = Talk(self.swept.daemon)
        try:
            self.talk_about(talk)
        finally:
            talk.close()
        started = os.path.join(self.swept.daemon.directory, "started")
        if os.path.exists(started):
            os.unlink(started)

    def talk_about(self, talk):
        conversation.all_of_it(talk)

    def attempt(self, number):
        if not self.swept:
            self.begin()
        self.swept.allocator.fail(number, self.burst)
        self.converse()
        self.swept.allocator.recover()
        self.check_what_is_left(number)

    def is_as_before(self):
        return (self.swept.allocator.live <= self.live
                and self.swept.descriptors() <= self.descriptors)

    def settles(self):
        try:
            wait_for(self.is_as_before, "", 0.5)
            return True
        except AssertionError:
            return False

    def check_what_is_left(self, number):
        """What grows once or twice was a table that grew, or a timer that is kept; what grows each time is a leak."""
        grown = []
        while not self.settles():
            grown.append("%d allocations and %d descriptors" % (self.live, self.descriptors))
            self.live, self.descriptors = self.swept.allocator.live, self.swept.descriptors()
            if len(grown) > REPEATED:
                raise Wrong("a leak: %s, now %d and %d" % (", then ".join(grown), self.live, self.descriptors))
            self.swept.allocator.fail(number, self.burst)
            self.converse()
            self.swept.allocator.recover()

    def give_up(self):
        super().give_up()
        self.swept = None

    def end(self):
        if not self.swept:
            return
        try:
            self.stop()
        except (Wrong, AssertionError) as error:
            self.failures.append(str(error))
        self.give_up()


class WatchedSweep(SessionSweep):
    """Likewise, with operations that the kernel shows."""

    with_kernel = True
    parts = 2
    uuids = "older"

    def prepare(self):
        pass

    def talk_about(self, talk):
        os.environ[UUIDS] = self.uuids
        device = self.swept.kernel.add("vg", "move", lvid("move"), [mirror(0, 8192, 10, 150)],
                                       is_move=True)
        talk.begin("pvmove", **volume("move", interval="1"))
        talk.expect({"response": "in_progress"}, "progress_info", lvid=lvid("move"))
        device.change([mirror(0, 8192, 150, 150)], event=True)
        talk.result("retcode", 0, lvid=lvid("move"))
        conversation.nothing_left(talk)


class NewerSweep(WatchedSweep):
    """Likewise, with the UUIDs of a newer lvm2."""

    uuids = "newer"


class UnattendedSweep(SessionSweep):
    """Likewise, with what nobody has asked for: it is found, adopted, and forgotten."""

    with_kernel = True
    adopt = "report"
    parts = 2

    def prepare(self):
        pass

    def talk_about(self, talk):
        device = self.swept.kernel.add("vg", "pvmove0", lvid("pvmove0"), [mirror(0, 8192, 10, 150)], is_move=True)
        number = self.wait_item(lambda item: self.is_adopted(talk, item))["id"]
        self.wait_item(lambda item: self.is_forgotten(talk, item, number))
        device.remove()
        self.wait_item(lambda item: self.is_gone(talk, item))
        # Nobody else hears how it ended.
        talk.ask("progress_info", lvid=lvid("pvmove0"))
        conversation.nothing_left(talk)

    def wait_item(self, is_good):
        """The item of the list that IS_GOOD for, which may be none, {}."""
        def found():
            item = self.read_item()
            return (item,) if item is not None and is_good(item) else None
        # Beside processes in the middle of an exec, of which a busy machine has many, nothing is adopted.
        return wait_for(found, "what is listed")[0]

    def read_item(self):
        """What is listed of the volume; {}: nothing; None where the daemon is out of memory for a list."""
        try:
            with self.swept.daemon.client(deadline_s=conversation.ANSWER_S) as client:
                if client.ask("list")["response"] != "OK":
                    return None
                items = client.receive_items()
        except (ConnectionError, AssertionError):
            if self.swept.daemon.process.poll() is not None:
                raise Wrong("the daemon is gone, with status %d" % self.swept.daemon.process.returncode) from None
            return None
        return ([item for item in items if item.get("lv") == "pvmove0"] or [{}])[0]

    @staticmethod
    def is_adopted(talk, item):
        if not item:
            talk.ask("adopt")
        elif item["item"] == "unattended" and not item["adopting"]:
            talk.ask("adopt", id=item["id"])
        return item.get("item") == "operation"

    @staticmethod
    def is_forgotten(talk, item, number):
        if item.get("item") == "operation":
            talk.ask("forget", id=number)
        return item.get("item") != "operation"

    @staticmethod
    def is_gone(talk, item):
        if item:
            talk.ask("adopt")
        return not item


class FailureSweep(SessionSweep):
    """Likewise, with an attempt that fails; who waits hears of that at once."""

    patience = 0
    parts = 1

    def prepare(self):
        pass

    def talk_about(self, talk):
        conversation.failure(talk)
        conversation.nothing_left(talk)


class StartSweep(Sweep):
    """The daemon is started: it refuses, with the reason, or it is as good as any."""

    def prepare(self):
        self.swept = SweptDaemon(self.library)

    def attempt(self, number):
        self.prepare()
        self.swept.allocator.fail(number, self.burst)
        self.swept.start(wait=False)
        daemon = self.swept.daemon
        wait_for(lambda: daemon.process.poll() is not None or os.path.exists(daemon.socket),
                 "the daemon's socket or its end")
        self.swept.allocator.note_maps(daemon.pid)
        try:
            if daemon.process.poll() is None:
                self.use()
                self.stop()
        except Wrong:
            # It may give up when the socket is there already.
            if daemon.process.poll() != 1:
                raise
        if daemon.process.poll() != 0:
            self.check_refusal()
        self.check_records()
        self.swept.discard()

    def use(self):
        talk = Talk(self.swept.daemon)
        conversation.hello(talk)
        reply = talk.ask("pvmove", **volume("good"))
        if reply["response"] == "OK":
            talk.result("retcode", 0, lvid=lvid("good"))
        elif "not loaded" not in reply.get("reason", ""):
            raise Wrong("pvmove is answered %r" % reply)
        talk.close()
        self.swept.allocator.recover()

    def check_refusal(self):
        daemon = self.swept.daemon
        if daemon.process.returncode != 1 or not daemon.log().strip():
            raise Wrong("the daemon ended with status %d and these words:\n%s"
                        % (daemon.process.returncode, daemon.log()))
        for path in (daemon.socket, daemon.pidfile):
            if os.path.exists(path):
                raise Wrong("the daemon left %s behind" % path)

    def check_records(self):
        pass


class RecoverySweep(StartSweep):
    """The daemon is started where a former one was killed: what that had in flight is not lost."""

    parts = 2

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.template = None
        self.make_template()

    def make_template(self):
        """The records of a daemon that was killed."""
        swept = SweptDaemon(self.library)
        self.swept = swept
        swept.start()
        former = swept.allocator.read(ALLOCATIONS) - RECOVERY_ALLOCATIONS
        self.first += max(0, former - self.first) // self.step * self.step
        for lvname in ("until", "until-0-b"):
            swept.daemon.make_pipe(lvname)
        with swept.daemon.client() as client:
            client.ask("pvmove", **volume("until", interval="1"))
            client.ask("merge", **volume("until-0-b", interval="+1"))
        swept.daemon.wait_start("until")
        swept.daemon.send_signal(signal.SIGKILL)
        swept.daemon.process.wait()
        self.template = tempfile.mkdtemp(prefix="lvmpolld-sweep-")
        state = swept.daemon.socket.replace(".socket", ".state")
        shutil.copytree(state, self.template, dirs_exist_ok=True)
        self.names = sorted(os.listdir(self.template))
        swept.discard()
        if len(self.names) != 2:
            raise Wrong("the killed daemon has left %r" % self.names)

    def prepare(self):
        super().prepare()
        state = self.swept.daemon.socket.replace(".socket", ".state")
        shutil.copytree(self.template, state)
        os.chmod(state, 0o700)
        self.collected = False

    def use(self):
        """An operation of the previous daemon goes on, or its record stays for the next."""
        talk = Talk(self.swept.daemon)
        conversation.hello(talk)
        reply = talk.ask("progress_info", lvid=lvid("until"))
        # lvm2 takes "not_found" for a success: where nothing is known now it hears "failed".
        if reply["response"] == "not_found":
            raise Wrong("what a previous daemon had in flight is answered %r" % reply)
        if reply["response"] != "failed":
            if reply["response"] != "finished":
                talk.result("retcode", 0, lvid=lvid("until"))
            self.collected = True
        talk.close()
        self.swept.allocator.recover()

    def check_records(self):
        """A further daemon, with memory, finishes what is not finished yet."""
        if self.collected:
            return
        self.swept.allocator.recover()
        self.swept.daemon.start("-l", "info")
        talk = Talk(self.swept.daemon)
        talk.result("retcode", 0, lvid=lvid("until"))
        talk.close()
        self.stop()

    def end(self):
        shutil.rmtree(self.template, ignore_errors=True)


class StopSweep(Sweep):
    """The daemon is stopped with an operation in flight: it ends well, and the record stays."""

    def attempt(self, number):
        self.swept = SweptDaemon(self.library).start()
        daemon = self.swept.daemon
        with daemon.client() as client:
            client.ask("pvmove", **volume("hang"))
            daemon.wait_start("hang")
            self.swept.allocator.fail(number, self.burst)
            self.stop()
        if len(os.listdir(daemon.socket.replace(".socket", ".state"))) != 1:
            raise Wrong("the record of the operation in flight is gone")
        self.swept.discard()


ALL = {
    "start": StartSweep,
    "session": SessionSweep,
    "watched": WatchedSweep,
    "newer": NewerSweep,
    "unattended": UnattendedSweep,
    "failure": FailureSweep,
    "recovery": RecoverySweep,
    "stop": StopSweep,
}
