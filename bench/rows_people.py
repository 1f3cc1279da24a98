# SPDX-License-Identifier: LGPL-2.1-or-later
"""Rows about who looks on: list, watch and metrics with a thousand operations in flight."""

import os
import socket
import subprocess
import time

from daemons import DEADLINE_S, MESSAGE_END, wait_for
from figures import CannotMeasure, Row, interleave, ratios
from rows_load import start_watching

OPERATIONS = 1000
ROUNDS = 21
WATCHERS = 50
WATCH_S = 10


def start(setting):
    """Ours with so many moves in flight; the tool must be there."""
    if not os.access(tool(setting), os.X_OK):
        raise CannotMeasure("lvmpollctl was not built, since libsmartcols was missing")
    return start_watching(setting, OPERATIONS)


def tool(setting):
    return os.path.join(setting.build, "ctl", "lvmpollctl")


def receive_all(connection, is_whole):
    reply = b""
    while not is_whole(reply):
        data = connection.recv(1 << 20)
        if not data:
            raise RuntimeError("the daemon closed the connection")
        reply += data
    return reply


def is_list(reply):
    return reply.endswith(b'item = "end"\n' + MESSAGE_END)


def is_message(reply):
    return reply.endswith(MESSAGE_END)


def connect(daemon):
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.settimeout(DEADLINE_S)
    connection.connect(daemon.socket)
    return connection


def cost(daemon, request, is_whole):
    """The daemon's CPU time for a reply, in microseconds."""
    def measure():
        with connect(daemon) as connection:
            before = daemon.cpu_time_us()
            connection.sendall(request.encode() + MESSAGE_END)
            receive_all(connection, is_whole)
            return daemon.cpu_time_us() - before
    return measure


def time_of(setting, daemon, *arguments):
    """From the start of the tool to its end, in milliseconds."""
    def measure():
        before = time.perf_counter()
        subprocess.run([tool(setting), "--socket", daemon.socket, *arguments], check=True,
                       stdout=subprocess.DEVNULL, timeout=DEADLINE_S)
        return (time.perf_counter() - before) * 1000
    return measure


def listing(setting):
    """All of a thousand operations, as people are told of them, beside the dump of them."""
    daemon = start(setting)
    values = interleave(setting.rounds(ROUNDS), {
        "list": cost(daemon, 'request="list"', is_list),
        "dump": cost(daemon, 'request="dump"', is_message)})
    daemon.stop()
    row = Row("list", "the daemon's CPU time for a list of %d operations" % OPERATIONS, "us")
    row.add(values)
    row.bar_at_most("list / dump", ratios(values["list"], values["dump"]), 2)
    return row


def metrics(setting):
    """lvmpollctl with a thousand operations: what a script or a timer waits for."""
    daemon = start(setting)
    values = interleave(setting.rounds(ROUNDS), {
        "metrics": time_of(setting, daemon, "metrics"),
        "list --json": time_of(setting, daemon, "list", "--json"),
        "list": time_of(setting, daemon, "list")})
    daemon.stop()
    row = Row("metrics", "lvmpollctl with %d operations in flight, from its start to its end" % OPERATIONS, "ms")
    row.add(values)
    row.bar_below("metrics", values["metrics"], 1000)
    return row


def watch_one(daemon):
    connection = connect(daemon)
    connection.sendall(b'request="watch"' + MESSAGE_END)
    return connection


def watching(setting):
    """Clients that watch a thousand operations which do not change, one that reads and many that
    never do: they cost their place."""
    seconds = 3 if setting.quick else WATCH_S
    daemon = start(setting)
    reader = watch_one(daemon)
    receive_all(reader, is_list)
    memory = daemon.memory_kib()[0]
    sleepers = [watch_one(daemon) for _ in range(WATCHERS)]
    # It is answered after all that was asked before.
    wait_for(lambda: '"OK"' in daemon.ask('request="hello"'), "an answer")
    grown = daemon.memory_kib()[0] - memory
    before = daemon.cpu_time_us()
    time.sleep(seconds)
    used = (daemon.cpu_time_us() - before) / seconds / 1e4
    for connection in (reader, *sleepers):
        connection.close()
    daemon.stop()
    row = Row("watch", "%d operations watched by one that reads and %d that never do"
              % (OPERATIONS, WATCHERS), "% of a CPU")
    row.add({"ours": used})
    row.bar_below("a CPU, in %", used, 5)
    row.bar_below("memory for each that never reads, KiB", grown / WATCHERS, 1024)
    return row
