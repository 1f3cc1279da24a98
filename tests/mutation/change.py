# SPDX-License-Identifier: LGPL-2.1-or-later
"""A small change of the code, in the form of tests/mutation/changes and tests/simulation/mutations."""

# Where nothing is said, the simulation must notice it, in so many histories.
HISTORIES = "10000"


class DoesNotApply(Exception):
    """The code has changed: the change is to be written anew."""


class Change:
    """The fields of a file: whatever stands before its colon, and the lines "old:" and "new:"."""

    def __init__(self, path):
        head, _, rest = path.read_text().partition("old:\n")
        old, _, new = rest.partition("new:\n")
        self.name = path.name
        self.fields = dict(line.split(": ", 1) for line in head.splitlines())
        # The last line may be the beginning of one.
        self.old, self.new = old.rstrip("\n"), new.rstrip("\n")

    @property
    def file(self):
        return self.fields["file"]

    @property
    def why(self):
        return self.fields["why"]

    @property
    def notice(self):
        """What must notice it: "unit PROGRAM", "daemon PATTERN" or "simulation HISTORIES"."""
        return self.fields.get("test", "simulation " + HISTORIES)

    @property
    def kind(self):
        return self.notice.split(" ", 1)[0]

    @property
    def test(self):
        return self.notice.split(" ", 1)[1]

    def apply(self, text):
        """The text of the file with the change."""
        if text.count(self.old) != 1:
            raise DoesNotApply("its lines are %d times in %s: write it anew" % (text.count(self.old), self.file))
        return text.replace(self.old, self.new)
