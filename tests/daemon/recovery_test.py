# SPDX-License-Identifier: LGPL-2.1-or-later
"""Daemons that die or end in the middle of operations, and those that resume the operations."""

import os
import re
import signal

from deadline import wait_for
from lvmpolld import DaemonTest, is_running, ours_only, read_file, records_in
from protocol import lvid

CHECKSUM_START = 14695981039346656037
CHECKSUM_PRIME = 1099511628211


def checksum(data):
    """That of the records: FNV-1a with 64 bits."""
    value = CHECKSUM_START
    for byte in data:
        value = (value ^ byte) * CHECKSUM_PRIME % (1 << 64)
    return value


def record_name(identity, system_dir="", store="poll"):
    return "%s-%s-%016x" % (store, identity, checksum(system_dir.encode()))


def format_record(**fields):
    """The text of a record with these fields, and with the checksum that is right for it."""
    lines = ["%s = %s" % (key, value if isinstance(value, int) else '"%s"' % value)
             for key, value in fields.items()]
    text = "\n".join(lines) + "\n"
    return text + 'checksum = "%016x"\n' % checksum(text.encode())


def pvmove_record(name, /, **changes):
    """A record of a pvmove that no lvpoll runs for, with fields changed, or left out (None)."""
    fields = {"version": 1, "operation": "pvmove", "lvid": lvid(name), "vgname": "vg",
              "lvname": name, "interval": "15", "lvm_command": "none"}
    fields.update(changes)
    return format_record(**{key: value for key, value in fields.items() if value is not None})


def parse_record(text):
    fields = dict(re.fullmatch(r'(\w+) = "?([^"]*)"?', line).groups()
                  for line in text.splitlines())
    body = text[:text.index("checksum = ")]
    if fields.pop("checksum") != "%016x" % checksum(body.encode()):
        raise AssertionError("the checksum of a record is wrong: " + text)
    return fields


@ours_only("it keeps nothing on disk")
class RecoveryTest(DaemonTest):
    """A test with one daemon after another in the same folder."""

    def setUp(self):
        self.daemon = self.new_daemon()
        self.state = os.path.join(self.daemon.directory, "lvmpolld.state")
        # Unlike the scenario "hang" they keep the arguments by which what is left over is found.
        self.hang, self.until, self.failing = map(self.named, ("until-9", "until-0", "until-5"))
        for name in (self.hang, self.until, self.failing):
            self.daemon.make_pipe(name)

    def named(self, scenario):
        """A volume that no test has which runs at the same time: an lvpoll that is left over is
        known by the name of its volume."""
        return "%s-%d" % (scenario, os.getpid())

    def start(self, *arguments, **options):
        """Starts the (next) daemon, and a client."""
        self.daemon.start("-l", "info", *arguments, **options)
        wait_for(self.daemon.accepts, "a daemon behind the socket")
        self.client = self.connect(self.daemon)
        self.client.hello()  # it answers when it has read all records

    def kill(self):
        self.daemon.send_signal(signal.SIGKILL)
        self.assertEqual(self.daemon.wait_end(), -signal.SIGKILL)

    def kill_and_start(self, *arguments, **options):
        self.kill()
        self.start(*arguments, **options)

    def records(self):
        """The records by their names, as dictionaries; those that are being written are none."""
        return {name: parse_record(read_file(os.path.join(self.state, name)))
                for name in records_in(self.state)}

    def wait_no_records(self):
        wait_for(lambda: os.listdir(self.state) == [], "the end of all records")

    def put_record(self, name, text):
        """Lays a file where the next daemon looks for records; returns its path."""
        os.makedirs(self.state, mode=0o700, exist_ok=True)
        path = os.path.join(self.state, name)
        with open(path, "wb") as file:
            file.write(text if isinstance(text, bytes) else text.encode())
        return path

    def set_aside(self):
        """The names of the records that were set aside."""
        folder = self.state + ".damaged"
        return sorted(os.listdir(folder)) if os.path.exists(folder) else []

    def starts_of(self, lvname):
        return [pid for pid, target, _ in self.daemon.starts() if target == "vg/" + lvname]

    def wait_starts_of(self, lvname, count):
        wait_for(lambda: len(self.starts_of(lvname)) >= count,
                 "lvpoll %d of vg/%s" % (count, lvname))
        return self.starts_of(lvname)

    def wait_gone(self, pid):
        wait_for(lambda: not is_running(pid), "the end of process %d" % pid)

    def wait_log(self, text):
        wait_for(lambda: text in self.daemon.log(), "%r in the log" % text)
