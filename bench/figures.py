# SPDX-License-Identifier: LGPL-2.1-or-later
"""Figures: what was measured, its median and spread, ratios, and the bars they are held against."""

import statistics


def quartiles(values):
    """The first quartile, the median and the third quartile."""
    if len(values) == 1:
        return values[0], values[0], values[0]
    return tuple(statistics.quantiles(values, n=4, method="inclusive"))


def median(values):
    return quartiles(values)[1]


def summary(values):
    """Median and spread of a list of numbers, as it goes into the JSON."""
    first, middle, third = quartiles(values)
    return {"median": middle, "first_quartile": first, "third_quartile": third,
            "least": min(values), "most": max(values), "count": len(values)}


def interleave(rounds, measures):
    """Calls each of measures, by name, in turn and that so many times: what disturbs the machine
    then disturbs all of them. Returns the values by name."""
    values = {name: [] for name in measures}
    for _ in range(rounds):
        for name, measure in measures.items():
            values[name].append(measure())
    return values


class Row:
    """One thing that is compared: figures by the name of who they belong to, and bars."""

    def __init__(self, name, what, unit):
        self.name = name
        self.what = what
        self.unit = unit
        self.figures = {}
        self.bars = []
        self.notes = []

    def add(self, values):
        """Takes lists of values by name, or plain numbers."""
        for name, numbers in values.items():
            self.figures[name] = summary(numbers if isinstance(numbers, list) else [numbers])

    def note(self, text):
        self.notes.append(text)

    def _bar(self, text, spread, limit, met):
        self.bars.append({"what": text, "measured": spread, "limit": limit, "met": met})

    def bar_at_most(self, text, values, limit):
        """The median of values must not be above limit."""
        spread = summary(values if isinstance(values, list) else [values])
        self._bar(text, spread, "at most %g" % limit, spread["median"] <= limit)

    def bar_at_least(self, text, values, limit):
        spread = summary(values if isinstance(values, list) else [values])
        self._bar(text, spread, "at least %g" % limit, spread["median"] >= limit)

    def bar_below(self, text, values, limit):
        spread = summary(values if isinstance(values, list) else [values])
        self._bar(text, spread, "below %g" % limit, spread["median"] < limit)

    def as_json(self):
        return {"name": self.name, "what": self.what, "unit": self.unit, "figures": self.figures,
                "bars": self.bars, "notes": self.notes}


class CannotMeasure(Exception):
    """A row cannot be had here; the text says why."""


def ratios(values, divisors):
    """Ratios of what was measured in the same round."""
    return [value / divisor for value, divisor in zip(values, divisors)]
