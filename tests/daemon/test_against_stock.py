# SPDX-License-Identifier: LGPL-2.1-or-later
"""The same requests go to stock's daemon and to ours, and the replies are compared key by key."""

import os
import signal
import unittest

from deadline import wait_for
from lvmpolld import Daemon, daemon_path, DaemonTest, is_running, STOCK
from protocol import lvid, volume

STOCK_ENTRY_KEYS = ("lvid", "type", "lvname", "lvmpolld_internal_timeout", "lvm_command_interval",
                    "LVM_SYSTEM_DIR", "polling_finished", "error_occurred", "init_requests_count")
OTHER = lvid("other")


def without(parameters, *names):
    return {key: value for key, value in parameters.items() if key not in names}


# Each is one request; they go to both daemons in this order, on one connection.
REQUESTS = (
    ("hello", {}),
    ("frobnicate", {}),
    ("Hello", {}),
    ("progress_info", {}),
    ("progress_info", {"lvid": ""}),
    ("progress_info", {"lvid": 5}),
    ("progress_info", {"lvid": OTHER}),
    ("progress_info", {"lvid": OTHER, "abort": 1, "sysdir": "/etc/lvm"}),
    ("convert", {"abort": 1}),
    ("merge", {"abort": 1, "interval": "-5"}),
    ("merge_thin", dict(volume("hang"), abort=1)),
    ("merge_thin", dict(volume("hang"), abort=2)),
    ("pvmove", {}),
    ("pvmove", {"abort": 1}),
    ("pvmove", {"interval": ""}),
    ("pvmove", {"interval": "-15"}),
    ("pvmove", {"interval": "15-"}),
    ("pvmove", {"interval": "+-15"}),
    ("pvmove", {"interval": "+"}),
    ("pvmove", {"interval": "abc"}),
    ("pvmove", {"interval": 15}),
    ("pvmove", {"interval": "15"}),
    ("pvmove", {"interval": "15", "lvname": ""}),
    ("pvmove", {"interval": "15", "lvname": "a"}),
    ("pvmove", {"interval": "15", "lvname": "a", "vgname": "vg"}),
    ("pvmove", without(volume("hang"), "vgname")),
    ("pvmove", without(volume("hang"), "lvid")),
    ("pvmove", without(volume("hang"), "interval")),
    ("pvmove", dict(volume("hang"), vgname=5)),
    ("pvmove", dict(volume("hang"), lvid=5)),
    ("pvmove", dict(volume("hang"), vgname="")),
    ("pvmove", volume("hang")),
    ("pvmove", volume("hang")),
    ("pvmove", dict(volume("hang"), interval="+3")),
    ("pvmove", dict(volume("hang"), sysdir="")),
    ("convert", volume("hang")),
    ("merge", volume("hang")),
    ("merge_thin", volume("hang")),
    ("merge", dict(volume("hang"), abort=1)),
    ("progress_info", {"lvid": lvid("hang")}),
    ("progress_info", {"lvid": lvid("hang"), "abort": 0}),
    ("progress_info", {"lvid": lvid("hang"), "abort": 1}),
    ("progress_info", {"lvid": lvid("hang"), "sysdir": ""}),
    ("progress_info", {"lvid": lvid("hang"), "sysdir": "/etc/lvm"}),
    ("pvmove", dict(volume("hang"), sysdir="/etc/lvm", interval="+40")),
    ("progress_info", {"lvid": lvid("hang"), "sysdir": "/etc/lvm"}),
    ("pvmove", dict(volume("mute", "abort"), abort=1)),
    ("pvmove", dict(volume("mute", "abort"), abort=1, handle_missing_pvs=1)),
    ("progress_info", {"lvid": lvid("abort"), "abort": 1}),
    ("progress_info", {"lvid": lvid("abort")}),
    ("convert", dict(volume("hang", "convert"), handle_missing_pvs=1, devicesfile="x.devices",
                     cmdline="lvconvert -m1 vg/lv")),
    ("merge_thin", dict(volume("hang", "thin"), sysdir="/with a blank", abort=0)),
)

