# SPDX-License-Identifier: LGPL-2.1-or-later
"""Plays the kernel's device-mapper for a daemon: devices, events and faults (tests/standin)."""

import os
import re

import preload
from clock_standin import Clock

# The form of the UUIDs that lvm2 gives the devices of a pvmove: "LVM-<lvid>", or, since 2.03.36
# ("newer"), "LVM-<lvid>-real". The names of the devices are the same.
UUIDS = "LVMPOLLD_TEST_UUIDS"

# Faults, as the stand-in knows them.
HANG = "hang"
KILL = "kill"


def has_newer_uuids():
    return os.environ.get(UUIDS) == "newer"


def fail(error, times=None):
    return "fail %d%s" % (error, "" if times is None else " %d" % times)


def escape(name):
    """A name as lvm2 puts it into that of a device."""
    return name.replace("-", "--")


def linear(start, length):
    return "%d %d linear" % (start, length)


def mirror(start, length, in_sync, total, health="AA"):
    """A mirror of which IN_SYNC of TOTAL regions are copied."""
    return "%d %d mirror 2 7:0 7:1 %d/%d 1 %s 1 core" % (start, length, in_sync, total, health)


def snapshot_merge(length, allocated, metadata=16):
    """A merge that has ALLOCATED sectors to go, those of its metadata included."""
    return "0 %d snapshot-merge %d/%d %d" % (length, allocated, 2 * length, metadata)


class Kernel:
    """A folder of the stand-in, with no device at first."""

    def __init__(self, folder):
        self.folder = folder
        self.minors = 0
        self.revisions = 0  # changes of devices so far
        for name in ("devices", "disks", "events", "faults", "steps"):
            os.makedirs(os.path.join(folder, name))
        self.library = preload.standin(folder)
        self.clock = Clock(folder)

    def path(self, *names):
        return os.path.join(self.folder, *names)

    def variables(self):
        """What a process needs in its environment to live with this kernel."""
        options = [os.environ.get("ASAN_OPTIONS"),
                   "verify_asan_link_order=0"]  # its library would otherwise want to be the first
        return {"LVMPOLLD_STANDIN_DM": self.folder, "LD_PRELOAD": self.library,
                "ASAN_OPTIONS": ":".join(filter(None, options)), **self.clock.variables()}

    def write(self, path, text):
        """Readers see all of the text or none of it."""
        with open(path + ".new", "w") as file:
            file.write(text)
        os.rename(path + ".new", path)

    def write_device(self, minor, text):
        complete = self.path("device.%d" % minor)
        self.write(complete, text)
        os.rename(complete, self.path("devices", str(minor)))

    def add(self, vgname, lvname, identity, targets, layer=None, is_move=False):
        """A new device of lvm2's; with is_move, one of a pvmove, in the form of UUIDs under test."""
        self.minors += 1
        suffix = "-" + layer if layer else ""
        uuid_suffix = "-real" if is_move and has_newer_uuids() else suffix
        self.write_device(self.minors, "name %s-%s%s\nuuid LVM-%s%s\nevents 0\n%s" % (
            escape(vgname), escape(lvname), suffix, identity, uuid_suffix,
            format_targets(targets)))
        return Device(self, self.minors)

    def raise_event(self):
        with open(self.path("events", "raised"), "w"):
            pass

    def write_log(self, *lines):
        """Each a record of the kernel's log: "PRIORITY,NUMBER,TIME,FLAGS;TEXT"; or "EPIPE"."""
        with open(self.path("kmsg"), "a") as file:
            file.write("".join(line + "\n" for line in lines))

    def forget_log(self):
        """The kernel has written over all of it: who opens it now reads what is written from now on."""
        os.unlink(self.path("kmsg"))

    def write_disk(self, number, data, at=0):
        """Puts DATA on the disk "MAJOR:MINOR"."""
        path = self.path("disks", number)
        with open(path, "r+b" if os.path.exists(path) else "wb") as file:
            file.seek(at)
            file.write(data)

    def set_release(self, release):
        self.write(self.path("release"), release + "\n")

    def set_version(self, version):
        self.write(self.path("version"), version + "\n")

    def set_fault(self, kind, fault):
        complete = self.path("fault")
        self.write(complete, fault + "\n")
        os.rename(complete, self.path("faults", kind))

    def clear_fault(self, kind):
        os.unlink(self.path("faults", kind))

    def has_fault(self, kind):
        return os.path.exists(self.path("faults", kind))

    def calls(self, kind=None, since=0.0):
        """A (time, kind, device and flush, revision) for each call so far, or for those of a kind."""
        if not os.path.exists(self.path("calls")):
            return []
        with open(self.path("calls")) as file:
            # At once: the end of a line that is half written now would be read as a line afterwards.
            whole = file.read().split("\n")[:-1]
        lines = [line.partition(" revision ") for line in whole]
        calls = [(float(words[0]), words[1], " ".join(words[2:]), int(revision or 0))
                 for words, revision in ((line.split(), revision) for line, _, revision in lines)]
        return [call for call in calls if call[0] >= since and kind in (None, call[1])]

    def looks(self, since=0.0):
        """Those calls that have read the status of a device that is there."""
        return [call for call in self.calls("status", since) if call[2]]

    def has_seen(self, name, revision):
        """Whether a look at this device has read it since its change with this number."""
        return any(look[2] == name and look[3] >= revision for look in self.looks())

    def forget_calls(self):
        """For what is counted from now on."""
        if os.path.exists(self.path("calls")):
            os.truncate(self.path("calls"), 0)


