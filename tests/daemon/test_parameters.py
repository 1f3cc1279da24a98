# SPDX-License-Identifier: LGPL-2.1-or-later
"""Parameters are checked by lvm2's own rules before anything is started from them."""

import unittest

from lvmpolld import DaemonTest, ours_only
from protocol import lvid, volume

GOOD_NAMES = ("a", "A0.b_c-d+e", "pvmove0", "lvol0_mimage_0", "_", "+", "0", "...", ".hidden",
              "a-", "a" * 110)
BAD_NAMES = ("-a", "--config", ".", "..", "a b", "a/b", "/a", "a=b", "a;b", "a$b", "a@b", "a:b",
             "a\tb", "a\nb", "a\x01b", "a\x7fb", "\u00e9", "a,b", "a*", "[a]", "a" * 128,
             "a" * 5000)
BAD_LVIDS = ("a" * 63, "a" * 65, "a" * 5000, "-" + "a" * 63, "a" * 31 + "/" + "a" * 32,
             "a" * 63 + "$", "a" * 63 + " ", " " + "a" * 63, "a" * 63 + "\n", "\u00e9" * 32,
             "a" * 63 + "_")


class ParameterTest(DaemonTest):
    def setUp(self):
        self.daemon, self.client = self.start_and_connect()

    def assert_refused(self, parameter, value, **others):
        reply = self.client.ask("pvmove", **dict(volume("good", **others), **{parameter: value}))
        self.assertEqual(reply["response"], "invalid", (parameter, value, reply))
        self.assertIn(parameter, reply["reason"])

    def assert_all_refused(self, parameter, values):
        for value in values:
            with self.subTest(value[:80]):
                self.assert_refused(parameter, value)
        self.assert_nothing_started()

    def assert_nothing_started(self):
        """An operation that is accepted and ends shows that none was started before it."""
        self.assertEqual(self.client.dump(), {"poll": {}, "abort": {}})
        self.assert_ok(self.client.ask("pvmove", **volume("silent")))
        self.client.result(lvid("silent"))
        self.assertEqual([target for _, target, _ in self.daemon.starts()], ["vg/silent"])

    def assert_all_accepted(self, parameter, values, scenario="silent"):
        for number, value in enumerate(values):
            with self.subTest(value):
                request = dict(volume(scenario, "n%d" % number), **{parameter: value})
                self.assert_ok(self.client.ask("pvmove", **request))

    @ours_only("it checks no names")
    def test_bad_names_of_a_volume_group(self):
        self.assert_all_refused("vgname", BAD_NAMES)

    @ours_only("it checks no names")
    def test_bad_names_of_a_logical_volume(self):
        self.assert_all_refused("lvname", BAD_NAMES)

    def test_good_names_of_a_volume_group(self):
        self.assert_all_accepted("vgname", GOOD_NAMES)

    def test_good_names_of_a_logical_volume(self):
        self.assert_all_accepted("lvname", GOOD_NAMES)

    @ours_only("it checks no names")
    def test_names_that_are_too_long_together_for_one_device(self):
        self.assert_refused("lvname", "a" * 64, vgname="b" * 64)
        self.assert_nothing_started()

    @ours_only("it takes any lvid")
    def test_bad_lvids(self):
        self.assert_all_refused("lvid", BAD_LVIDS)

    def test_good_lvids(self):
        self.assert_all_accepted("lvid", ("a" * 64, "#!" * 32, "0123456789ABCDEF" * 4))

    @ours_only("it takes any devices file")
    def test_bad_devices_files(self):
        self.assert_all_refused("devicesfile", ("a/b", "/etc/passwd", "../x", ".", "..", "a\nb",
                                                "a\x01b", "a" * 300))

    def test_good_devices_files(self):
        self.assert_all_accepted("devicesfile", ("system.devices", "a", ".x", "a-b_c.1"))

    @ours_only("it takes any system dir")
    def test_bad_system_dirs(self):
        self.assert_all_refused("sysdir", ("etc/lvm", "./x", "-x", "a=b", "/etc\nLD_PRELOAD=/x",
                                           "/etc/\tlvm", "/etc\x01", "/etc\x7f", "/" + "a" * 5000))

    def test_good_system_dirs(self):
        self.assert_all_accepted("sysdir", ("/", "/etc/lvm", "/with a blank", "/a/../b", "/\u00e9"))

    def test_system_dir_cannot_close_a_string_of_dump(self):
        self.client.ask("pvmove", **volume("hang", "x"))
        self.client.ask("pvmove", **volume("hang", "y", sysdir='/a\\"'))
        self.assertIn(lvid("x"), self.client.ask_raw(b'request="dump"').decode())

    def test_interval_cannot_become_an_option(self):
        for interval in ("15 --abort", "--abort", "15\n--config=x", "-1", "1-1"):
            with self.subTest(interval):
                reply = self.client.ask("pvmove", **volume("good", interval=interval))
                self.assert_reply(reply, response="invalid",
                                  reason="request requires interval set")

    @ours_only("it checks no names")
    def test_what_stock_checks_comes_first(self):
        reply = self.client.ask("pvmove", vgname="-vg", lvname="-lv", lvid="x")
        self.assert_reply(reply, response="invalid", reason="request requires interval set")
        reply = self.client.ask("pvmove", vgname="-vg", lvname="-lv", interval="15")
        self.assert_reply(reply, response="failed", reason="request requires lvid set")

    @ours_only("it checks no names")
    def test_an_abort_is_checked_likewise(self):
        self.assert_refused("vgname", "-x", abort=1)
        self.assert_refused("lvid", "x", abort=1)

    @ours_only("it checks no names")
    def test_a_refused_request_leaves_its_twin_alone(self):
        self.client.ask("pvmove", **volume("hang", "x"))
        self.assert_refused("vgname", "-x", **{"lvid": lvid("x")})
        entry = self.client.dump()["poll"][lvid("x")]
        self.assertEqual((entry["init_requests_count"], entry["lvname"]), (1, "vg/hang"))


class LogTest(DaemonTest):
    @ours_only("it logs the bytes of a client as they come")
    def test_control_characters_of_a_client_do_not_reach_the_log(self):
        daemon, client = self.start_and_connect("-l", "all")
        cmdline = "pvmove \x1b[31mred\x07 text"
        self.assert_ok(client.ask("pvmove", **volume("good", cmdline=cmdline)))
        client.result(lvid("good"))
        log = daemon.log()
        self.assertIn("red", log)
        self.assertNotIn("\x1b", log)
        self.assertNotIn("\x07", log)

    @ours_only("it logs the bytes of a client as they come")
    def test_a_client_cannot_forge_a_line_of_the_log(self):
        daemon, client = self.start_and_connect("-l", "all")
        client.ask("pvmove", **volume("good", cmdline="x\nFORGED: all is well"))
        client.ask("pvmove", **volume("good", vgname="x\nFORGED: all is well"))
        client.ask_raw(b'request="x\nFORGED: all is well"')
        client.hello()
        self.assertIn("FORGED", daemon.log())
        self.assertEqual([line for line in daemon.log().splitlines()
                          if line.startswith("FORGED")], [])


if __name__ == "__main__":
    unittest.main()
