# SPDX-License-Identifier: LGPL-2.1-or-later
"""Rows about how fast the daemon answers."""

import os
import subprocess

from daemons import STOCK, progress_request, wait_for
from figures import CannotMeasure, Row, interleave, median, ratios

REQUESTS = 3000
CONNECTIONS = 150


def client(setting, *arguments, cpu=None):
    """Runs the client; returns the times that it measured, in microseconds."""
    pinned = ["taskset", "-c", str(cpu)] if cpu is not None else []
    result = subprocess.run(pinned + [setting.program("client"), *arguments], text=True,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=300)
    if result.returncode != 0:
        raise RuntimeError("the client failed: " + result.stderr.strip())
    return [int(line) / 1000 for line in result.stdout.split()]


def start_echo(setting, cpu):
    path = os.path.join(setting.place(), "echo.socket")
    process = subprocess.Popen(["taskset", "-c", str(cpu), setting.program("echo_server"), path])
    wait_for(lambda: os.path.exists(path), "the echo server")
    return process, path


def start_busy(setting, path, cpu):
    """A daemon with one operation in flight."""
    daemon = setting.start(path, cpu=cpu)
    daemon.begin(1, 1)
    return daemon


def measure_requests(setting, client_cpu, server_cpu):
    echo, echo_path = start_echo(setting, server_cpu)
    ours = start_busy(setting, setting.ours, server_cpu)
    stock = start_busy(setting, STOCK, server_cpu)

    def time_at(path):
        return lambda: median(client(setting, "requests", path, str(REQUESTS),
                                     progress_request(1), cpu=client_cpu))

    try:
        return interleave(setting.rounds(21), {
            "ours": time_at(ours.socket), "stock": time_at(stock.socket),
            "echo": time_at(echo_path)})
    finally:
        echo.terminate()
        echo.wait()
        ours.stop()
        stock.stop()


def request_row(name, where, values):
    row = Row(name, "one request on an open connection, client and daemon on %s" % where, "us")
    row.add(values)
    row.bar_at_most("ours / echo", ratios(values["ours"], values["echo"]), 1.5)
    return row


def request(setting):
    """One request on an open connection; all the work is in the way, and nothing else."""
    cpu = max(os.sched_getaffinity(0))
    values = measure_requests(setting, cpu, cpu)
    row = request_row("request", "one CPU", values)
    row.bar_at_most("ours / stock", ratios(values["ours"], values["stock"]), 0.7)
    return row


def request_two_cpus(setting):
    """One request on an open connection; every message wakes another CPU, which takes so long that
    even the echo is hardly faster than stock's."""
    cpus = sorted(os.sched_getaffinity(0))
    if len(cpus) < 2:
        raise CannotMeasure("there is only one CPU")
    return request_row("request_two_cpus", "two CPUs",
                       measure_requests(setting, cpus[0], cpus[-1]))


def connection(setting):
    """A connection with hello and one request. A new daemon each time: stock's does not live
    through many connections."""
    cpu = max(os.sched_getaffinity(0))

    def time_at(path):
        def measure():
            daemon = start_busy(setting, path, cpu)
            times = client(setting, "connections", daemon.socket, str(CONNECTIONS),
                           progress_request(1), cpu=cpu)
            daemon.stop()
            return median(times)
        return measure

    values = interleave(setting.rounds(21), {"ours": time_at(setting.ours),
                                             "stock": time_at(STOCK)})
    row = Row("connection", "a connection with hello and one request, on one CPU", "us")
    row.add(values)
    row.bar_at_most("ours / stock", ratios(values["ours"], values["stock"]), 0.5)
    return row


def start(setting):
    """From the start of the daemon to its first answer."""
    def time_of(path):
        def measure():
            folder = setting.place()
            place = os.path.join(folder, "lvmpolld.socket")
            return client(setting, "start", place, path, "-f", "-s", place, "-p",
                          os.path.join(folder, "pid"))[0] / 1000
        return measure

    plugins = subprocess.run([setting.ours, "--list-plugins"], check=True, text=True,
                             stdout=subprocess.PIPE).stdout
    values = interleave(setting.rounds(41), {"ours": time_of(setting.ours),
                                             "stock": time_of(STOCK)})
    row = Row("start", "from start to first answer, with all plugins", "ms")
    row.add(values)
    row.bar_at_most("ours / stock", ratios(values["ours"], values["stock"]), 1.2)
    names = [line.split()[0] for line in plugins.splitlines() if " loaded " in line]
    row.note("plugins loaded: " + ", ".join(names))
    return row
