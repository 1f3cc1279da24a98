# SPDX-License-Identifier: LGPL-2.1-or-later
"""Watches what a daemon test and its daemons say to each other, and checks what they leave behind."""

import os
import re
import subprocess
import time

import deadline
import lvmpolld
import protocol
import stacks
from deadline import DEADLINE_S, scaled
from judge import REFUSAL, SHORTAGE

OPERATIONS = ("pvmove", "convert", "merge", "merge_thin")

# Once the daemon has said that it cannot, a test may wait for so long for what does not come.
IN_VAIN_S = 3

# How the daemon says that a result is gone, though the operation is over.
RESULT_LOST = "has ended, and its result is lost: out of memory"
NOT_TAKEN_OVER = "a result could not be taken over: out of memory"

# More of a message that does not end is not of interest.
HEARD_MAX = 4096


def parse_request(text):
    """The keys of a request, as far as they can be told without a parser."""
    lines = (re.match(r'(\w+) ?= ?"?([^"]*)', line)
             for line in text.decode(errors="replace").splitlines())
    return dict(match.groups() for match in lines if match)


def key_of(request):
    return request.get("sysdir", "") + request.get("lvid", ""), request.get("abort", "0")


def records_of(daemon):
    """The names of the records that the daemon keeps of what is in flight."""
    state = daemon.socket.replace(".socket", ".state")
    return " ".join(os.listdir(state)) if os.path.isdir(state) else ""


