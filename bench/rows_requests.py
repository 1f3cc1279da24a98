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
    through many connections. The echo, which waits for one client alone and looks at nothing, is
    the least that any server needs."""
    cpu = max(os.sched_getaffinity(0))
    echo, echo_path = start_echo(setting, cpu)

    def time_at(path):
        def measure():
            daemon = start_busy(setting, path, cpu)
            times = client(setting, "connections", daemon.socket, str(CONNECTIONS),
                           progress_request(1), cpu=cpu)
            daemon.stop()
            return median(times)
        return measure

    def time_echo():
        return median(client(setting, "connections", echo_path, str(CONNECTIONS),
                             progress_request(1), cpu=cpu))

    try:
        values = interleave(setting.rounds(21), {
            "ours": time_at(setting.ours), "stock": time_at(STOCK), "echo": time_echo})
    finally:
        echo.terminate()
        echo.wait()
    row = Row("connection", "a connection with hello and one request, on one CPU", "us")
    row.add(values)
    row.bar_at_most("ours / stock", ratios(values["ours"], values["stock"]), 0.5)
    row.note("echo / stock: %.3g" % median(ratios(values["echo"], values["stock"])))
    return row


def loaded_plugins(setting):
    """The files of the plugins that ours loads, by their names."""
    lines = subprocess.run([setting.ours, "--list-plugins"], check=True, text=True,
                           stdout=subprocess.PIPE).stdout.splitlines()
    return {words[0]: words[3] for words in map(str.split, lines) if words[2] == "loaded"}


def start(setting):
    """From the start of the daemon to its first answer. Beside it the least that any daemon needs
    with our libraries and plugins."""
    plugins = loaded_plugins(setting)

    def time_of(command):
        def measure():
            folder = setting.place()
            place = os.path.join(folder, "lvmpolld.socket")
            pidfile = os.path.join(folder, "pid")
            return client(setting, "start", place, *command(place, pidfile))[0] / 1000
        return measure

    def daemon(path):
        return time_of(lambda place, pidfile: [path, "-f", "-s", place, "-p", pidfile])

    def bare(place, pidfile):
        return [setting.program("bare_start"), place, pidfile, *plugins.values()]

    values = interleave(setting.rounds(41), {"ours": daemon(setting.ours), "stock": daemon(STOCK),
                                             "bare": time_of(bare)})
    row = Row("start", "from start to first answer, with all plugins", "ms")
    row.add(values)
    row.bar_at_most("ours / stock", ratios(values["ours"], values["stock"]), 1.2)
    row.note("plugins loaded: " + ", ".join(plugins))
    row.note("bare / stock: %.3g" % median(ratios(values["bare"], values["stock"])))
    return row
