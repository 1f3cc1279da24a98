# SPDX-License-Identifier: LGPL-2.1-or-later
"""lvmpollctl in a pseudo terminal, and what its user sees there."""

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import termios

from ctl_test import tool_path
from deadline import scaled, wait_for

# What it may write beside text: lines up, erase, colours.
ESCAPE = re.compile(r"\033\[(\d*)([AJKm])")


class Screen:
    """As much of a terminal as the tool needs: it is wide enough for any line, so that one that is too wide shows."""

    def __init__(self):
        self.rows = [""]
        self.row = self.column = 0
        self.widest = 0

    def put(self, character):
        line = self.rows[self.row].ljust(self.column)
        self.rows[self.row] = line[:self.column] + character + line[self.column + 1:]
        self.column += 1
        self.widest = max(self.widest, self.column)

    def control(self, count, letter):
        if letter == "A":
            self.row = max(0, self.row - int(count or 1))
        elif letter in "JK":
            self.rows[self.row] = self.rows[self.row][:self.column]
            if letter == "J":
                del self.rows[self.row + 1:]

    def feed(self, text):
        while text:
            escape = ESCAPE.match(text)
            if escape:
                self.control(*escape.groups())
            elif text[0] == "\r":
                self.column = 0
            elif text[0] == "\n":
                self.row += 1
                self.rows += [""] * (self.row + 1 - len(self.rows))
            elif text[0] == "\033":
                raise AssertionError("an escape that is not known: %r" % text[:8])
            else:
                self.put(text[0])
            text = text[escape.end():] if escape else text[1:]
        return self

    def lines(self):
        return [row.rstrip() for row in self.rows if row.strip()]


class Terminal:
    """Runs the tool with a terminal of WIDTH columns for its output."""

    def __init__(self, daemon, *arguments, width=80, rows=24, **variables):
        self.master, slave = pty.openpty()
        self.resize(width, rows)
        environment = dict(os.environ, LVM_LVMPOLLD_SOCKET=daemon.socket, LC_ALL="C", TERM="xterm")
        for name in ("NO_COLOR", "COLUMNS", "LINES"):
            environment.pop(name, None)
        environment.update(variables)
        self.process = subprocess.Popen([tool_path(), *arguments], stdin=subprocess.DEVNULL, stdout=slave,
                                        stderr=subprocess.PIPE, env=environment)
        os.close(slave)
        self.bytes = b""

    def resize(self, width, rows=24):
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, width, 0, 0))

    def text(self):
        """All that it has written so far."""
        while select.select([self.master], [], [], 0)[0]:
            try:
                self.bytes += os.read(self.master, 65536)
            except OSError:  # it has ended
                break
        return self.bytes.decode().replace("\r\n", "\n").replace("\n", "\r\n")

    def screen(self):
        text = self.text()
        # The last line may have been written by halves.
        return Screen().feed(re.sub(r"\033(\[\d*)?\Z", "", text))

    def wait_for(self, condition, what):
        """Waits until CONDITION holds of the screen; returns what it was."""
        def holds():
            screen = self.screen()
            return screen if condition(screen) else None
        return wait_for(holds, what)

    def wait_end(self):
        """Waits until the tool has ended; returns its status."""
        def ended():
            self.text()  # it must not wait for a reader
            return self.process.poll() is not None
        wait_for(ended, "the end of the tool")
        self.text()
        return self.process.returncode

    def close(self):
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(scaled(10))
        self.process.stderr.close()
        os.close(self.master)
