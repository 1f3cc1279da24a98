# SPDX-License-Identifier: LGPL-2.1-or-later
"""Each request and each check of the wire protocol, in order, with the wording lvm2 prints."""

import socket
import unittest

from lvmpolld import DaemonTest, ours_only
from protocol import format_request, lvid, MESSAGE_END, volume

OPERATIONS = ("pvmove", "convert", "merge", "merge_thin")


class RequestTest(DaemonTest):
    """Requests on one connection to one daemon."""

    def setUp(self):
        self.daemon, self.client = self.start_and_connect()


class HelloTest(RequestTest):
    def test_hello_names_protocol_and_version(self):
        self.assert_reply(self.client.hello(), response="OK", protocol="lvmpolld", version=1)

    def test_reply_has_the_spelling_of_stock(self):
        reply = self.client.ask_raw(b'request="hello"')
        self.assertTrue(
            reply.startswith(b'response = "OK"\nprotocol = "lvmpolld"\nversion = 1\n'), reply)

    def test_blanks_around_the_equals_sign_do_not_matter(self):
        for text in (b'request="hello"', b'request ="hello"', b'request = "hello"\n\n\n',
                     b'# comment\nrequest= "hello" # comment'):
            with self.subTest(text):
                self.assertIn(b'response = "OK"', self.client.ask_raw(text))

    def test_of_duplicate_keys_the_first_counts(self):
        reply = self.client.ask_raw(b'request="hello"\nrequest="dump"')
        self.assertIn(b'response = "OK"', reply)


class UnknownRequestTest(RequestTest):
    def assert_not_implemented(self, text):
        reply = self.client.ask_raw(text)
        self.assertTrue(reply.startswith(
            b'response = "invalid"\nreason = "request not implemented"\n'), reply)

    def test_unknown_name(self):
        self.assert_not_implemented(b'request="frobnicate"')

    def test_name_of_an_operation_in_other_letters(self):
        self.assert_not_implemented(b'request="PVMOVE"')
        self.assert_not_implemented(b'request="pvmove "')
        self.assert_not_implemented(b'request="thin_merge"')

    def test_no_request_at_all(self):
        self.assert_not_implemented(b'lvid ="x"')

    def test_request_that_is_no_string(self):
        self.assert_not_implemented(b"request=5")
        self.assert_not_implemented(b'request { hello="hello" }')

    def test_request_inside_a_section(self):
        self.assert_not_implemented(b'a { request="hello" }')

    def test_empty_message(self):
        self.assert_not_implemented(b"")

    def test_unparsable_text_leaves_the_connection_open(self):
        for text in (b"garbage{{{", b'request="hello', b"}", b"=", b'request="hello"}',
                     b"\xff\xfe\xfd", b"#", b'request=["hello"'):
            with self.subTest(text):
                self.assert_not_implemented(text)
        self.assert_reply(self.client.hello(), response="OK", protocol="lvmpolld", version=1)

    def test_nul_bytes(self):
        self.assert_not_implemented(b'request="he\0llo"')
        self.assert_not_implemented(b"\0")
        self.assertEqual(self.client.hello()["response"], "OK")


class InitTest(RequestTest):
    def test_each_operation_is_accepted_and_ends_well(self):
        for operation in OPERATIONS:
            with self.subTest(operation):
                identity = lvid(operation)
                self.assert_ok(self.client.ask(operation, **volume("good", operation)))
                self.assert_finished(self.client.result(identity), "retcode", 0)

    def test_abort_is_for_pvmove_alone_and_is_checked_first(self):
        for operation in ("convert", "merge", "merge_thin"):
            with self.subTest(operation):
                reply = self.client.ask(operation, abort=1)
                self.assert_reply(reply, response="invalid",
                                  reason="abort only supported with PVMOVE polling operation")

    def test_abort_of_zero_is_no_abort(self):
        self.assert_ok(self.client.ask("merge", **volume("good", abort=0)))

    def test_interval_is_checked_before_names(self):
        for interval in (None, "", "-5", "5-", "+-5", "abc", "+"):
            parameters = {} if interval is None else {"interval": interval}
            with self.subTest(interval):
                reply = self.client.ask("pvmove", **parameters)
                self.assert_reply(reply, response="invalid",
                                  reason="request requires interval set")

    def test_interval_that_is_no_string(self):
        reply = self.client.ask("pvmove", **volume("good", interval=15))
        self.assert_reply(reply, response="invalid", reason="request requires interval set")

    def test_interval_with_plus_and_zero_are_accepted(self):
        for interval in ("+15", "0", "1"):
            with self.subTest(interval):
                request = volume("good", "i" + interval.strip("+"), interval=interval)
                self.assert_ok(self.client.ask("pvmove", **request))

    def test_missing_names_in_their_order(self):
        wanted = volume("good")
        given = {"interval": "15"}
        for missing in ("lvname", "lvid", "vgname"):
            with self.subTest(missing):
                reply = self.client.ask("pvmove", **given)
                self.assert_reply(reply, response="failed",
                                  reason="request requires %s set" % missing)
            given[missing] = wanted[missing]
        self.assert_ok(self.client.ask("pvmove", **given))

    def test_a_name_that_is_empty_or_no_string_is_missing(self):
        for parameter in ("lvname", "lvid", "vgname"):
            for value in ("", 5):
                with self.subTest(parameter=parameter, value=value):
                    reply = self.client.ask("pvmove", **volume("good", **{parameter: value}))
                    self.assert_reply(reply, response="failed",
                                      reason="request requires %s set" % parameter)

    def test_what_is_refused_starts_nothing(self):
        self.client.ask("merge", **volume("good", abort=1))
        self.client.ask("pvmove", **volume("good", interval="-1"))
        self.client.ask("pvmove", **volume("good", vgname=None))
        self.assertEqual(self.client.dump(), {"poll": {}, "abort": {}})
        self.assert_ok(self.client.ask("pvmove", **volume("silent")))
        self.client.result(lvid("silent"))
        self.assertEqual([target for _, target, _ in self.daemon.starts()], ["vg/silent"])

    def test_unknown_parameters_are_ignored(self):
        reply = self.client.ask("pvmove", **volume("good", cmdline="pvmove /dev/x", novel="5"))
        self.assert_ok(reply)