TEXTS = (b"", b"garbage{{{", b"}", b"=", b'request="hello', b'request="hello"}', b"request=hello",
         b'request { hello="hello" }', b'a { request="hello" }', b"request=5", b"\xff\xfe",
         b'request="he\0llo"', b"# only a comment", b'request = "hello"', b'request="hello" # x',
         b'request="hello"\nrequest="dump"', b'request=["hello"]', b'request=["hello", "dump"]',
         b'\n\n\nrequest\n=\n"hello"', b'request="hello"\nlvid="x"', b"request", b'"hello"',
         b'request="hel\\"lo"', b'request=""', b"request='hello'", b'request="hello"\n#', b"#\n")

SCENARIOS = ("good", "silent", "exit-1", "exit-5", "exit-100", "exit-101", "exit-255",
             "signal-TERM", "signal-KILL", "signal-SEGV", "flood-1", "longline-1", "bytes", "empty")


@unittest.skipUnless(os.access(STOCK, os.X_OK), STOCK + " is not installed")
@unittest.skipIf(os.path.realpath(daemon_path()) == os.path.realpath(STOCK),
                 "the daemon under test is stock's")
class AgainstStockTest(DaemonTest):
    def setUp(self):
        self.stock = Daemon(path=STOCK)
        self.addCleanup(self.stock.discard)
        self.ours = self.new_daemon()
        self.clients = []
        for daemon in (self.stock, self.ours):
            daemon.start(patience=0)
            self.clients.append(self.connect(daemon))

    def compare_keys(self, stock, ours, what):
        """What stock says, ours says too, in the same order; what ours adds comes after it."""
        self.assertEqual(list(ours.items())[:len(stock)], list(stock.items()), what)

    def ask_both(self, name, **parameters):
        stock, ours = (client.ask(name, **parameters) for client in self.clients)
        self.compare_keys(stock, ours, (name, parameters))
        return ours

    def normalized(self, dump):
        """What of a dump must be equal: without pids, in one order, with one spelling."""
        result = {}
        for store, entries in dump.items():
            for identifier, entry in sorted(entries.items()):
                if "error_occured" in entry:
                    entry["error_occurred"] = entry["error_occured"]
                keys = {key: entry[key] for key in STOCK_ENTRY_KEYS}
                command = entry["lvm_command"]
                keys["command"] = {key: command.get(key) for key in ("state", "reason", "value")}
                result[store, identifier] = keys
        return list(dump), result

    @staticmethod
    def dump_once_started(client):
        """A dump in which every lvpoll has its pid: stock starts them a moment after its OK."""
        def started():
            dump = client.dump()
            entries = [entry for store in dump.values() for entry in store.values()]
            return dump if all(entry["lvm_command_pid"] for entry in entries) else None
        return wait_for(started, "the pids of all lvpolls in dump")

    def compare_dumps(self):
        stock, ours = (self.normalized(self.dump_once_started(client)) for client in self.clients)
        self.assertEqual(ours, stock)
        return ours

    def test_replies_to_requests(self):
        for number, (name, parameters) in enumerate(REQUESTS):
            with self.subTest(number=number, request=name, parameters=parameters):
                self.ask_both(name, **parameters)
        self.assertEqual(len(self.compare_dumps()[1]), 5)

    def test_replies_to_texts(self):
        for text in TEXTS:
            with self.subTest(text):
                stock, ours = (client.ask_raw(text) for client in self.clients)
                if b"protocol" in stock:  # hello: keys of our own come after stock's
                    ours = ours[:len(stock.rstrip(b"\n"))]
                self.assertEqual(ours.rstrip(b"\n"), stock.rstrip(b"\n"))

    def test_bytes_of_replies_and_of_an_empty_dump(self):
        for name in (b"hello", b"dump", b"nonsense"):
            stock, ours = (client.ask_raw(b'request="%s"' % name) for client in self.clients)
            self.assertTrue(ours.startswith(stock.rstrip(b"\n")), (ours, stock))

    def test_results(self):
        for scenario in SCENARIOS:
            self.ask_both("pvmove", **volume(scenario))
        for scenario in SCENARIOS:
            with self.subTest(scenario):
                stock, ours = (client.result(lvid(scenario)) for client in self.clients)
                self.compare_keys(stock, ours, scenario)
                if stock["value"] == 0:
                    self.ask_both("progress_info", lvid=lvid(scenario))
                else:
                    self.check_failure_is_told_again(scenario, ours)

    def check_failure_is_told_again(self, scenario, result):
        """Stock tells it once. Its client takes "not found" for success."""
        stock, ours = (client.progress(lvid(scenario)) for client in self.clients)
        self.assert_reply(stock, response="not_found")
        self.assertEqual(ours, result)

    def test_dump_of_finished_operations(self):
        for scenario in ("good", "exit-5", "signal-TERM"):
            self.ask_both("pvmove", **volume(scenario, sysdir="/etc/lvm"))
        for client in self.clients:
            wait_for(lambda: all(entry["polling_finished"]
                                 for entry in client.dump()["poll"].values()), "all to end")
        self.assertEqual(len(self.compare_dumps()[1]), 3)
        self.ask_both("progress_info", lvid=lvid("good"), sysdir="/etc/lvm")
        # In ours it is in flight all the same: another operation would be refused.
        self.ask_both("pvmove", **volume("hang", "exit-5", sysdir="/etc/lvm"))
        # What has failed may have failed again by now, in ours.
        for client in self.clients:
            self.assertEqual(len(client.dump()["poll"]), 2)

    def test_lvpoll_gets_the_same_arguments_and_environment(self):
        requests = (("pvmove", {}), ("pvmove", {"abort": 1}), ("merge", {"sysdir": "/etc/lvm"}),
                    ("convert", {"handle_missing_pvs": 1, "devicesfile": "x.devices"}),
                    ("merge_thin", {"interval": "37"}))
        for number, (name, parameters) in enumerate(requests):
            with self.subTest(name, **parameters):
                request = volume("exit-%d" % number, **parameters)
                self.ask_both(name, **request)
                stock, ours = (daemon.wait_start("exit-%d" % number)[1]
                               for daemon in (self.stock, self.ours))
                self.assertEqual(ours, stock)
        self.ask_both("pvmove", **volume("record", sysdir="/x"))
        stock, ours = (daemon.record() for daemon in (self.stock, self.ours))
        self.assertEqual(ours.arguments, stock.arguments)
        self.assertEqual(ours.directory, stock.directory)
        self.assertEqual(self.comparable(ours), self.comparable(stock))

    @staticmethod
    def comparable(record):
        """Its environment, less what a build tree's wrapper script sets, its folder, and that by which ours finds it again."""
        own = ("STANDIN_DIR", "LD_LIBRARY_PATH", "PWD", "OLDPWD", "SHLVL", "_", "LVMPOLLD_LVID")
        return {key: value for key, value in record.environment.items() if key not in own}

    def test_pid_files_exclude_each_other(self):
        for holder, other in ((self.stock, self.ours), (self.ours, self.stock)):
            with self.subTest(holder.path):
                second = Daemon(path=other.path)
                self.addCleanup(second.discard)
                second.pidfile = holder.pidfile
                second.start(wait=False)
                self.assertGreater(second.wait_end(), 0)

    def test_sockets_exclude_each_other(self):
        for holder, other in ((self.stock, self.ours), (self.ours, self.stock)):
            with self.subTest(holder.path):
                second = Daemon(path=other.path)
                self.addCleanup(second.discard)
                second.socket = holder.socket
                second.start(wait=False)
                self.assertGreater(second.wait_end(), 0)
                self.assertTrue(os.path.exists(holder.socket))

    def test_children_get_sigterm_at_the_end(self):
        self.ask_both("pvmove", **volume("hang"))
        for daemon, client in zip((self.stock, self.ours), self.clients):
            with self.subTest(daemon.path):
                child = daemon.wait_start("hang")[0]
                client.close()
                self.assertEqual(daemon.stop(signal.SIGTERM), 0)
                wait_for(lambda: not is_running(child), "the end of the lvpoll")


if __name__ == "__main__":
    unittest.main()
