# SPDX-License-Identifier: LGPL-2.1-or-later
"""Stands in for the daemon where that would have to be brought to tell rare things: tells whatever a test wants."""

import os
import socketserver
import threading

from protocol import MESSAGE_END

EXTENSIONS = "status list watch plugins configuration log_level forget"


def format_message(fields):
    def value(told):
        return told if isinstance(told, int) else '"%s"' % told.replace("\\", "\\\\").replace('"', '\\"')
    return "".join("%s = %s\n" % (key, value(told)) for key, told in fields.items()).encode() + MESSAGE_END


class Connection(socketserver.BaseRequestHandler):
    def handle(self):
        buffer = b""
        while data := self.request.recv(1 << 16):
            *requests, buffer = (buffer + data).split(MESSAGE_END)
            for request in requests:
                self.request.sendall(self.server.teller.answer(request, self.request))


class Teller:
    """Listens in that directory. What it tells is in its lists, and may be changed at any time."""

    def __init__(self, directory, extensions=EXTENSIONS):
        self.hello = {"response": "OK", "protocol": "lvmpolld", "version": 1, "extensions": extensions}
        self.entries = []
        self.ended = []
        self.is_reading = False
        self.lists = 0
        self.watchers = []
        self.server = socketserver.ThreadingUnixStreamServer(os.path.join(directory, "lvmpolld.socket"), Connection)
        self.server.daemon_threads = True
        self.server.teller = self
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def answer(self, request, connection):
        if b'"hello"' in request:
            return format_message(self.hello)
        items = [{"item": "operation", **entry} for entry in self.entries]
        first = {"response": "OK"}
        if b"ended" in request:
            self.lists += 1
            first.update({"history": "reading"} if self.is_reading else {})
            items += [{"item": "ended", **entry} for entry in ([] if self.is_reading else self.ended)]
        elif b'"watch"' in request:
            self.watchers.append(connection)
        return b"".join(map(format_message, [first, *items, {"item": "end"}]))

    def tell(self, **fields):
        for watcher in self.watchers:
            watcher.sendall(format_message(fields))

    def end(self):
        self.server.shutdown()
        self.server.server_close()


def operation(number, **fields):
    """What a daemon tells of a move."""
    entry = {"id": number, "vg": "vg", "lv": "move%d" % number, "lvid": "x%d" % number, "operation": "pvmove", "abort": 0, "abortable": 1,
             "started": 1800000000, "elapsed": 60, "state": "copying", "reason": "the kernel copies; no process runs",
             "source": "/dev/sda1", "destinations": "/dev/sdb1 /dev/sdc1", "percent": "24.00",
             "done_bytes": 24 << 30, "total_bytes": 100 << 30, "rate": 126353408, "remaining": 646, "failed_devices": 0,
             "requests": 1}
    entry.update(fields)
    return {key: value for key, value in entry.items() if value is not None}


def over(number, **fields):
    """What a daemon tells of one that has ended."""
    return operation(number, **{"state": "finished", "result": "retcode", "value": 0, "ended": 1800000000 + number,
                                "percent": "100.00", "abortable": None, "rate": None, "remaining": None, **fields})
