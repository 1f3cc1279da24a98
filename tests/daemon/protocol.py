# SPDX-License-Identifier: LGPL-2.1-or-later
"""The wire protocol as a client speaks it, and the text of dump as a structure."""

import re
import socket
import struct

from deadline import DEADLINE_S, scaled, wait_for

MESSAGE_END = b"\n##\n"
MESSAGE_MAX = 16 << 20
LVID_ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ!#"


def lvid(seed):
    """A valid identifier of a volume, different for each seed."""
    letters = "".join(c for c in str(seed) if c in LVID_ALPHABET)
    return (letters + "Z" + "0" * 64)[:64]


def volume(scenario, seed=None, **parameters):
    """The parameters of a request for the volume on which the stand-in plays that scenario."""
    request = {
        "lvid": lvid(scenario if seed is None else seed),
        "vgname": "vg",
        "lvname": scenario,
        "interval": "15",
    }
    request.update(parameters)
    return {key: value for key, value in request.items() if value is not None}


def format_request(name, parameters):
    """The text of a request in lvm2's own spelling, without the end of message."""
    lines = ['request="%s"' % name]
    for key, value in parameters.items():
        lines.append("%s =%s" % (key, value if isinstance(value, int) else '"%s"' % value))
    return ("\n".join(lines) + "\n").encode()


def parse_reply(message):
    """The keys of a reply in their order; every line must be in the one form that lvm2 expects."""
    reply = {}
    for line in message.decode().splitlines():
        if not line:
            continue
        match = re.fullmatch(r'(\w+) = (?:"((?:[^"\\]|\\.)*)"|(-?\d+)|(\[.*\]))', line)
        if not match:
            raise AssertionError("not a line of a reply: %r in %r" % (line, message))
        key, string, number, several = match.groups()
        if key in reply:
            raise AssertionError("key %s twice in %r" % (key, message))
        if string is not None:
            string = re.sub(r"\\(.)", r"\1", string)
        reply[key] = string if string is not None else int(number) if number else several
    return reply


def parse_value(text):
    if len(text) > 1 and text[0] == text[-1] == '"':
        return text[1:-1]
    return int(text) if re.fullmatch(r"-?\d+", text) else text


def parse_dump(message):
    """The blocks of a dump as nested dicts, in order; fails where the layout is not stock's."""
    top = {}
    open_blocks = [top]
    for line in message.decode().split("\n"):
        depth = len(open_blocks) - 1
        if not line or (line.startswith("# ") and depth == 0):
            continue
        opening = re.fullmatch(r"(\t*)(\S.*) \{", line)
        closing = re.fullmatch(r"(\t*)\}", line)
        pair = re.fullmatch(r"(\t*)(\w+)=(.*)", line)
        tabs = depth - 1 if closing else depth
        if not (opening or closing or pair) or line.count("\t", 0, tabs + 1) != tabs:
            raise AssertionError("not a line of a dump at level %d: %r" % (depth, line))
        if opening and depth < 3:
            block = {}
            open_blocks[-1][opening.group(2)] = block
            open_blocks.append(block)
        elif closing and depth > 0:
            open_blocks.pop()
        elif pair and depth > 1:
            open_blocks[-1][pair.group(2)] = parse_value(pair.group(3))
        else:
            raise AssertionError("line out of place in a dump: %r" % line)
    if len(open_blocks) != 1:
        raise AssertionError("a block of the dump is not closed: %r" % message)
    return top


class Client:
    """One connection. Every wait has a deadline."""

    def __init__(self, path, deadline_s=DEADLINE_S):
        self.path = path
        deadline_s = scaled(deadline_s)
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        # As lvm2 does: where the backlog is full, connect() waits. The limit is the kernel's.
        limit = struct.pack("ll", int(deadline_s), int(deadline_s % 1 * 1000000))
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, limit)
        self.socket.connect(path)
        self.socket.settimeout(deadline_s)
        self.buffer = b""

    def close(self):
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def listener(self):
        """The process that began to listen on the socket."""
        pid, _, _ = struct.unpack("3i", self.socket.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
        return pid

    def send(self, data):
        self.socket.sendall(data)

    def receive(self):
        """The next message without its end, or None when the daemon has closed the connection."""
        while MESSAGE_END not in self.buffer:
            data = self.socket.recv(1 << 16)
            if not data:
                if self.buffer:
                    raise AssertionError("connection closed within a message: %r" % self.buffer)
                return None
            self.buffer += data
        message, self.buffer = self.buffer.split(MESSAGE_END, 1)
        return message

    def receive_end(self):
        """Waits until the daemon closes the connection; None, whatever of its data is left."""
        try:
            return self.receive()
        except ConnectionResetError:
            return None

    def ask_raw(self, text):
        self.send(text + MESSAGE_END)
        message = self.receive()
        if message is None:
            raise AssertionError("connection closed instead of a reply to %r" % text[:200])
        return message

    def ask(self, name, **parameters):
        """Sends a request and returns the keys of the reply."""
        return parse_reply(self.ask_raw(format_request(name, parameters)))

    def receive_items(self):
        """The messages of a long reply, up to the last, as keys."""
        items = []
        while not items or items[-1].get("item") != "end":
            items.append(parse_reply(self.receive()))
        return items[:-1]

    def ask_items(self, name, **parameters):
        """Sends a request that has a long reply; returns its items."""
        self.send(format_request(name, parameters) + MESSAGE_END)
        first, *items = [parse_reply(self.receive())] + self.receive_items()
        if first != {"response": "OK"}:
            raise AssertionError("%s is answered with %r" % (name, first))
        return items

    def list(self, **parameters):
        """The entries of all operations in flight, by their names."""
        return {item["lv"]: item for item in self.ask_items("list", **parameters)
                if item["item"] == "operation"}

    def ended(self):
        """The entries of those that ended lately, the latest last."""
        return [item for item in self.ask_items("list", ended=1) if item["item"] == "ended"]

    def hello(self):
        return self.ask("hello")

    def dump(self):
        return parse_dump(self.ask_raw(format_request("dump", {})))

    def progress(self, identity, **parameters):
        return self.ask("progress_info", lvid=identity, **parameters)

    def result(self, identity, deadline_s=DEADLINE_S, **parameters):
        """Waits until the operation is no longer in progress; returns that reply."""
        def finished():
            reply = self.progress(identity, **parameters)
            return reply if reply["response"] != "in_progress" else None
        return wait_for(finished, "the end of operation " + identity, deadline_s)