class ProgressTest(RequestTest):
    def test_without_lvid(self):
        for parameters in ({}, {"lvid": ""}, {"lvid": 5}):
            with self.subTest(parameters):
                self.assert_reply(self.client.ask("progress_info", **parameters),
                                  response="failed", reason="request requires lvid set")

    def test_unknown_operation(self):
        self.assert_reply(self.client.progress(lvid("x")), response="not_found")

    def test_operation_in_progress(self):
        self.assert_ok(self.client.ask("pvmove", **volume("hang")))
        self.assert_reply(self.client.progress(lvid("hang")), response="in_progress")
        self.assert_reply(self.client.progress(lvid("hang")), response="in_progress")

    def test_progress_of_an_abort_is_in_the_other_store(self):
        self.client.ask("pvmove", **volume("hang", abort=1))
        self.assert_reply(self.client.progress(lvid("hang")), response="not_found")
        self.assert_reply(self.client.progress(lvid("hang"), abort=1), response="in_progress")


class TransportTest(RequestTest):
    def test_request_one_byte_at_a_time(self):
        for byte in b'request="hello"' + MESSAGE_END:
            self.client.send(bytes([byte]))
        self.assertIn(b'response = "OK"', self.client.receive())

    def test_request_that_spans_many_reads(self):
        padding = b"# " + b"x" * 200000 + b"\n"
        self.assertIn(b'response = "OK"', self.client.ask_raw(padding + b'request="hello"'))

    def test_many_requests_on_one_connection(self):
        for _ in range(500):
            self.assertEqual(self.client.hello()["response"], "OK")

    @ours_only("it loses the second of two requests in one read")
    def test_two_requests_in_one_read_are_answered_in_order(self):
        self.client.send(b'request="hello"' + MESSAGE_END + b'request="frob"' + MESSAGE_END)
        self.assertIn(b'"OK"', self.client.receive())
        self.assertIn(b'"invalid"', self.client.receive())

    @ours_only("it loses requests that arrive together")
    def test_a_hundred_requests_in_one_read_are_answered_in_order(self):
        names = ["hello", "frob", "dump", "progress_info"] * 25
        self.client.send(b"".join(format_request(n, {}) + MESSAGE_END for n in names))
        starts = {"hello": b'response = "OK"', "frob": b'response = "invalid"',
                  "dump": b"# Registered", "progress_info": b'response = "failed"'}
        for name in names:
            self.assertTrue(self.client.receive().startswith(starts[name]), name)

    @ours_only("it loses what follows a request in the same read")
    def test_request_and_a_half_of_the_next_in_one_read(self):
        self.client.send(b'request="hello"' + MESSAGE_END + b'request="he')
        self.assertIn(b'"OK"', self.client.receive())
        self.client.send(b'llo"' + MESSAGE_END)
        self.assertIn(b'"OK"', self.client.receive())

    def test_half_closed_client_is_answered_then_closed(self):
        self.client.send(b'request="dump"' + MESSAGE_END)
        self.client.socket.shutdown(socket.SHUT_WR)
        self.assertIn(b"# Registered polling operations", self.client.receive())
        self.assertIsNone(self.client.receive())

    @ours_only("it loses requests that arrive together")
    def test_half_closed_client_gets_every_answer(self):
        self.client.send((b'request="hello"' + MESSAGE_END) * 3)
        self.client.socket.shutdown(socket.SHUT_WR)
        for _ in range(3):
            self.assertIn(b'"OK"', self.client.receive())
        self.assertIsNone(self.client.receive())

    def test_dump_without_hello(self):
        self.assertEqual(self.client.dump(), {"poll": {}, "abort": {}})

    def test_client_that_goes_away_in_mid_request(self):
        other = self.connect(self.daemon)
        other.send(b'request="hel')
        other.close()
        self.assertEqual(self.client.hello()["response"], "OK")


if __name__ == "__main__":
    unittest.main()
