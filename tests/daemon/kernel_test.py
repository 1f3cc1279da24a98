# SPDX-License-Identifier: LGPL-2.1-or-later
"""Tests of a daemon that watches the stand-in for device-mapper."""

import os
import signal

from deadline import wait_for
from kernel_standin import Kernel, linear, mirror
from lvmpolld import DaemonTest, ours_only, read_file
from protocol import lvid

SEGMENT_SECTORS = 8192
REGIONS = 100


def segments(count, at, in_sync):
    """A move of COUNT segments, of which that at AT is copied as far as IN_SYNC of REGIONS."""
    def line(number):
        start = number * SEGMENT_SECTORS
        if number == at:
            return mirror(start, SEGMENT_SECTORS, in_sync, REGIONS)
        return linear(start, SEGMENT_SECTORS)
    return [line(number) for number in range(count)]


def identity_in(vgname, lvname):
    """A volume's identifier: that of its group comes first."""
    return lvid(vgname)[:32] + lvid(lvname)[:32]


def dashed(uuid):
    """A UUID as lvm2 prints it."""
    ends = (0, 6, 10, 14, 18, 22, 26, 32)
    return "-".join(uuid[begin:end] for begin, end in zip(ends, ends[1:]))


def row(identity, vg_name="vg", vg_partial="", vg_missing_pv_count=0, **fields):
    """The row of a report for a volume, or, without fields, for its group alone."""
    values = {"vg_name": vg_name, "vg_uuid": dashed(identity[:32]), "vg_partial": vg_partial,
              "vg_missing_pv_count": vg_missing_pv_count}
    if fields:
        values.update(lv_uuid=dashed(identity[32:]), **fields)
    return "  " + " ".join("LVM2_%s='%s'" % (name.upper(), value)
                           for name, value in values.items())


