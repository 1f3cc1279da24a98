# SPDX-License-Identifier: LGPL-2.1-or-later
"""Rows that need real moves: each is a scenario of the lab, with both daemons in one guest."""

import os
import re
import shutil
import subprocess
import tempfile

from figures import CannotMeasure, Row, median, ratios

MS = 1e6
SAME_TIME = 1.1


def header_of(path):
    with open(path) as file:
        return [line for line in file if re.match("# (daemon|deadline|boot): ", line)]


def write_scenario(setting, name, folder, **settings):
    """A scenario that sets variables and goes on with bench/lab/NAME.sh."""
    lab = os.path.join(setting.source, "lab")
    script = os.path.join(lab, name + ".sh")
    path = os.path.join(folder, name + ".sh")
    with open(path, "w") as file:
        file.write("# Sets what the scenario is measured with.\n# shellcheck shell=bash\n# %s\n%s"
                   % (name, "".join(header_of(script))))
        for key, value in dict(settings, bench_lab=lab).items():
            file.write("%s='%s'\n" % (key, value))
        file.write(". '%s'\n" % script)
    return path


def figures_in(folder, name):
    """The lists of figures by name in a scenario's log."""
    figures = {}
    for place, _, files in os.walk(folder):
        if name + ".log" in files:
            with open(os.path.join(place, name + ".log"), errors="replace") as log:
                for line in log:
                    if line.startswith("FIGURE "):
                        _, key, value = line.split()
                        figures.setdefault(key, []).append(float(value))
    return figures


def run_lab(setting, path, folder):
    """Runs one scenario; returns what the lab prints. A lab that is told to end ends its guest."""
    lab = os.path.join(setting.source, "..", "tests", "lab", "run")
    process = subprocess.Popen(
        [lab, "--builddir", setting.build, "--keep-log", path], stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        env=dict(os.environ, TMPDIR=folder))
    try:
        return process.communicate()[0]
    finally:
        process.terminate()
        process.wait()


def scenario(setting, name, **settings):
    """Runs a scenario in the lab; returns its figures."""
    folder = tempfile.mkdtemp(prefix="lvmpolld-bench-", dir="/tmp")
    try:
        path = write_scenario(setting, name, folder, **settings)
        output = run_lab(setting, path, folder)
        if re.search("^ok " + name, output, re.M):
            return figures_in(folder, name)
        raise CannotMeasure("the lab says: " + output.strip()[-3000:])
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def scaled(values, divisor):
    return [value / divisor for value in values]


def segments(setting):
    """pvmove -b in 10 segments."""
    figures = scenario(setting, "segments", rounds=1 if setting.quick else 5,
                       stock_rounds=1 if setting.quick else 2)
    values = {name: scaled(figures[name], 1000 * MS) for name in ("ours", "stock", "bare")}
    row = Row("segments", "pvmove -b of 20 MiB in 10 segments, default interval", "s")
    row.add({"ours": values["ours"], "stock": values["stock"],
             "bare lvpolls, one after another": values["bare"]})
    row.bar_at_least("stock / ours", [max(values["stock"]) / time for time in values["ours"]], 15)
    row.bar_at_most("ours / bare", [a / b for a, b in zip(values["ours"], values["bare"])], 2)
    row.note("lvpolls: %s" % ", ".join("%s %d" % (name, figures[name + ".lvpolls"][0])
                                       for name in ("ours", "stock", "bare")))
    return row


def event(setting):
    """From the kernel's event to the start of lvpoll."""
    figures = scenario(setting, "event", rounds=1 if setting.quick else 5)
    if "delay" not in figures:
        raise CannotMeasure("no lvpoll was started after an event of the kernel")
    delays = scaled(figures["delay"], MS)
    row = Row("event", "from the kernel's event to the start of lvpoll", "ms")
    row.add({"ours": delays})
    row.bar_below("median", delays, 20)
    row.bar_below("worst of %d" % len(delays), max(delays), 100)
    return row


def quiet(setting):
    """What goes on while data is copied."""
    seconds = 17
    figures = scenario(setting, "quiet", seconds=seconds)
    row = Row("quiet", "while data is copied for %d s" % seconds, "count")
    kinds = (("processes", "lvpoll processes"), ("starts", "lvpoll starts"),
             ("disks", "disks opened"), ("locks", "VG locks"))
    for kind, what in kinds:
        for name in ("ours", "stock"):
            row.add({"%s, %s" % (name, what): figures["%s.%s" % (name, kind)]})
    for kind, what in kinds:
        row.bar_at_most("ours, " + what, figures["ours." + kind], 0)
    return row


def lvs(setting):
    """lvs beside operations in flight."""
    figures = scenario(setting, "lvs", seconds=4, rounds=1 if setting.quick else 3)
    values = {name: scaled(figures[name], 1000) for name in ("none", "unwatched", "ours", "stock")}
    middle = median(values["unwatched"])
    row = Row("lvs", "lvs in a VG with 20 moves in flight", "ms")
    row.add({"ours": values["ours"], "stock": values["stock"],
             "20 moves, no daemon": values["unwatched"], "no moves": values["none"]})
    row.bar_at_most("ours / 20 moves, no daemon", scaled(values["ours"], middle), SAME_TIME)
    row.note("moves still in flight in the end: %d" % min(figures["left"]))
    row.note("lvs itself, whoever polls: %.2f times as long with the moves as without"
             % (middle / median(values["none"])))
    row.note("a real lvpoll that sleeps holds %.1f MiB"
             % (median(figures["lvpoll_memory"]) / 1024))
    return row


def verify(setting):
    """Both copies are compared, as before a step that is in doubt."""
    mib = 192
    figures = scenario(setting, "verify", rounds=2 if setting.quick else 5, mib=mib)
    values = {name: scaled(numbers, 1000 * 1000) for name, numbers in figures.items()}
    row = Row("verify", "both copies of %d MiB are compared" % mib, "s")
    row.add({"ours": values["ours"], "cmp": values["cmp"],
             "ours, from disks of 100 MiB/s": values["ours.limited"],
             "cmp, from disks of 100 MiB/s": values["cmp.limited"]})
    row.bar_at_most("ours / cmp", ratios(values["ours"], values["cmp"]), SAME_TIME)
    row.bar_at_most("ours / cmp, from disks of 100 MiB/s",
                    ratios(values["ours.limited"], values["cmp.limited"]), SAME_TIME)
    return row