def format_targets(targets):
    return "".join("target %s\n" % target for target in targets)


class Device:
    """One device of the stand-in. Whatever is not changed stays as it is."""

    def __init__(self, kernel, minor):
        self.kernel = kernel
        self.minor = minor

    def path(self):
        return self.kernel.path("devices", str(self.minor))

    def exists(self):
        return os.path.exists(self.path())

    def text(self):
        with open(self.path()) as file:
            return file.read()

    def name(self):
        return re.search(r"^name (.*)$", self.text(), re.M).group(1)

    def targets(self):
        return re.findall(r"^target (.*)$", self.text(), re.M)

    def change(self, targets=None, names=None, suspended=None, event=False):
        """
        Changes the device; with event it is told, as the kernel does when all is in place. Returns the change's number:
        Kernel.has_seen tells from when on a look has seen it.
        """
        self.kernel.revisions += 1
        text = re.sub(r"^revision .*\n", "", self.text(), flags=re.M)
        text = text.replace("\n", "\nrevision %d\n" % self.kernel.revisions, 1)
        if targets is not None:
            text = re.sub(r"^target .*\n", "", text, flags=re.M) + format_targets(targets)
        if names is not None:
            text = re.sub(r"^name .*$", "name " + "-".join(map(escape, names)), text, flags=re.M)
        if suspended is not None:
            text = re.sub(r"^suspended\n", "", text, flags=re.M)
            text = text.replace("\n", "\nsuspended\n" if suspended else "\n", 1)
        if event:
            text = re.sub(r"^events (\d+)$", lambda m: "events %d" % (int(m.group(1)) + 1), text,
                          flags=re.M)
        self.kernel.write_device(self.minor, text)
        if event:
            self.kernel.raise_event()
        return self.kernel.revisions

    def set_steps(self, *tables):
        """What the table becomes with each step of the stand-in for lvm; it goes after the last."""
        os.makedirs(self.kernel.path("steps", str(self.minor)))
        for number, targets in enumerate(tables):
            with open(self.kernel.path("steps", str(self.minor), "%03d" % number), "w") as file:
                file.write(format_targets(targets))

    def remove(self):
        """The kernel raises an event for a device that goes."""
        os.unlink(self.path())
        self.kernel.raise_event()
