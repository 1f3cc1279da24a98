# SPDX-License-Identifier: LGPL-2.1-or-later
"""Options, environment variables and exit statuses of the program."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import threading
import unittest

from deadline import DEADLINE_S, scaled, wait_for
from lvmpolld import DaemonTest, daemon_path, ours_only
from protocol import lvid, volume

STOCK_OPTIONS = ("-V", "--version", "-h", "--help", "-f", "--foreground", "--dump", "-l", "--log",
                 "-p", "--pidfile", "-s", "--socket", "-B", "--binary", "-t", "--timeout")
OUR_OPTIONS = ("-c", "--check-config", "--plugin-dir", "--list-plugins")
LOG_WORDS = ("all", "fatal", "error", "warn", "info", "wire", "debug", "cmd")


class InformationTest(DaemonTest):
    def test_version(self):
        for option in ("-V", "--version"):
            with self.subTest(option):
                answer = self.run_daemon(option)
                self.assertEqual((answer.returncode, answer.stderr), (0, ""))
                self.assertRegex(answer.stdout, r"^lvmpolld version: \d+(\.\d+)*")

    def test_help(self):
        texts = set()
        for option in ("-h", "--help"):
            answer = self.run_daemon(option)
            self.assertEqual((answer.returncode, answer.stderr), (0, ""))
            self.assertTrue(answer.stdout.startswith("Usage:"), answer.stdout)
            texts.add(answer.stdout)
        self.assertEqual(len(texts), 1)

    def test_help_names_every_option_of_stock(self):
        text = self.run_daemon("--help").stdout
        named = set(re.findall(r"(?<![\w-])--?[A-Za-z][a-z-]*", text))
        self.assertEqual(set(STOCK_OPTIONS) - named, set())

    @ours_only("it has none of them")
    def test_help_names_every_option_of_ours(self):
        text = self.run_daemon("--help").stdout
        named = set(re.findall(r"(?<![\w-])--?[A-Za-z][a-z-]*", text))
        self.assertEqual(set(OUR_OPTIONS) - named, set())


    @ours_only("it does not look whether it could print")
    def test_output_that_cannot_be_written_is_a_failure(self):
        for option in ("--version", "--help", "--list-plugins"):
            with self.subTest(option), open("/dev/full", "w") as full:
                answer = subprocess.run([daemon_path(), option], stdout=full, text=True,
                                        stderr=subprocess.PIPE, timeout=scaled(DEADLINE_S))
                self.assertEqual(answer.returncode, 1)
                self.assertIn("standard output", answer.stderr)


class WrongUseTest(DaemonTest):
    """What is not understood is refused before anything is opened."""

    def refused(self, *arguments):
        daemon = self.new_daemon()
        answer = self.run_daemon("-f", "-s", daemon.socket, "-p", daemon.pidfile, *arguments)
        self.assertGreater(answer.returncode, 0, answer)
        self.assertTrue(answer.stderr.strip(), "no word of the reason")
        self.assertFalse(os.path.exists(daemon.pidfile))
        return answer.stderr

    def test_unknown_options(self):
        for option in ("-x", "--bogus", "-Z"):
            with self.subTest(option):
                self.assertIn(option.lstrip("-"), self.refused(option))

    @ours_only("it names the program")
    def test_unknown_letter_among_others_is_named(self):
        for arguments in (("-xf",), ("-fx",), ("--log=all", "-fxf")):
            with self.subTest(arguments):
                self.assertIn("-x: there is no such option", self.refused(*arguments))

    @ours_only("it says so in other words")
    def test_value_that_is_not_expected(self):
        for option in ("--dump=5", "--foreground=yes"):
            with self.subTest(option):
                self.assertIn(option + ": no value is expected", self.refused(option))

    def test_options_without_their_argument(self):
        for option in ("-l", "-p", "-s", "-B", "-t", "--log", "--socket", "--timeout"):
            with self.subTest(option):
                self.assertIn(option.lstrip("-"), self.refused(option))

    def test_bad_timeouts(self):
        for value in ("abc", "-1"):
            with self.subTest(value):
                self.assertRegex(self.refused("-t", value), "timeout|-t " + re.escape(value))

    @ours_only("it takes these")
    def test_more_bad_timeouts(self):
        for value in ("", "5x", "1.5", "99999999999999999999"):
            with self.subTest(value):
                self.assertRegex(self.refused("-t", value), "timeout|-t " + re.escape(value))

    @ours_only("it ignores unknown words")
    def test_unknown_word_of_log_is_named(self):
        for words, wrong in (("bogus", "bogus"), ("wire,nonsense,debug", "nonsense")):
            with self.subTest(words):
                self.assertIn(wrong, self.refused("-l", words))

    @ours_only("it ignores operands")
    def test_operand_is_refused(self):
        self.assertIn("operand", self.refused("some-operand"))

    def test_missing_lvm_binary(self):
        missing = os.path.join(self.temporary_directory(), "missing")
        daemon = self.new_daemon(standin=missing)
        answer = self.run_daemon(*daemon.command()[1:])
        self.assertGreater(answer.returncode, 0)

    @ours_only("it does not tell on stderr")
    def test_missing_lvm_binary_is_named(self):
        missing = os.path.join(self.temporary_directory(), "missing")
        self.assertIn(missing, self.refused("-B", missing))


class OptionTest(DaemonTest):
    def assert_serves(self, daemon):
        with daemon.client() as client:
            self.assertEqual(client.hello()["response"], "OK")

    def test_long_options(self):
        daemon = self.new_daemon()
        daemon.start(command=[
            daemon.path, "--foreground", "--socket", daemon.socket, "--pidfile=" + daemon.pidfile,
            "--binary", daemon.standin, "--timeout", "100", "--log", "all"])
        self.assert_serves(daemon)
        self.assertTrue(os.path.exists(daemon.pidfile))

    def test_every_word_of_log(self):
        for words in LOG_WORDS + (",".join(LOG_WORDS),):
            with self.subTest(words):
                self.assert_serves(self.start_daemon("-l", words))

    def test_wire_log_shows_requests_and_replies(self):
        daemon = self.start_daemon("-l", "wire")
        with daemon.client() as client:
            client.ask("frobnicate")
        wait_for(lambda: "frobnicate" in daemon.log(), "the request in the log")
        wait_for(lambda: "not implemented" in daemon.log(), "the reply in the log")

    @ours_only("it has other levels by default")
    def test_without_log_words_requests_are_not_logged(self):
        daemon = self.start_daemon()
        with daemon.client() as client:
            client.ask("frobnicate")
            client.hello()
        self.assertNotIn("frobnicate", daemon.log())

    def test_environment_names_socket_and_pid_file(self):
        daemon = self.new_daemon()
        daemon.start(command=[daemon.path, "-f", "-B", daemon.standin],
                     environment=daemon.environment(LVM_LVMPOLLD_SOCKET=daemon.socket,
                                                    LVM_LVMPOLLD_PIDFILE=daemon.pidfile))
        self.assert_serves(daemon)
        self.assertTrue(os.path.exists(daemon.pidfile))

    def test_options_override_the_environment(self):
        folder = self.temporary_directory()
        daemon = self.new_daemon()
        daemon.start(environment=daemon.environment(
            LVM_LVMPOLLD_SOCKET=os.path.join(folder, "socket"),
            LVM_LVMPOLLD_PIDFILE=os.path.join(folder, "pid")))
        self.assert_serves(daemon)
        self.assertEqual(os.listdir(folder), [])


class DumpOptionTest(DaemonTest):
    def test_dump_prints_the_state(self):
        daemon, client = self.start_and_connect()
        client.ask("pvmove", **volume("hang"))
        answer = self.run_daemon("--dump", "-s", daemon.socket)
        self.assertEqual((answer.returncode, answer.stderr), (0, ""))
        lines = [line.strip() for line in answer.stdout.splitlines()]
        self.assertEqual(lines[0], "# Registered polling operations")
        self.assertIn('lvid="%s"' % lvid("hang"), lines)
        self.assertIn("init_requests_count=1", lines)
        self.assertEqual((lines.count("poll {"), lines.count("abort {")), (1, 1))
        self.assertNotIn("##", lines)

    def test_dump_uses_the_socket_of_the_environment(self):
        daemon = self.start_daemon()
        environment = daemon.environment(LVM_LVMPOLLD_SOCKET=daemon.socket)
        answer = self.run_daemon("--dump", env=environment)
        self.assertEqual(answer.returncode, 0)
        self.assertIn("# Registered abort operations", answer.stdout)

    @ours_only("it says so, but ends with status 0")
    def test_dump_without_a_daemon_fails(self):
        missing = os.path.join(self.temporary_directory(), "socket")
        answer = self.run_daemon("--dump", "-s", missing)
        self.assertGreater(answer.returncode, 0)
        self.assertEqual(answer.stdout, "")
        self.assertIn(missing, answer.stderr)

    @ours_only("it takes a reply of any length")
    def test_reply_that_is_too_long_is_refused(self):
        path = os.path.join(self.temporary_directory(), "socket")
        listener = socket.socket(socket.AF_UNIX)
        self.addCleanup(listener.close)
        listener.bind(path)
        listener.listen()
        def answer_without_end():
            connection = listener.accept()[0]
            with connection, contextlib.suppress(BrokenPipeError, ConnectionResetError):
                while True:
                    connection.sendall(b"#" * 65536)
        server = threading.Thread(target=answer_without_end)
        server.start()
        answer = self.run_daemon("--dump", "-s", path)
        server.join()
        self.assertEqual((answer.returncode, answer.stdout), (1, ""))
        self.assertIn("the reply has more than 16 MiB", answer.stderr)

    @ours_only("it waits for ever")
    def test_dump_of_a_daemon_that_does_not_answer_ends_at_a_signal(self):
        daemon = self.start_daemon()
        daemon.send_signal(signal.SIGSTOP)
        try:
            other = self.new_daemon()
            other.start(command=[other.path, "--dump", "-s", daemon.socket], wait=False)
            wait_for(lambda: os.path.exists("/proc/%d/fd/3" % other.pid), "the connection")
            self.assertNotEqual(other.stop(), 0)
        finally:
            daemon.send_signal(signal.SIGCONT)


if __name__ == "__main__":
    unittest.main()