@ours_only("it does not watch the kernel")
class KernelTest(DaemonTest):
    """A test with a kernel of its own. Whatever asks the kernel must not wait for a device."""

    # tests/daemon/run runs each of them with both forms of UUIDs (kernel_standin.UUIDS).
    has_both_uuids = True

    def setUp(self):
        self.new_kernel()

    def new_kernel(self):
        self.kernel = Kernel(os.path.join(self.temporary_directory(), "kernel"))
        self.clock = self.kernel.clock
        self.addCleanup(self.assert_no_status_with_flush, self.kernel)

    def assert_no_status_with_flush(self, kernel):
        calls = [call for call in kernel.calls("status") if call[2].endswith("flush")]
        self.assertEqual(calls, [], "a flush waits for what the device is doing")

    def write_configuration(self, text):
        """Where a test does not say so, the daemon does not look for what nobody sees to: that asks the kernel, too."""
        if "unattended:" not in text:
            text += "\nunattended: {adopt: never}\n"
        with open(self.configuration, "w") as file:
            file.write(text)

    def start(self, configuration="", **options):
        """Starts the daemon with that configuration, and a client."""
        self.configuration = os.path.join(self.temporary_directory(), "lvmpolld.yaml")
        self.write_configuration(configuration)
        self.daemon = self.new_daemon()
        self.daemon.start("-c", self.configuration, "-l", "info",
                          environment=self.daemon.environment(**self.kernel.variables()),
                          **options)
        self.client = self.connect(self.daemon)
        return self.daemon

    def kill(self):
        self.daemon.send_signal(signal.SIGKILL)
        self.daemon.wait_end()

    def start_again(self):
        """The next daemon, with the same configuration and kernel, and a client."""
        self.daemon.start("-c", self.configuration, "-l", "info",
                          environment=self.daemon.environment(**self.kernel.variables()))
        wait_for(self.daemon.accepts, "a daemon behind the socket")
        self.client = self.connect(self.daemon)

    def reload(self, configuration):
        """Lets the daemon read a new configuration."""
        self.write_configuration(configuration)
        before = self.daemon.log().count("configuration was read again")
        self.daemon.send_signal(signal.SIGHUP)
        wait_for(lambda: self.daemon.log().count("configuration was read again") > before,
                 "the new configuration")

    def add_device(self, lvname, targets, vgname="vg", operation="pvmove", **options):
        return self.kernel.add(vgname, lvname, identity_in(vgname, lvname), targets,
                               is_move=operation == "pvmove", **options)

    def add_move(self, lvname="move", count=1, in_sync=0, vgname="vg"):
        """A device of COUNT segments to move; each step of the stand-in for lvm begins the next."""
        device = self.add_device(lvname, segments(count, 0, in_sync), vgname)
        device.set_steps(*(segments(count, number, 0) for number in range(1, count)))
        return device

    def request(self, lvname, operation="pvmove", vgname="vg", interval="15", **parameters):
        self.assert_ok(self.client.ask(
            operation, lvid=identity_in(vgname, lvname), vgname=vgname, lvname=lvname,
            interval=interval, **parameters))
        return identity_in(vgname, lvname)

    def entry(self, identity, store="poll"):
        return self.client.dump()[store][identity]

    def wait_watching(self, identity):
        return wait_for(lambda: self.entry(identity)["operation_state"] == "copying",
                        "the watching of " + identity)

    def wait_backing_off(self, identity, reason, count=1):
        """Waits until that many attempts in a row are over for this reason; returns the entry."""
        def backs_off():
            entry = self.entry(identity)
            return (entry if entry.get("backing_off_reason") == reason and
                    entry["backing_off_count"] >= count else None)
        return wait_for(backs_off, "a pause, since " + reason)

    def stop_in_pause(self, identity, reason, count=1):
        """The clock stands still in a pause, after that many attempts in a row or more; returns the entry."""
        def stands():
            self.wait_backing_off(identity, reason, count)
            self.clock.stop()
            # What was due before is done by now. If the pause is over the next one will do.
            self.clock.settle(self.client)
            entry = self.entry(identity)
            if entry.get("backing_off_reason") == reason and entry["operation_state"] == "backing_off":
                return entry
            self.clock.go_on()
            return None
        return wait_for(stands, "a clock that stands in a pause")

    def start_watching(self, lvname="move", **options):
        """Asks for the operation, and waits until the daemon has looked and sees nothing to do."""
        identity = self.request(lvname, **options)
        self.wait_watching(identity)
        return identity

    def wait_starts(self, count):
        """Waits for that many lvpolls; returns a (pid, VG/LV, arguments) for each so far."""
        wait_for(lambda: len(self.daemon.starts()) >= count, "lvpoll %d" % count)
        return self.daemon.starts()

    def ends(self):
        """A (pid, VG/LV, "term" or "exit") for each lvpoll of the scenario move that has ended."""
        path = os.path.join(self.daemon.directory, "ended")
        if not os.path.exists(path):
            return []
        lines = (line.split() for line in read_file(path).splitlines())
        return [(int(pid), target, how) for pid, target, how in lines]

    def wait_ends(self, count):
        wait_for(lambda: len(self.ends()) >= count, "the end of lvpoll %d" % count)
        return self.ends()

    def release(self, lvname):
        """Lets a stand-in that waits (move-held, move-late) go on, and those that come after it."""
        with open(os.path.join(self.daemon.directory, lvname + ".released"), "w"):
            pass

    def fail_lvpolls(self, lvname, status, late=False):
        """Lets the lvpolls of a volume with the scenario move end with STATUS, or no longer (None);
        late: after their line of progress."""
        self.put_file(lvname + (".fails-late" if late else ".fails"), status)

    def fail_reports(self, status):
        """Likewise for lvm2 when it is asked how the volumes stand."""
        self.put_file("vgs.fail", status)

    def hide_group(self, hidden=True):
        """lvm2 sees no volume group any more when it is asked."""
        self.put_file("vgs.hidden", "" if hidden else None)

    def set_rows(self, *rows):
        """What lvm2 answers when it is asked, whatever the kernel shows; see row()."""
        self.put_file("vgs.rows", "\n".join(rows))

    def put_file(self, name, text):
        """A file that the stand-in for lvm looks for; None: it is there no longer."""
        path = os.path.join(self.daemon.directory, name)
        if text is None:
            os.unlink(path)
            return
        with open(path + ".part", "w") as file:
            file.write("%s\n" % text)
        os.rename(path + ".part", path)

    def reports(self):
        """How often lvm2 was asked how the volumes stand."""
        path = os.path.join(self.daemon.directory, "reports")
        return len(read_file(path).splitlines()) if os.path.exists(path) else 0

    def wait_reports(self, count):
        wait_for(lambda: self.reports() >= count, "report %d of lvm2" % count)

    def looks(self):
        """How often the daemon has read the status of a device that is there."""
        return len(self.kernel.looks())

    def wait_looks(self, count):
        wait_for(lambda: self.looks() >= count, "look %d at a device" % count)

    def change_and_wait_look(self, device, **changes):
        self.wait_seen(device, device.change(**changes))

    def wait_seen(self, device, revision):
        """Until a look has seen that change: one that was under way may have read the device before it."""
        wait_for(lambda: self.kernel.has_seen(device.name(), revision),
                 "a look at " + device.name())

    def wait_listed(self, device):
        """Raises an event that means nothing; from then on the daemon knows of events."""
        before = len(self.kernel.calls("list"))
        device.change(event=True)
        wait_for(lambda: len(self.kernel.calls("list")) > before, "a list of devices")
