# SPDX-License-Identifier: LGPL-2.1-or-later
"""The configuration file, its errors, and reading it again."""

import os
import shutil
import signal
import subprocess
import time
import unittest

from clock_standin import Clock
from deadline import DEADLINE_S, scaled, wait_for
from lvmpolld import DaemonTest, is_running, ours_only, program_path, read_file, starter_of
from protocol import format_request, lvid, MESSAGE_END, volume

WRONG = (
    ("daemon:\n  socket_path: /x\n", "2:3", "socket_path", "socket"),
    ("deamon:\n  socket: /x\n", "1:1", "deamon", "daemon"),
    ("lvm:\n  max_runing: 3\n", "2:3", "max_runing", "max_running"),
    ("lvm:\n  max_running: many\n", "2:16", "max_running", "many"),
    ("lvm:\n  max_running: -1\n", "2:16", "max_running", "-1"),
    ("lvm:\n  max_running: 0\n", "2:16", "max_running", "0"),
    ("daemon:\n  idle_timeout: soon\n", "2:17", "idle_timeout", "soon"),
    ("daemon:\n  socket: relative/path\n", "2:11", "socket", "relative/path"),
    ("daemon: 5\n", "1:9", "daemon", ""),
    ("- a\n", "1:1", "", ""),
    ("log:\n  level: loud\n", "2:10", "level", "loud"),
    ("log:\n  targets: [stderr, paper]\n", "2:21", "targets", "paper"),
    ("log:\n  wire: perhaps\n", "2:9", "wire", "perhaps"),
    ("limits:\n  message_size: 1Mib\n", "2:17", "message_size", "1Mib"),
    ("limits:\n  clients: [1, 2]\n", "2:12", "clients", ""),
    ("access:\n  users: [no-such-user-here]\n", "2:11", "users", "no-such-user-here"),
    ("lvm: {max_running: 3\n", "2:1", "", ""),
    ("lvm:\n\tmax_running: 3\n", "2:1", "", ""),
    ("lvm:\n  max_running: 3\n  max_running: 4\n", "3:3", "max_running", ""),
)


