# SPDX-License-Identifier: LGPL-2.1-or-later
"""Clients that misbehave, or are many: the others are served all the same."""

import os
import random
import resource
import signal
import socket
import unittest

from deadline import DEADLINE_S, scaled, wait_for
from lvmpolld import DaemonTest, ours_only
from protocol import Client, lvid, MESSAGE_END, volume

CONNECTIONS = 10000
RANDOM_PIECES = (
    b"request", b"=", b'"', b"hello", b"dump", b"pvmove", b"progress_info", b"lvid", b"vgname",
    b"lvname", b"interval", b"sysdir", b"abort", b" ", b"\n", b"{", b"}", b"[", b"]", b",", b"#",
    b"##", b"\\", b"1", b"15", b"-1", b"1.5", b"\0", b"\xff", b"@", b'request="pvmove"\n',
    b'request="progress_info"\n', b'lvid ="' + lvid("r").encode() + b'"\n', b'vgname ="vg"\n',
    b'lvname ="silent"\n', b'interval ="15"\n', b"abort =1\n", b"a" * 3000)


def random_message(generator):
    """Up to twelve pieces of the protocol and a few random bytes, never an end of message."""
    message = b"".join(generator.choices(RANDOM_PIECES, k=generator.randrange(13)))
    message += generator.randbytes(generator.randrange(5))
    while MESSAGE_END in message + MESSAGE_END[:-1]:
        message = message.replace(b"#", b"+")
    return message


class ClientTest(DaemonTest):
    def setUp(self):
        self.daemon = self.start_daemon()

    def assert_served(self):
        """A client of good manners gets its answers, whatever the others do."""
        with self.daemon.client() as client:
            self.assertEqual(client.hello()["response"], "OK")
            client.dump()