class Witness:
    """One for each process. What it has seen since begin() is in its attributes."""

    def begin(self, noted):
        self.noted = noted
        self.logs = ""
        self.faults = {}  # what is wrong by itself: a sentence for each kind
        self.replies = set()  # a (request, response, reason) for each kind of reply
        self.results = {}  # all that the daemon has told of the end of an operation
        self.refused = False  # a daemon ended with the status of one that cannot start
        self.daemons = []
        self.told_at = None  # when it was first seen that a daemon has said that it cannot
        self.looked_at = 0
        self.accepted = {}  # by socket: the requests that were answered OK and have no result yet

    def install(self):
        """Stands between the tests and what they use."""
        self.begin(None)
        self.watch_clients(protocol.Client)
        self.watch_daemons(lvmpolld.Daemon)
        self.watch_output(subprocess)
        deadline.is_in_vain = self.is_in_vain

    def watch_clients(self, kind):
        connect, send, receive = kind.__init__, kind.send, kind.receive

        def new_connect(client, path, *arguments, **options):
            client.heard = b""
            client.requests = []
            client.path = path
            connect(client, path, *arguments, **options)

        def new_send(client, data):
            if protocol.MESSAGE_END in client.heard[-4:] + data:
                *requests, client.heard = (client.heard + data).split(protocol.MESSAGE_END)
                client.requests += requests
            else:  # a flood would take for ever otherwise
                client.heard = client.heard[-HEARD_MAX:] + data[-HEARD_MAX:]
            send(client, data)

        def new_receive(client):
            message = receive(client)
            if message is not None and client.requests:
                self.note(client.path, client.requests.pop(0), message)
            return message

        kind.__init__, kind.send, kind.receive = new_connect, new_send, new_receive

    def is_in_vain(self):
        """Whether a daemon has said some time ago that it was short of memory, as it was to be."""
        now = time.monotonic()
        if self.told_at is None and now - self.looked_at > 0.5 and self.noted.read(stacks.FAILED):
            self.looked_at = now
            logs = [daemon.log() for daemon in self.daemons if os.path.exists(daemon.stderr)]
            if any(SHORTAGE.search(log) or REFUSAL.search(log) for log in logs):
                self.told_at = now
        return self.told_at is not None and now - self.told_at > IN_VAIN_S

    def watch_daemons(self, kind):
        start, discard = kind.start, kind.discard

        def new_start(daemon, *arguments, **options):
            self.daemons.append(daemon)
            return start(daemon, *arguments, **options)

        def new_discard(daemon):
            try:
                self.look_at(daemon)
            finally:
                discard(daemon)

        kind.start, kind.discard = new_start, new_discard

    def watch_output(self, module):
        run = module.run

        def new_run(*arguments, **options):
            result = run(*arguments, **options)
            for output in (result.stdout, result.stderr):
                self.logs += output if isinstance(output, str) else ""
            return result

        module.run = new_run

    # --- what is said ----------------------------------------------------------------------------

    def note(self, path, text, message):
        request = parse_request(text)
        name = request.get("request", "")
        if name == "dump" and not message.startswith(b"response"):
            return
        try:
            reply = protocol.parse_reply(message)
        except (AssertionError, UnicodeDecodeError) as error:
            self.faults["reply"] = str(error)
            return
        self.replies.add((name, reply.get("response"), reply.get("reason")))
        accepted = self.accepted.setdefault(path, {})
        if name in OPERATIONS and reply.get("response") == "OK":
            accepted[key_of(request)] = request
        elif name == "progress_info" and reply.get("response") in ("finished", "failed"):
            result = reply.get("response"), reply.get("reason"), reply.get("value")
            if result[1] != "not enough memory":
                self.results.setdefault(key_of(request), set()).add(result)
                accepted.pop(key_of(request), None)

    # --- what is left ----------------------------------------------------------------------------

    def look_at(self, daemon):
        """At a daemon that the test is done with."""
        if daemon.process and daemon.process.poll() is None:
            self.look_for_accepted(daemon)
            if daemon.process.poll() is None:
                self.end(daemon)
        elif daemon.process:
            self.look_for_records(daemon)
        if os.path.exists(daemon.stderr):
            self.logs += daemon.log()

    def look_for_accepted(self, daemon):
        """What was accepted and is not over must be known to the daemon, or be on disk for the next."""
        accepted = self.accepted.get(daemon.socket)
        if not accepted:
            return
        dump = self.dump(daemon)
        if dump is None:
            self.end(daemon)
            # A daemon whose start is refused has its socket for a moment; its records are for the next.
            if daemon.process.poll() == 1:
                self.faults.pop("end", None)
                self.look_for_records(daemon)
            else:
                self.faults["dump"] = "the daemon tells nothing of what it has accepted"
            return
        missing = {key: request for key, request in list(accepted.items())
                   if not self.is_known(daemon, dump, key, request)}
        # Clients of the test may still be asking: a result may be under way to one of them.
        end = time.monotonic() + scaled(DEADLINE_S)
        while missing.keys() & accepted.keys() and time.monotonic() < end:
            time.sleep(0.05)
        for key in missing.keys() & accepted.keys():
            self.faults["lost"] = "%r was accepted, and is lost" % missing[key]

    def is_known(self, daemon, dump, key, request):
        identifier, abort = key
        return (identifier in dump["abort" if abort == "1" else "poll"]
                or request.get("lvid", "") in records_of(daemon)
                or self.is_told_lost(daemon, request))

    def is_told_lost(self, daemon, request):
        """Whether it is over, and the daemon has said that there was no memory for the result."""
        words = "%s/%s %s" % (request.get("vgname"), request.get("lvname"), RESULT_LOST)
        return words in daemon.log() or NOT_TAKEN_OVER in daemon.log()

    def dump(self, daemon):
        """Twice: the memory may fail just now."""
        for _ in range(2):
            try:
                with daemon.client() as client:
                    return client.dump()
            except (OSError, AssertionError):
                pass
        return None

    def look_for_records(self, daemon):
        """What was accepted and never begun must be on disk."""
        names = records_of(daemon)
        started = {target for _, target, _ in daemon.starts()}
        for request in self.accepted.get(daemon.socket, {}).values():
            target = "%s/%s" % (request.get("vgname"), request.get("lvname"))
            if request.get("lvid") not in names and target not in started:
                self.faults["lost"] = "%r was accepted, and there is no record of it" % request

    def end(self, daemon):
        daemon.send_signal(15)
        try:
            status = daemon.process.wait(scaled(DEADLINE_S))
        except subprocess.TimeoutExpired:
            self.faults["end"] = "the daemon does not end"
            return
        self.refused = self.refused or status == 1
        if status != 0:
            self.faults["end"] = "the daemon ended with status %d" % status
