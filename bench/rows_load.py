# SPDX-License-Identifier: LGPL-2.1-or-later
"""Rows about what operations in flight cost: memory, wake-ups, and time when there are many."""

import os
import random
import time

from daemons import STOCK, lvid, progress_request, wait_for
from figures import CannotMeasure, Row, interleave, median, ratios
from rows_requests import client

SECTORS = 1 << 21
IDLE_S = 10
WATCHED = 50
MANY = 10000
FEW = 10
DUMPS = 20
SAME_TIME = 1.1
# Time per operation of a dump that is ten times as long. It is linear, but no longer fits the CPU's
# caches; one that is quadratic would take 10.
LINEAR = 2
KERNEL_STANDIN = "tests/standin/device_mapper.so"


class KernelStandin:
    """A folder of devices that the stand-in for device-mapper shows to a daemon: moves that
    are being copied and get no further."""

    def __init__(self, setting, count):
        self.library = os.path.join(setting.build, KERNEL_STANDIN)
        if not os.path.exists(self.library):
            raise CannotMeasure("the stand-in for the kernel is not built (%s)" % KERNEL_STANDIN)
        self.folder = setting.place()
        for name in ("devices", "events", "faults"):
            os.mkdir(os.path.join(self.folder, name))
        for number in range(count):
            self.write_device(number)

    def write_device(self, number):
        path = os.path.join(self.folder, "devices", str(number))
        with open(path, "w") as file:
            file.write("name vg-pvmove%d\nuuid LVM-%s\nevents 1\n"
                       "target 0 %d mirror 2 7:0 7:1 512/1024 1 AA 1 core\n"
                       % (number, lvid(number), SECTORS))

    @property
    def environment(self):
        return {"LD_PRELOAD": self.library, "LVMPOLLD_STANDIN_DM": self.folder}


def start_watching(setting, count, cpu=None):
    """Our daemon with that many moves in flight, all of them watched in the kernel."""
    kernel = KernelStandin(setting, count)
    daemon = setting.start(setting.ours, environment=kernel.environment, cpu=cpu)
    daemon.begin(0, count)
    try:
        wait_for(lambda: not daemon.children(), "the end of the lvpolls", 20)
    except TimeoutError:
        running = len(daemon.children())
        daemon.stop()
        raise CannotMeasure("the daemon still runs %d lvpolls after 20 s: it does not watch the "
                            "kernel's stand-in" % running) from None
    return daemon


# --- memory -----------------------------------------------------------------------------------


def settled_memory_kib(daemon, children):
    """The memory of a daemon and its children once these have all started."""
    wait_for(lambda: len(daemon.children()) >= children, "%d lvpolls" % children)
    last = [0]

    def unchanged():
        total = sum(daemon.memory_kib())
        if abs(total - last[0]) < total / 200:
            return True
        last[0] = total
        time.sleep(0.5)
        return False
    wait_for(unchanged, "lvpolls that take no more memory")
    return daemon.memory_kib()


def make_waiting_lvm(setting):
    """A program that runs the real lvm, waiting for a command that never comes: what it holds is
    about what an lvpoll holds that sleeps. The pipe must stay open."""
    folder = setting.place()
    pipe, script = os.path.join(folder, "pipe"), os.path.join(folder, "lvm")
    os.mkfifo(pipe)
    with open(script, "w") as file:
        file.write("#!/bin/sh\nexec /sbin/lvm <'%s' >/dev/null 2>&1\n" % pipe)
    os.chmod(script, 0o755)
    return script, os.open(pipe, os.O_RDWR)


def stock_memory(setting, count):
    lvm, pipe = make_waiting_lvm(setting)
    stock = setting.start(STOCK, lvm=lvm)
    stock.begin(0, count)
    figures = settled_memory_kib(stock, count)
    stock.stop()
    os.close(pipe)
    return figures


def memory(setting):
    """Daemon and children with operations in flight."""
    count = 100 if setting.quick else 500
    ours = start_watching(setting, count)
    our_daemon, our_children = settled_memory_kib(ours, 0)
    ours.stop()
    daemon, children = stock_memory(setting, count)
    row = Row("memory", "daemon and children with %d operations in flight" % count, "MiB")
    row.add({"ours": (our_daemon + our_children) / 1024, "stock": (daemon + children) / 1024,
             "stock's daemon alone": daemon / 1024,
             "one lvm process of stock's": children / 1024 / count})
    row.bar_at_most("ours / stock", (our_daemon + our_children) / (daemon + children), 1 / 50)
    return row


# --- wake-ups ---------------------------------------------------------------------------------