class MannersTest(ClientTest):
    @ours_only("it dies of some of them")
    def test_three_thousand_random_messages(self):
        generator = random.Random(20150509)
        client = self.connect(self.daemon)
        for number in range(3000):
            message = random_message(generator)
            reply = client.ask_raw(message)
            self.assertTrue(reply.startswith((b"response = ", b"# Registered")),
                            (number, message, reply))
            if number % 100 == 0:
                self.assert_served()
        self.assertEqual(client.hello()["response"], "OK")

    @ours_only("it loses requests that arrive together")
    def test_random_messages_in_random_pieces(self):
        generator = random.Random(1)
        client = self.connect(self.daemon)
        messages = [random_message(generator) for _ in range(300)]
        stream = b"".join(message + MESSAGE_END for message in messages)
        while stream:
            size = generator.randrange(1, 2000)
            client.send(stream[:size])
            stream = stream[size:]
        for message in messages:
            self.assertIsNotNone(client.receive(), message)
        self.assert_served()

    @ours_only("it dies of them, when out of stack")
    def test_deeply_nested_messages(self):
        client = self.connect(self.daemon)
        for piece in (b"a/", b"a{", b"[", b"a=["):
            reply = client.ask_raw(piece * (1000000 // len(piece)) + b"a=1")
            self.assertIn(b"request not implemented", reply, piece)
            self.assert_served()

    @ours_only("its backlog and its threads do not always carry so many")
    def test_two_hundred_silent_clients(self):
        silent = [self.connect(self.daemon) for _ in range(200)]
        for _ in range(20):
            self.assert_served()
        for client in silent:
            self.assertEqual(client.hello()["response"], "OK")

    @ours_only("its backlog and its threads do not always carry so many")
    def test_two_hundred_clients_in_mid_message(self):
        for _ in range(200):
            self.connect(self.daemon).send(b'request="hel')
        self.assert_served()

    @ours_only("it takes in as much as a client likes to send")
    def test_64_mib_without_an_end(self):
        before = self.daemon.peak_memory_kib()
        client = self.connect(self.daemon)
        block = b"x" * (1 << 20)
        sent = 0
        try:
            for _ in range(64):
                client.send(block)
                sent += len(block)
                self.assert_served()
            self.assertIsNone(client.receive())
        except (BrokenPipeError, ConnectionResetError):
            pass
        self.assertLess(sent, 64 << 20, "the daemon should have closed the connection")
        self.assertIn("its message has more bytes than limits.message_size", self.daemon.log())
        self.assert_memory_grew_less(self.daemon, before, 16 << 10)
        self.assert_served()

    @ours_only("it takes in as much as a client likes to send")
    def test_message_of_the_largest_size_is_answered(self):
        client = self.connect(self.daemon)
        text = b'request="hello"\n# '
        text += b"x" * ((1 << 20) - len(text) - len(MESSAGE_END))
        self.assertIn(b'"OK"', client.ask_raw(text))

    @ours_only("its memory grows with it")
    def test_client_that_never_reads(self):
        helper = self.connect(self.daemon)
        for number in range(50):
            helper.ask("pvmove", **volume("silent", number))
        before = self.daemon.peak_memory_kib()
        client = self.connect(self.daemon)
        client.socket.setblocking(False)
        request = (b'request="dump"' + MESSAGE_END) * 1000
        def full():
            try:
                for _ in range(10):
                    client.socket.send(request)
            except BlockingIOError:
                return True
            except (BrokenPipeError, ConnectionResetError):
                return True
            self.assert_served()
            return False
        wait_for(full, "the daemon to take no more from a client that does not read")
        for _ in range(20):
            self.assert_served()
        self.assert_memory_grew_less(self.daemon, before, 16 << 10)

    @ours_only("it loses requests that arrive together")
    def test_slow_reader_gets_everything(self):
        helper = self.connect(self.daemon)
        for number in range(20):
            helper.ask("pvmove", **volume("silent", number))
        client = self.connect(self.daemon)
        client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        count = 200
        client.send((b'request="dump"' + MESSAGE_END) * count)
        self.assert_served()
        for _ in range(count):
            self.assertIn(b"# Registered abort operations", client.receive())

    @ours_only("the end of a client can end the daemon")
    def test_client_that_closes_without_reading(self):
        for _ in range(50):
            client = self.connect(self.daemon)
            client.send(b'request="dump"' + MESSAGE_END)
            client.close()
        self.assert_served()

    def test_flood_of_one_client_does_not_starve_another(self):
        flooding = self.connect(self.daemon)
        flooding.socket.setblocking(False)
        for _ in range(300):
            try:
                flooding.socket.send((b'request="hello"' + MESSAGE_END) * 100)
                flooding.socket.recv(1 << 20)
            except BlockingIOError:
                pass
            self.assert_served()


class DescriptorTest(DaemonTest):
    """A daemon that has no descriptor left says so and goes on when it has some again."""

    def setUp(self):
        self.daemon = self.start_daemon()
        self.client = self.connect(self.daemon)
        self.client.hello()

    def use_up(self):
        """Clients with whom the daemon has no descriptor left; returns them."""
        crowd = [self.connect(self.daemon) for _ in range(20)]
        for client in crowd:
            client.hello()
        used = {int(name) for name in os.listdir("/proc/%d/fd" % self.daemon.pid)}
        limit = next(number for number in range(1 << 20) if number not in used)
        resource.prlimit(self.daemon.pid, resource.RLIMIT_NOFILE, (limit, limit))
        return crowd

    @ours_only("it does not survive this reliably")
    def test_clients_wait_until_there_are_descriptors(self):
        crowd = self.use_up()
        self.assertEqual(self.client.hello()["response"], "OK")
        late = self.connect(self.daemon)
        for client in crowd:
            client.close()
        self.assertEqual(late.hello()["response"], "OK")

    @ours_only("it does not survive this reliably")
    def test_operation_that_cannot_be_started_is_refused(self):
        crowd = self.use_up()
        self.assert_reply(self.client.ask("pvmove", **volume("good")),
                          response="failed", reason="not enough memory")
        self.assert_reply(self.client.progress(lvid("good")), response="not_found")
        for client in crowd:
            client.close()
        def accepted():
            return self.client.ask("pvmove", **volume("good"))["response"] == "OK"
        wait_for(accepted, "the operation to be accepted")
        self.assert_finished(self.client.result(lvid("good")), "retcode", 0)


class NumberTest(ClientTest):
    @ours_only("it ends by itself after some thousand connections")
    def test_one_hello_a_connection(self):
        for number in range(CONNECTIONS):
            with Client(self.daemon.socket) as client:
                self.assertEqual(client.hello()["response"], "OK", number)
        self.assertIsNone(self.daemon.process.poll())

    @ours_only("its threads and descriptors come to an end")
    def test_connections_leave_nothing_behind(self):
        def descriptors():
            return len(os.listdir("/proc/%d/fd" % self.daemon.pid))
        self.assert_served()
        before = descriptors()
        for _ in range(100):
            self.assert_served()
        wait_for(lambda: descriptors() <= before, "the descriptors of former clients to go")

    @ours_only("a small backlog turns clients away")
    def test_burst_of_connections_is_not_turned_away(self):
        self.daemon.send_signal(signal.SIGSTOP)
        try:
            clients = []
            for _ in range(120):
                client = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
                self.addCleanup(client.close)
                client.setblocking(False)
                client.connect(self.daemon.socket)
                clients.append(client)
        finally:
            self.daemon.send_signal(signal.SIGCONT)
        for client in clients:
            client.settimeout(scaled(DEADLINE_S))
            client.sendall(b'request="hello"' + MESSAGE_END)
            self.assertIn(b'"OK"', client.recv(4096))

    @ours_only("it does not survive this reliably")
    def test_more_clients_than_the_limit_are_served_in_the_end(self):
        crowd = [self.daemon.client() for _ in range(300)]
        for client in crowd:
            client.close()
        wait_for(self.serves, "service after the crowd")

    def serves(self):
        try:
            self.assert_served()
            return True
        except (OSError, AssertionError):
            return False


if __name__ == "__main__":
    unittest.main()