class ConfigurationTest(DaemonTest):
    def write(self, text, name="lvmpolld.yaml", folder=None):
        folder = folder or self.temporary_directory()
        path = os.path.join(folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as file:
            file.write(text)
        return path

    def start_configured(self, text, *arguments, **options):
        path = self.write(text)
        daemon = self.start_daemon("-c", path, *arguments, **options)
        daemon.configuration = path
        return daemon

    def check(self, path):
        return self.run_daemon("--check-config", "-c", path)

    def start_from_file_alone(self, extra="", **variables):
        daemon = self.new_daemon()
        daemon.file_socket = daemon.socket
        text = "daemon: {socket: %s, pidfile: %s}\nlvm: {binary: %s}\n%s" % (
            daemon.socket, daemon.pidfile, daemon.standin, extra)
        return daemon, [daemon.path, "-f", "-c", self.write(text)]


class VerifyTest(ConfigurationTest):
    @ours_only("it compares nothing")
    def test_verify_always_is_not_possible_without_watching(self):
        """Who asks for it would have no step verified, and hear nothing of that."""
        ended = self.check(self.write("plugins: {pvmove: {monitor: lvpoll, verify: always}}"))
        self.assertNotEqual(ended.returncode, 0)
        self.assertIn('plugins.pvmove.verify: "always" is not possible with monitor: lvpoll', ended.stderr)

    @ours_only("it compares nothing")
    def test_verify_in_doubt_is_possible_without_watching(self):
        self.assertEqual(self.check(self.write("plugins: {pvmove: {monitor: lvpoll, verify: doubt}}")).returncode, 0)


class KeyTest(ConfigurationTest):
    @ours_only("it has no configuration file")
    def test_socket_pid_file_and_binary(self):
        daemon, command = self.start_from_file_alone("limits: {patience: 0}\n")
        daemon.start(command=command)
        client = self.connect(daemon)
        client.ask("pvmove", **volume("exit-5"))
        self.assert_finished(client.result(lvid("exit-5")), "retcode", 5)
        self.assertEqual(read_file(daemon.pidfile), "%d\n" % daemon.pid)

    @ours_only("it has no configuration file")
    def test_environment_goes_before_the_file_and_the_command_line_before_both(self):
        daemon, command = self.start_from_file_alone()
        in_file = daemon.socket
        daemon.socket = in_environment = in_file + ".environment"
        environment = daemon.environment(LVM_LVMPOLLD_SOCKET=in_environment)
        daemon.start(command=command, environment=environment)
        self.assertFalse(os.path.exists(in_file))
        daemon.stop()
        daemon.socket = in_file + ".option"
        daemon.start(command=command + ["-s", daemon.socket], environment=environment)
        self.assertFalse(os.path.exists(in_file))
        self.assertFalse(os.path.exists(in_environment))

    @ours_only("it has no configuration file")
    def test_idle_timeout(self):
        self.assertEqual(self.start_configured("daemon: {idle_timeout: 1}", wait=False).wait_end(), 0)

    @ours_only("it has no configuration file")
    def test_timeout_of_the_command_line_goes_before_the_file(self):
        daemon = self.start_configured("daemon: {idle_timeout: 1000000}", "-t", "1", wait=False)
        self.assertEqual(daemon.wait_end(), 0)

    @ours_only("it has no configuration file")
    def test_empty_file_and_empty_sections_are_right(self):
        for text in ("", "# nothing\n", "---\n", "daemon:\nlvm: {}\n"):
            with self.subTest(text):
                answer = self.check(self.write(text))
                self.assertEqual(answer.returncode, 0, answer)

    @ours_only("it starts any number of them")
    def test_max_running_lets_the_others_wait(self):
        daemon = self.start_configured("lvm: {max_running: 2}\nlimits: {patience: 0}\n")
        client = self.connect(daemon)
        for name in ("mute-1", "mute-2", "mute-3"):
            self.assert_ok(client.ask("pvmove", **volume(name)))
        first = daemon.wait_start("mute-1")[0]
        daemon.wait_start("mute-2")
        self.assertEqual(len(daemon.children()), 2)
        self.assert_reply(client.progress(lvid("mute-3")), response="in_progress")
        os.kill(first, signal.SIGTERM)
        daemon.wait_start("mute-3")
        self.assert_finished(client.result(lvid("mute-1")), "signal", signal.SIGTERM)
        self.assertEqual(len(daemon.children()), 2)

    @ours_only("it starts any number of them")
    def test_lvpolls_that_poll_give_way_to_those_that_wait(self):
        daemon = self.start_configured("lvm: {max_running: 1}")
        client = self.connect(daemon)
        self.assert_ok(client.ask("pvmove", **volume("mute-1")))
        first = daemon.wait_start("mute-1")[0]
        for name in ("hang-2", "hang-3"):
            self.assert_ok(client.ask("pvmove", **volume(name, interval="1")))
        os.kill(first, signal.SIGTERM)
        daemon.wait_start("hang-2")
        daemon.wait_start("hang-3")
        for name in ("hang-2", "hang-3"):
            self.assert_reply(client.progress(lvid(name)), response="in_progress")
        self.assertLessEqual(len(daemon.children()), 1)

    @ours_only("it starts any number of them")
    def test_aborts_do_not_wait_behind_what_they_abort(self):
        daemon = self.start_configured("lvm: {max_running: 1}")
        client = self.connect(daemon)
        client.ask("pvmove", **volume("hang", "x"))
        daemon.wait_start("hang")
        client.ask("pvmove", **volume("good", "x", abort=1))
        self.assert_finished(client.result(lvid("x"), abort=1), "retcode", 0)
        self.assert_finished(client.result(lvid("x")), "signal", signal.SIGTERM)

    @ours_only("it starts any number of them")
    def test_waiting_operation_counts_duplicates_and_ends_with_the_daemon(self):
        daemon = self.start_configured("lvm: {max_running: 1}")
        client = self.connect(daemon)
        client.ask("pvmove", **volume("mute-1"))
        client.ask("pvmove", **volume("mute-2"))
        self.assert_ok(client.ask("pvmove", **volume("mute-2")))
        entry = client.dump()["poll"][lvid("mute-2")]
        self.assertEqual((entry["init_requests_count"], entry["polling_finished"]), (2, 0))
        child = daemon.wait_start("mute-1")[0]
        self.assertEqual(daemon.stop(), 0)
        wait_for(lambda: not is_running(child), "the end of the lvpoll")
        self.assertEqual(len(daemon.starts()), 1)

    @ours_only("it has no limit")
    def test_requests_of_one_connection(self):
        daemon = self.start_configured("limits: {requests: 3}")
        client, other = self.connect(daemon), self.connect(daemon)
        client.send((b'request="hello"' + MESSAGE_END) * 5)
        for _ in range(3):
            self.assertIn(b'"OK"', client.receive())
        try:
            self.assertIsNone(client.receive())
        except ConnectionResetError:
            pass
        wait_for(lambda: "limits.requests (3)" in daemon.log(), "a word in the log")
        self.assertEqual(other.hello()["response"], "OK")

    @ours_only("it takes in as much as a client likes to send")
    def test_message_size(self):
        daemon = self.start_configured("limits: {message_size: 4KiB}")
        client = self.connect(daemon)
        self.assertIn(b'"OK"', client.ask_raw(b'request="hello"\n#' + b"x" * 3000))
        try:
            client.send(b"#" + b"x" * 5000 + MESSAGE_END)
            self.assertIsNone(client.receive())
        except (BrokenPipeError, ConnectionResetError):
            pass
        self.assertEqual(self.connect(daemon).hello()["response"], "OK")

    @ours_only("it has no limit")
    def test_clients_beyond_the_limit_wait_until_one_leaves(self):
        clock = Clock(self.temporary_directory())
        daemon = self.new_daemon()
        # Who is silent for a second gives way. None is where no time passes.
        clock.stop()
        daemon.start("-c", self.write("limits: {clients: 2}"), environment=clock.environment_of(daemon))
        first, second = self.connect(daemon), self.connect(daemon)
        first.hello()
        second.hello()
        third = self.connect(daemon)
        third.send(b'request="hello"' + MESSAGE_END)
        wait_for(lambda: "limits.clients" in daemon.log(), "a word in the log")
        first.hello()
        second.close()
        self.assertIn(b'"OK"', third.receive())

    @ours_only("it has no limit")
    def test_silent_clients_do_not_hold_all_places_for_ever(self):
        daemon = self.start_configured("limits: {clients: 5}")
        for _ in range(5):
            self.connect(daemon)
        self.assertEqual(self.connect(daemon).hello()["response"], "OK")

    @ours_only("it waits for ever")
    def test_client_timeout_ends_a_message_that_does_not_come_to_an_end(self):
        daemon = self.start_configured("limits: {client_timeout: 1}")
        idle, slow = self.connect(daemon), self.connect(daemon)
        idle.hello()
        begin = time.monotonic()
        slow.send(b'request="hel')
        try:
            self.assertIsNone(slow.receive())
        except ConnectionResetError:
            pass
        self.assertGreater(time.monotonic() - begin, 0.8)
        self.assertEqual(idle.hello()["response"], "OK")

    def end_unattended(self, daemon, observer, number):
        """An operation that ends well when its client has gone."""
        name = "until-0-%d" % number
        daemon.make_pipe(name)
        with daemon.client() as client:
            self.assert_ok(client.ask("pvmove", **volume(name)))
        daemon.release(name)
        wait_for(lambda: observer.dump()["poll"].get(lvid(name), {"polling_finished": 1})
                 ["polling_finished"], "the end of " + name)
        return lvid(name)

    @ours_only("it keeps results for ever")
    def test_results_beyond_the_limit_are_forgotten_the_oldest_first(self):
        daemon = self.start_configured("limits: {results: 3}")
        client = self.connect(daemon)
        identities = [self.end_unattended(daemon, client, number) for number in range(5)]
        responses = [client.progress(identity)["response"] for identity in identities]
        self.assertEqual(responses, ["not_found"] * 2 + ["finished"] * 3)

    @ours_only("whoever asks first gets the result")
    def test_results_that_somebody_waits_for_are_kept_beyond_the_limit(self):
        daemon = self.start_configured("limits: {results: 1}")
        clients = [self.connect(daemon) for _ in range(3)]
        for number, client in enumerate(clients):
            self.assert_ok(client.ask("pvmove", **volume("good", number)))
        wait_for(lambda: all(entry["polling_finished"] for entry in
                             clients[0].dump()["poll"].values()), "the end of all")
        for number, client in enumerate(clients):
            self.assert_finished(client.progress(lvid(number)), "retcode", 0)

    @ours_only("it keeps results for ever")
    def test_results_that_nobody_waits_for_any_longer_are_limited(self):
        daemon = self.start_configured("limits: {results: 1}")
        observer = self.connect(daemon)
        with daemon.client() as client:
            for number in range(3):
                self.assert_ok(client.ask("pvmove", **volume("good", number)))
            wait_for(lambda: all(entry["polling_finished"] for entry in
                                 observer.dump()["poll"].values()), "the end of all")
            self.assertEqual(len(observer.dump()["poll"]), 3)
        wait_for(lambda: len(observer.dump()["poll"]) == 1, "the limit")

    @ours_only("it keeps results for ever")
    def test_results_are_forgotten_when_they_are_old(self):
        daemon = self.start_configured("limits: {results_age: 1}")
        client = self.connect(daemon)
        self.end_unattended(daemon, client, 0)
        wait_for(lambda: not client.dump()["poll"], "the result to be forgotten")

    @ours_only("it reports a failure at once")
    def test_patience_is_how_long_clients_wait_for_what_fails(self):
        for seconds in (0, 2):
            with self.subTest(seconds):
                daemon = self.start_configured("limits: {patience: %d}" % seconds)
                client = self.connect(daemon)
                begin = time.monotonic()
                client.ask("pvmove", **volume("exit-5"))
                self.assert_finished(client.result(lvid("exit-5")), "retcode", 5)
                self.assertGreaterEqual(time.monotonic() - begin, seconds)

    def ask_as_nobody(self, daemon, message):
        os.chmod(daemon.directory, 0o755)
        os.chmod(daemon.socket, 0o666)
        return subprocess.run(["python3", "-S", "-c", REQUEST_OF_ANOTHER_USER, daemon.socket, message + MESSAGE_END],
                              capture_output=True, timeout=scaled(DEADLINE_S)).stdout

    @ours_only("it has no access rules")
    @unittest.skipIf(os.geteuid() != 0, "only root can connect as somebody else")
    def test_others_may_see_and_not_steer(self):
        daemon = self.start_configured("access: {users: [root, nobody]}")
        client = self.connect(daemon)
        daemon.make_pipe("until")
        self.assert_ok(client.ask("pvmove", **volume("until")))
        for abort in (0, 1):
            answer = self.ask_as_nobody(daemon, format_request(
                "pvmove", {**volume("until"), "abort": abort, "sysdir": "/tmp"}))
            self.assertIn(b"only root may begin or abort operations", answer)
        self.assertIn(b"in_progress", self.ask_as_nobody(daemon, format_request(
            "progress_info", {"lvid": lvid("until")})))
        self.assertIn(b"vg/until", self.ask_as_nobody(daemon, format_request("dump", {})))
        daemon.wait_start("until")
        self.assertEqual(len(daemon.starts()), 1)
        daemon.release("until")
        wait_for(lambda: client.dump()["poll"][lvid("until")]["polling_finished"], "the end")
        ask = format_request("progress_info", {"lvid": lvid("until")})
        self.assertIn(b"finished", self.ask_as_nobody(daemon, ask))
        self.assertIn(b"finished", self.ask_as_nobody(daemon, ask))
        self.assert_finished(client.progress(lvid("until")), "retcode", 0)

    @ours_only("it has no access rules")
    @unittest.skipIf(os.geteuid() != 0, "only root can connect as somebody else")
    def test_access_is_for_the_users_named(self):
        for users, allowed in (("[root]", False), ("[root, nobody]", True)):
            with self.subTest(users):
                daemon = self.start_configured("access: {users: %s}" % users)
                answer = self.ask_as_nobody(daemon, format_request("hello", {}))
                self.assertEqual(b'"OK"' in answer, allowed, answer)
                self.assertEqual(self.connect(daemon).hello()["response"], "OK")


REQUEST_OF_ANOTHER_USER = """
import os, pwd, socket, sys
os.setgroups([])
os.setuid(pwd.getpwnam("nobody").pw_uid)
client = socket.socket(socket.AF_UNIX)
client.connect(sys.argv[1])
try:
    client.sendall(os.fsencode(sys.argv[2]))
    print(client.recv(100000))
except OSError as error:
    print(error)
"""


class ErrorTest(ConfigurationTest):
    @ours_only("it has no configuration file")
    def test_each_error_tells_file_line_column_key_and_value(self):
        for text, position, key, named in WRONG:
            with self.subTest(text):
                path = self.write(text)
                answer = self.check(path)
                self.assertGreater(answer.returncode, 0, "it was taken")
                for part in ("%s:%s" % (path, position), key, named):
                    self.assertIn(part, answer.stderr)

    @ours_only("it has no configuration file")
    def test_daemon_does_not_start_with_a_wrong_file(self):
        path = self.write("lvm: {max_runing: 3}\n")
        daemon = self.new_daemon().start("-c", path, wait=False)
        self.assertGreater(daemon.wait_end(), 0)
        self.assertIn(path + ":1:", daemon.log())
        self.assertFalse(os.path.exists(daemon.socket))

    @ours_only("it has no configuration file")
    def test_missing_file_is_an_error_when_it_was_named(self):
        path = os.path.join(self.temporary_directory(), "missing.yaml")
        answer = self.check(path)
        self.assertGreater(answer.returncode, 0)
        self.assertIn(path, answer.stderr)

    @ours_only("it has no configuration file")
    def test_right_file_is_said_to_be_right(self):
        path = self.write("daemon: {socket: /run/x.socket}\nlimits: {message_size: 2MiB}\n")
        self.assertEqual(self.check(path).returncode, 0)

    @ours_only("it has no configuration file")
    def test_check_looks_at_the_plugins_sections(self):
        good = self.write("plugins: {pvmove: {monitor: lvpoll}}\n")
        self.assertEqual(self.check(good).returncode, 0, self.check(good))
        for text in ("plugins: {pvmove: {monitr: lvpoll}}\n",
                     "plugins: {pvmove: {monitor: sometimes}}\n"):
            with self.subTest(text):
                path = self.write(text)
                answer = self.check(path)
                self.assertGreater(answer.returncode, 0)
                self.assertIn(path + ":1:", answer.stderr)

    @ours_only("it has no configuration file")
    def test_check_tells_which_plugin_may_have_been_meant(self):
        answer = self.check(self.write("plugins: {pvmvoe: {monitor: lvpoll}}\n"))
        self.assertIn('plugins.pvmvoe: there is no plugin of this name, its section has no effect;'
                      ' did you mean "pvmove"?', answer.stderr)
        answer = self.check(self.write("plugins: {resync: {monitor: lvpoll}}\n"))
        self.assertNotIn("did you mean", answer.stderr)

    @ours_only("it has no configuration file")
    def test_check_starts_no_daemon(self):
        daemon = self.new_daemon()
        self.run_daemon("--check-config", "-s", daemon.socket, "-p", daemon.pidfile)
        self.assertFalse(os.path.exists(daemon.socket))
        self.assertFalse(os.path.exists(daemon.pidfile))


class DropInTest(ConfigurationTest):
    @ours_only("it has no configuration file")
    def test_drop_ins_are_read_in_order_and_the_last_counts(self):
        daemon = self.new_daemon()
        folder = self.temporary_directory()
        path = self.write("daemon: {socket: /first, idle_timeout: 500}\n", folder=folder)
        self.write("daemon: {socket: /second}\n", "lvmpolld.d/10-a.yaml", folder)
        self.write("daemon: {socket: %s}\n" % daemon.socket, "lvmpolld.d/20-b.yaml", folder)
        self.write("this is not: [read\n", "lvmpolld.d/30-c.yaml.bak", folder)
        daemon.start(command=[daemon.path, "-f", "-c", path, "-p", daemon.pidfile,
                              "-B", daemon.standin])
        self.assertEqual(self.connect(daemon).hello()["response"], "OK")

    @ours_only("it has no configuration file")
    def test_error_in_a_drop_in_names_it(self):
        folder = self.temporary_directory()
        path = self.write("", folder=folder)
        wrong = self.write("lvm:\n  binry: /x\n", "lvmpolld.d/50-x.yaml", folder)
        answer = self.check(path)
        self.assertGreater(answer.returncode, 0)
        self.assertIn(wrong + ":2:3", answer.stderr)


class BuildTreeTest(ConfigurationTest):
    """A copy of the program stands where it was built: in "core" beside "config.status"."""

    def make_tree(self, text="", is_marked=True):
        tree = self.temporary_directory()
        os.mkdir(os.path.join(tree, "core"))
        os.mkdir(os.path.join(tree, "plugins"))
        program = shutil.copy(program_path(), os.path.join(tree, "core", "lvmpolld"))
        self.program = starter_of(program, self.temporary_directory())
        self.write(text, os.path.join("etc", "lvmpolld.yaml"), tree)
        if is_marked:
            self.write("", "config.status", tree)
        return tree

    def run_program(self, *arguments):
        return subprocess.run([self.program, *arguments], stdin=subprocess.DEVNULL, text=True,
                              capture_output=True, timeout=scaled(DEADLINE_S))

    @ours_only("it has no configuration file")
    def test_its_configuration_is_read(self):
        tree = self.make_tree("lvm: {max_runing: 3}\n")
        answer = self.run_program("--check-config")
        self.assertGreater(answer.returncode, 0, answer)
        self.assertIn(os.path.join(tree, "etc", "lvmpolld.yaml") + ":1:7", answer.stderr)

    @ours_only("it has no plugins")
    def test_its_plugins_are_loaded(self):
        tree = self.make_tree()
        os.symlink("/nonexistent", os.path.join(tree, "plugins", "broken.so"))
        answer = self.run_program("--list-plugins")
        self.assertIn(os.path.join(tree, "plugins", "broken.so"), answer.stdout)

    @ours_only("it has no configuration file")
    def test_elsewhere_nothing_of_it_is_used(self):
        tree = self.make_tree("lvm: {max_runing: 3}\n", is_marked=False)
        answer = self.run_program("--check-config")
        self.assertNotIn(tree, answer.stderr)


class ReloadTest(ConfigurationTest):
    def set_configuration(self, daemon, text):
        with open(daemon.configuration, "w") as file:
            file.write(text)
        daemon.send_signal(signal.SIGHUP)

    def wait_wire(self, daemon, word):
        """Asks until the request is logged, which tells that the new configuration is in force."""
        client = self.connect(daemon)
        def logged():
            client.ask(word)
            return word in daemon.log()
        wait_for(logged, "request %s in the log" % word)

    @ours_only("it ends at SIGHUP")
    def test_sighup_reads_the_configuration_again(self):
        daemon = self.start_configured("log: {wire: false}")
        client = self.connect(daemon)
        client.ask("pvmove", **volume("hang"))
        client.ask("before")
        self.set_configuration(daemon, "log: {wire: true}")
        self.wait_wire(daemon, "after")
        self.assertNotIn("before", daemon.log())
        self.assert_reply(client.progress(lvid("hang")), response="in_progress")

    @ours_only("it ends at SIGHUP")
    def test_wrong_configuration_is_reported_and_the_old_one_stays(self):
        daemon = self.start_configured("log: {wire: true}")
        self.wait_wire(daemon, "first")
        self.set_configuration(daemon, "log: {wire: false, levl: debug}\n")
        wait_for(lambda: daemon.configuration + ":1:" in daemon.log(), "the error in the log")
        self.assertIn("levl", daemon.log())
        self.wait_wire(daemon, "second")
        self.set_configuration(daemon, "log: {wire: true, level: info}\n")
        self.wait_wire(daemon, "third")
        self.assertIsNone(daemon.process.poll())

    @ours_only("it ends at SIGHUP")
    def test_binary_that_cannot_be_executed_is_reported_and_the_old_one_stays(self):
        daemon, command = self.start_from_file_alone("log: {wire: true}\nlimits: {patience: 0}\n")
        daemon.start(command=command)
        daemon.configuration = command[-1]
        missing = os.path.join(daemon.directory, "missing")
        with open(daemon.configuration) as file:
            text = file.read()
        self.set_configuration(daemon, text.replace(daemon.standin, missing))
        wait_for(lambda: missing in daemon.log(), "the error in the log")
        client = self.connect(daemon)
        client.ask("pvmove", **volume("exit-5"))
        self.assert_finished(client.result(lvid("exit-5")), "retcode", 5)

    @ours_only("it ends at SIGHUP")
    def test_options_still_go_before_the_file(self):
        daemon = self.start_configured("log: {wire: false}", "-l", "wire")
        self.set_configuration(daemon, "log: {wire: false, level: info}\n")
        self.wait_wire(daemon, "after")

    @ours_only("it ends at SIGHUP")
    def test_new_limits_are_in_force(self):
        daemon = self.start_configured("limits: {message_size: 1MiB}")
        self.set_configuration(daemon, "limits: {message_size: 2KiB}\n")
        def refused():
            with daemon.client() as client:
                try:
                    client.send(b"#" + b"x" * 4000 + MESSAGE_END)
                    return client.receive() is None
                except (BrokenPipeError, ConnectionResetError):
                    return True
        wait_for(refused, "the new limit")

    @ours_only("it ends at SIGHUP")
    def test_many_sighups_disturb_nobody(self):
        daemon = self.start_configured("log: {wire: false}")
        client = self.connect(daemon)
        client.ask("pvmove", **volume("hang"))
        for _ in range(50):
            daemon.send_signal(signal.SIGHUP)
            self.assertEqual(client.hello()["response"], "OK")
        self.assert_reply(client.progress(lvid("hang")), response="in_progress")


if __name__ == "__main__":
    unittest.main()
