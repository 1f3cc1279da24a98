# SPDX-License-Identifier: LGPL-2.1-or-later
"""The results as a table for people, as Markdown, and as JSON; and the machine they are from."""

import json
import os
import platform
import subprocess
import time

ORDER = ("ours", "stock")


def machine():
    """The machine in a few words, without names or paths of it."""
    with open("/proc/cpuinfo") as file:
        models = [line.split(":", 1)[1].strip() for line in file if line.startswith("model name")]
    with open("/proc/meminfo") as file:
        memory_kib = int(file.readline().split()[1])
    return {"cpu": models[0] if models else platform.machine(),
            "cores": len(os.sched_getaffinity(0)), "memory_gib": round(memory_kib / (1 << 20)),
            "kernel": platform.release(), "load": os.getloadavg()[0]}


def version(path):
    """The first line that a daemon says about itself."""
    output = subprocess.run([path, "-V"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                            text=True, check=True).stdout
    return output.splitlines()[0].replace(os.path.dirname(path) + "/", "")


def make(rows, skipped, ours, stock, quick):
    return {"SPDX-License-Identifier": "LGPL-2.1-or-later", "format": 1,
            "date": time.strftime("%Y-%m-%d", time.gmtime()), "quick": quick,
            "machine": machine(), "ours": version(ours), "stock": version(stock),
            "rows": [row.as_json() for row in rows],
            "not_measured": [{"name": name, "why": why} for name, why in skipped]}


def save(results, path):
    with open(path, "w") as file:
        json.dump(results, file, indent=1)
        file.write("\n")


def load(path):
    with open(path) as file:
        return json.load(file)


def number(value):
    """Three significant digits, and no exponent."""
    if value == 0:
        return "0"
    if abs(value) >= 100:
        return "%.0f" % value
    return "%.3g" % value


def spread(figures):
    """The median, and the quartiles where there is more than one value."""
    if figures["count"] == 1:
        return number(figures["median"])
    return "%s (%s .. %s)" % (number(figures["median"]), number(figures["first_quartile"]),
                              number(figures["third_quartile"]))


def names_in_order(figures):
    return [name for name in ORDER if name in figures] + \
           [name for name in figures if name not in ORDER]


def verdict(bar):
    return "met" if bar["met"] else "MISSED"


def row_lines(row):
    yield "%s: %s [%s]" % (row["name"], row["what"], row["unit"])
    for name in names_in_order(row["figures"]):
        yield "    %-44s %s" % (name, spread(row["figures"][name]))
    for bar in row["bars"]:
        yield "  > %-44s %-26s %-14s %s" % (bar["what"], spread(bar["measured"]), bar["limit"],
                                           verdict(bar))
    for note in row["notes"]:
        yield "    " + note


def describe(results):
    machine_words = results["machine"]
    return "%s, %d cores, %d GiB, Linux %s; median (quartiles)" % (
        machine_words["cpu"], machine_words["cores"], machine_words["memory_gib"],
        machine_words["kernel"])


def text(results):
    lines = ["%s beside stock's %s" % (results["ours"], results["stock"]), describe(results), ""]
    for row in results["rows"]:
        lines += list(row_lines(row)) + [""]
    lines += ["%s: not measured: %s" % (entry["name"], entry["why"])
              for entry in results["not_measured"]]
    bars = [bar for row in results["rows"] for bar in row["bars"]]
    lines.append("%d bars met, %d missed" % (sum(bar["met"] for bar in bars),
                                             sum(not bar["met"] for bar in bars)))
    return "\n".join(lines)


def markdown_cell(row, name):
    return spread(row["figures"][name]) if name in row["figures"] else ""


def markdown(results):
    """A table for a README."""
    lines = ["| what | unit | ours | stock | others | bar | |", "|" + " --- |" * 7]
    for row in results["rows"]:
        others = "<br>".join("%s %s" % (name, spread(row["figures"][name]))
                             for name in names_in_order(row["figures"]) if name not in ORDER)
        bars = "<br>".join("%s %s: %s" % (bar["what"], bar["limit"], spread(bar["measured"]))
                           for bar in row["bars"])
        verdicts = "<br>".join(verdict(bar).lower() for bar in row["bars"])
        lines.append("| %s | %s | %s | %s | %s | %s | %s |" % (
            row["what"], row["unit"], markdown_cell(row, "ours"), markdown_cell(row, "stock"),
            others, bars, verdicts))
    return "\n".join(lines + ["", describe(results)])


def missed(results):
    return sum(not bar["met"] for row in results["rows"] for bar in row["bars"])
