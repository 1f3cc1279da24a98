# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a client may be told while the daemon is short of memory, and what it must be told."""

import os
import socket

from deadline import DEADLINE_S, wait_for
from protocol import format_request, lvid, parse_dump, parse_reply, volume

# Nobody waits longer for an answer.
ANSWER_S = DEADLINE_S
# Nor for the end of what the daemon has accepted: its own pauses are a second or two.
RESULT_S = 20

NO_MEMORY = {"response": "failed", "reason": "not enough memory"}


class Wrong(Exception):
    """The daemon did what it must never do."""


class Talk:
    """A client that comes back when its connection is closed: that is a clear end, too."""

    def __init__(self, daemon):
        self.daemon = daemon
        self.client = None

    def close(self):
        if self.client:
            self.client.close()
        self.client = None

    def ask_raw(self, text):
        """The reply; None where the daemon has hung up instead."""
        try:
            if not self.client:
                self.client = self.daemon.client(deadline_s=ANSWER_S)
            return self.client.ask_raw(text)
        except (socket.timeout, BlockingIOError):
            raise Wrong("no answer within %d s to %r" % (ANSWER_S, text)) from None
        except (ConnectionError, FileNotFoundError, AssertionError) as error:
            self.close()
            if self.daemon.process.poll() is not None:
                raise Wrong("the daemon is gone, with status %d"
                            % self.daemon.process.returncode) from None
            if isinstance(error, AssertionError) and "instead of a reply" not in str(error):
                raise Wrong(str(error)) from None
            return None

    def insist(self, text, read):
        """Asks until there is an answer that is not a shortage; READ takes it apart."""
        def answered():
            message = self.ask_raw(text)
            if message is None:
                return None
            try:
                reply = read(message)
            except (AssertionError, UnicodeDecodeError) as error:
                raise Wrong(str(error)) from None
            return None if reply == NO_MEMORY else reply
        try:
            return wait_for(answered, "an answer to %r" % text, RESULT_S)
        except AssertionError as error:
            raise Wrong(str(error)) from None

    def ask(self, name, **parameters):
        return self.insist(format_request(name, parameters), parse_reply)

    def expect(self, expected, name, **parameters):
        reply = self.ask(name, **parameters)
        if any(reply.get(key) != value for key, value in expected.items()):
            raise Wrong("%s%r is answered %r instead of %r" % (name, parameters, reply, expected))
        return reply

    def dump(self):
        return self.insist(format_request("dump", {}), parse_dump_or_reply)

    def begin(self, operation, **parameters):
        self.expect({"response": "OK"}, operation, **parameters)

    def result(self, reason, value, meanwhile=lambda: None, **parameters):
        """Waits for the result of what was accepted, and does MEANWHILE. It is there, and right."""
        reply = self.told(parameters, meanwhile)
        if (reply["response"], reply.get("reason"), reply.get("value")) != ("finished", reason,
                                                                           value):
            raise Wrong("the result of %r is %r" % (parameters, reply))

    def failure(self, status, **parameters):
        """The status of the attempt, or that it failed where it could not be made."""
        reply = self.told(parameters)
        if reply["response"] != "failed" and reply.get("value") != status:
            raise Wrong("the failure of %r is told as %r" % (parameters, reply))

    def told(self, parameters, meanwhile=lambda: None):
        """What is told at last of what PARAMETERS name."""
        def ended():
            meanwhile()
            reply = self.ask("progress_info", **parameters)
            return reply if reply["response"] != "in_progress" else None
        try:
            return wait_for(ended, "the end of %r" % parameters, RESULT_S)
        except AssertionError as error:
            raise Wrong(str(error)) from None


def parse_dump_or_reply(message):
    """A dump, or the reply of a daemon that could not even tell that it was asked for one."""
    return parse_reply(message) if message.startswith(b"response") else parse_dump(message)


def hello(talk):
    talk.expect({"response": "OK", "protocol": "lvmpolld", "version": 1}, "hello")


def each_operation(talk):
    for operation in ("pvmove", "convert", "merge", "merge_thin"):
        talk.begin(operation, **volume("good", operation, sysdir="/etc/lvm"))
        talk.result("retcode", 0, lvid=lvid(operation), sysdir="/etc/lvm")


def failure(talk):
    """An attempt that fails is no end: the move goes on until it is aborted."""
    talk.begin("pvmove", **volume("exit-5", "failing", devicesfile="some", handle_missing_pvs=1))
    talk.failure(5, lvid=lvid("failing"))
    if lvid("failing") not in talk.dump()["poll"]:
        raise Wrong("an operation whose attempt failed is not in the dump")

    def aborted():
        talk.begin("pvmove", **volume("good", "failing", abort=1))
        return talk.told(dict(lvid=lvid("failing"), abort=1)).get("value") == 0
    # One whose report could not be had has failed, and may be tried again.
    wait_for(aborted, "its abort", RESULT_S)


def in_flight(talk):
    """One that waits while others are asked for."""
    talk.begin("pvmove", **volume("until"))
    talk.begin("pvmove", **volume("until"))
    talk.expect({"response": "invalid", "reason": "Different operation on LV already in progress"},
                "merge", **volume("until"))
    talk.expect({"response": "in_progress"}, "progress_info", lvid=lvid("until"))
    talk.daemon.wait_start("until")
    if lvid("until") not in talk.dump()["poll"]:
        raise Wrong("an operation in flight is not in the dump")


def abort(talk):
    talk.begin("pvmove", **volume("hang", "aborted"))
    talk.begin("pvmove", **volume("good", "aborted", abort=1))
    talk.result("retcode", 0, lvid=lvid("aborted"), abort=1)
    talk.result("signal", 15, lvid=lvid("aborted"))


def refusals(talk):
    talk.expect({"response": "invalid", "reason": "request not implemented"}, "nonsense")
    talk.expect({"response": "not_found"}, "progress_info", lvid=lvid("nobody"))
    talk.expect({"response": "invalid"}, "convert", **volume("-option"))
    reply = talk.insist(b"}{", parse_reply)
    if reply != {"response": "invalid", "reason": "request not implemented"}:
        raise Wrong("what is no message is answered %r" % reply)


def reload(talk):
    def count():
        log = talk.daemon.log()
        return log.count("the configuration was read again") + log.count("stays in force")
    before = count()
    talk.daemon.send_signal(1)
    wait_for(lambda: count() > before, "a word on the configuration in the log")


def released(talk):
    """Again, too: an end that comes while the kernel cannot be watched proves nothing, and another lvpoll is run."""
    talk.daemon.release("until")
    talk.result("retcode", 0, lambda: talk.daemon.release_waiting("until"), lvid=lvid("until"))


def nothing_left(talk):
    dump = talk.dump()
    if dump != {"poll": {}, "abort": {}}:
        raise Wrong("there is something left: %r" % dump)
    state = talk.daemon.socket.replace(".socket", ".state")
    if os.path.isdir(state) and os.listdir(state):
        raise Wrong("there is a record left: %r" % os.listdir(state))


def all_of_it(talk):
    """Every kind of request, and every path that an operation takes, once."""
    for part in (hello, each_operation, in_flight, abort, refusals, reload, released, nothing_left):
        part(talk)