def wake_ups_over(daemons, seconds):
    """Wake-ups of daemons and their children, by name, over the same seconds."""
    before = {name: sum(daemon.wake_ups()) for name, daemon in daemons.items()}
    time.sleep(seconds)
    return {name: sum(daemon.wake_ups()) - before[name] for name, daemon in daemons.items()}


def settle(daemon):
    """Waits until a daemon has slept for half a second, or gives up: some never do."""
    end = time.monotonic() + 5
    while time.monotonic() < end:
        before = sum(daemon.wake_ups())
        time.sleep(0.5)
        if sum(daemon.wake_ups()) == before:
            return


def idle(setting):
    """Wake-ups of a daemon that has nothing to do."""
    seconds = 3 if setting.quick else IDLE_S
    daemons = {"ours": setting.start(setting.ours), "stock": setting.start(STOCK)}
    for daemon in daemons.values():
        settle(daemon)
    figures = wake_ups_over(daemons, seconds)
    for daemon in daemons.values():
        daemon.stop()
    row = Row("idle", "wake-ups of the idle daemon in %d s" % seconds, "wake-ups")
    row.add(figures)
    row.bar_at_most("ours", figures["ours"], 0)
    return row


def watching(setting):
    """Wake-ups while moves are copied; with stock, those of its lvpolls count, too."""
    seconds = 16 if setting.quick else 31
    ours = start_watching(setting, WATCHED)
    stock = setting.start(STOCK)
    stock.begin(0, WATCHED)
    wait_for(lambda: len(stock.children()) == WATCHED, "%d lvpolls" % WATCHED)
    settle(ours)
    figures = wake_ups_over({"ours": ours, "stock": stock}, seconds)
    ours.stop()
    stock.stop()
    row = Row("watching", "wake-ups a second of daemon and lvpolls while %d moves are copied"
              % WATCHED, "wake-ups/s")
    row.add({name: count / seconds for name, count in figures.items()})
    row.bar_below("ours", figures["ours"] / seconds, 10)
    row.note("lvm is a stand-in that sleeps; a real lvpoll wakes for each device it scans")
    return row


# --- many operations --------------------------------------------------------------------------


def time_dump(setting, daemon, cpu):
    """The daemon's CPU time for one: a long dump is often interrupted by whatever else there is."""
    before = daemon.cpu_time_us()
    client(setting, "requests", daemon.socket, str(DUMPS), 'request="dump"', cpu=cpu)
    # The client has warmed up with a tenth of them.
    return (daemon.cpu_time_us() - before) / (DUMPS + DUMPS // 10)


def begin_many(setting, cpu):
    """A daemon with few and one with many; returns them, and what an operation took in memory and
    a dump in time."""
    kernel = KernelStandin(setting, MANY)
    daemon = setting.start(setting.ours, environment=kernel.environment, cpu=cpu)
    daemon.begin(0, FEW)
    wait_for(lambda: not daemon.children(), "the end of the lvpolls")
    memory_before = sum(settled_memory_kib(daemon, 0))
    dumps, at = {}, FEW
    for count in (MANY // 10, MANY // 4, MANY // 2, MANY):
        daemon.begin(at, count - at)
        wait_for(lambda: not daemon.children(), "the end of the lvpolls")
        dumps[count], at = time_dump(setting, daemon, cpu), count
    memory_each = (sum(settled_memory_kib(daemon, 0)) - memory_before) / (MANY - FEW)
    return daemon, memory_each, dumps


def many(setting):
    """What 10,000 operations in flight change."""
    cpu = max(os.sched_getaffinity(0))
    few = start_watching(setting, FEW, cpu=cpu)
    crowded, memory_each, dumps = begin_many(setting, cpu)

    def time_of(daemon, count):
        return lambda: median(client(setting, "requests", daemon.socket, "1000",
                                     progress_request(random.randrange(count)), cpu=cpu))
    values = interleave(setting.rounds(21), {"with 10": time_of(few, FEW),
                                             "with 10,000": time_of(crowded, MANY)})
    few.stop()
    crowded.stop()
    row = Row("many", "a request with 10,000 operations in flight", "us")
    row.add(values)
    row.bar_at_most("with 10,000 / with 10", ratios(values["with 10,000"], values["with 10"]),
                    SAME_TIME)
    row.bar_at_most("dump, time per operation: 10,000 / 1,000",
                    (dumps[MANY] / MANY) / (dumps[MANY // 10] / (MANY // 10)), LINEAR)
    row.bar_below("memory per operation, KiB", memory_each, 2)
    row.add({"dump of %d, CPU time" % count: took for count, took in dumps.items()})
    return row
