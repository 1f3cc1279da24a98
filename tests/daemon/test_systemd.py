# SPDX-License-Identifier: LGPL-2.1-or-later
"""What systemd does for a daemon, done by hand: a socket passed, readiness, the watchdog."""

import os
import signal
import socket
import sys
import unittest

import preload
from clock_standin import Clock
from ctl_test import SOURCE
from deadline import wait_for
from lvmpolld import DaemonTest, ours_only, read_file
from notify_test import NotifyingTest
from protocol import lvid, volume

# Runs what stands behind "--", with descriptor argv[1] as its descriptor 3 and with its own pid in
# the variables that are named before "--".
PASS_ON = """
import os, sys
descriptor = int(sys.argv[1])
end = sys.argv.index("--")
for name in sys.argv[2:end]:
    os.environ[name] = str(os.getpid())
if descriptor == 3:
    os.set_inheritable(3, True)
else:
    os.dup2(descriptor, 3)
os.execv(sys.argv[end + 1], sys.argv[end + 1:])
"""


class ActivationTest(DaemonTest):
    def listening(self, daemon):
        listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.addCleanup(listening.close)
        listening.bind(daemon.socket)
        listening.listen(16)
        return listening

    def start_activated(self, daemon, descriptor, *arguments, pid_variables=("LISTEN_PID",),
                        **variables):
        """Starts it as systemd would, with that descriptor passed."""
        command = [sys.executable, "-S", "-c", PASS_ON, str(descriptor), *pid_variables, "--",
                   *daemon.command(*arguments)]
        variables.setdefault("LISTEN_FDS", "1")
        daemon.start(command=command, environment=daemon.environment(**variables), wait=False,
                     pass_fds=[descriptor])
        return daemon

    def assert_activated(self, **variables):
        daemon = self.new_daemon()
        listening = self.listening(daemon)
        inode = os.stat(daemon.socket).st_ino
        client = self.connect(daemon)  # waits in the backlog, as systemd's first client does
        self.start_activated(daemon, listening.fileno(), **variables)
        self.assertEqual(client.hello()["response"], "OK")
        client.ask("pvmove", **volume("good"))
        self.assert_finished(client.result(lvid("good")), "retcode", 0)
        client.close()
        self.assertEqual(daemon.stop(), 0)
        self.assertEqual(os.stat(daemon.socket).st_ino, inode, "systemd's socket was replaced")

    def test_handed_over_socket_with_the_variable_of_stock(self):
        self.assert_activated(SD_ACTIVATION="1")

    @ours_only("it takes the socket only with SD_ACTIVATION=1")
    def test_handed_over_socket_without_the_variable_of_stock(self):
        self.assert_activated()

    @ours_only("the end of a client can end the daemon")
    def test_idle_end_leaves_the_socket_for_the_next_start(self):
        daemon = self.new_daemon()
        listening = self.listening(daemon)
        for _ in range(2):
            client = self.connect(daemon)
            self.start_activated(daemon, listening.fileno(), "-t", "1")
            self.assertEqual(client.hello()["response"], "OK")
            client.close()
            self.assertEqual(daemon.wait_end(), 0)
            self.assertTrue(os.path.exists(daemon.socket))

    @ours_only("it leaves them to its children")
    def test_variables_of_the_socket_do_not_reach_lvpoll(self):
        daemon = self.new_daemon()
        listening = self.listening(daemon)
        client = self.connect(daemon)
        self.start_activated(daemon, listening.fileno(), SD_ACTIVATION="1", LISTEN_FDNAMES="x")
        client.ask("pvmove", **volume("record"))
        record = daemon.record()
        names = {"LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"} & set(record.environment)
        self.assertEqual(names, set())
        self.assertNotIn("socket:", record.descriptors.get(3, ""))

    def assert_refused(self, descriptor, **variables):
        daemon = self.new_daemon()
        self.start_activated(daemon, descriptor, **variables)
        self.assertGreater(daemon.wait_end(), 0)
        self.assertTrue(daemon.log().strip(), "no word of the reason")
        self.assertFalse(os.path.exists(daemon.socket))
        self.assertFalse(os.path.exists(daemon.pidfile))
        return daemon.log()

    @ours_only("it makes a socket of its own instead")
    def test_handed_over_file_is_refused(self):
        with open("/dev/null") as file:
            self.assert_refused(file.fileno(), SD_ACTIVATION="1")

    @ours_only("it takes any socket")
    def test_handed_over_socket_of_a_wrong_kind_is_refused(self):
        place = self.temporary_directory()
        kinds = {
            "datagram": (socket.AF_UNIX, socket.SOCK_DGRAM),
            "seqpacket": (socket.AF_UNIX, socket.SOCK_SEQPACKET),
            "internet": (socket.AF_INET, socket.SOCK_STREAM),
        }
        for name, (family, kind) in kinds.items():
            with self.subTest(name), socket.socket(family, kind) as handed:
                path = os.path.join(place, name)
                handed.bind(path if family == socket.AF_UNIX else ("127.0.0.1", 0))
                if kind != socket.SOCK_DGRAM:
                    handed.listen(1)
                self.assert_refused(handed.fileno())

    @ours_only("it takes any socket")
    def test_handed_over_socket_that_does_not_listen_is_refused(self):
        first, second = socket.socketpair()
        with first, second:
            self.assert_refused(first.fileno())

    @ours_only("it ignores the others")
    def test_more_than_one_descriptor_is_refused(self):
        daemon = self.new_daemon()
        listening = self.listening(daemon)
        self.start_activated(daemon, listening.fileno(), LISTEN_FDS="2")
        self.assertGreater(daemon.wait_end(), 0)

    @ours_only("it takes what is wrong as it is")
    def test_clients_of_a_daemon_that_cannot_use_its_configuration_are_turned_away(self):
        """While one waits, systemd would start daemons without end; lvm2 polls by itself then."""
        wrong = {
            "unknown key": ("-c", "lvm: {max_runing: 3}\n"),
            "no such lvm": ("-c", "lvm: {binary: /nonexistent/lvm}\n"),
            "wrong option": ("--bogus", None),
        }
        for name, (option, text) in wrong.items():
            with self.subTest(name):
                daemon = self.new_daemon()
                listening = self.listening(daemon)
                clients = [self.connect(daemon) for _ in range(3)]
                for client in clients:
                    client.send(b'request="hello"\n##\n')
                path = os.path.join(daemon.directory, "wrong.yaml")
                with open(path, "w") as file:
                    file.write(text or "")
                command = [*daemon.command()[:-2], option] + [path] * bool(text)
                daemon.command = lambda *arguments, command=command: command
                self.start_activated(daemon, listening.fileno())
                self.assertEqual(daemon.wait_end(), os.EX_CONFIG, daemon.log())
                for client in clients:
                    self.assertIsNone(client.receive_end())
                self.assertEqual(len(daemon.log().splitlines()), 1, daemon.log())

    @ours_only("it does not start where SD_ACTIVATION is missing")
    def test_socket_for_another_process_is_not_ours(self):
        daemon = self.new_daemon()
        with open("/dev/null") as file:
            self.start_activated(daemon, file.fileno(), pid_variables=(), LISTEN_PID="1")
        wait_for(daemon.is_listening, "a socket of its own")
        self.assertEqual(self.connect(daemon).hello()["response"], "OK")


class NotifyTest(NotifyingTest):
    """What the manager is told while all goes well."""

    @ours_only("it was built without it")
    def test_ready_once_the_socket_answers(self):
        daemon = self.start_notifying()
        self.receive_until("READY=1")
        self.assertEqual(self.connect(daemon).hello()["response"], "OK")

    @ours_only("it was built without it")
    def test_status_line_tells_of_operations(self):
        client = self.connect(self.start_notifying())
        client.ask("pvmove", **volume("hang-1"))
        while self.receive_until("STATUS=") != "STATUS=1 operation in flight: 1 running":
            pass
        client.ask("pvmove", **volume("exit-5"))
        while self.receive_until("STATUS=") != ("STATUS=2 operations in flight: 1 running, "
                                                "1 backing off (lvpoll failed)"):
            pass

    @ours_only("it was built without it")
    def test_stopping_is_told(self):
        daemon = self.start_notifying()
        self.receive_until("READY=1")
        daemon.stop()
        self.receive_until("STOPPING=1")

    @ours_only("it was built without it")
    def test_watchdog_is_fed(self):
        daemon = self.start_notifying(WATCHDOG_USEC="400000")
        for _ in range(3):
            self.receive_until("WATCHDOG=1")
        self.assertIsNone(daemon.process.poll())

    @ours_only("it was built without it")
    def test_watchdog_is_not_fed_when_nobody_watches(self):
        daemon = self.start_notifying()
        self.receive_until("READY=1")
        daemon.stop()
        self.receive_until("STOPPING=1")
        self.assertNotIn("WATCHDOG=1", self.received)

    @ours_only("it was built without it")
    def test_manager_that_reads_nothing_holds_nobody_up(self):
        clock = Clock(self.temporary_directory())
        library = preload.standin(self.temporary_directory())
        clock.stop()  # until there is a client, lest it be idle before
        daemon = self.start_notifying("-t", "1", WATCHDOG_USEC="20000",
                                      **preload.variables(library, **clock.variables()))
        client = self.connect(daemon)
        client.hello()
        clock.go_on()
        for number in range(50):
            self.assert_ok(client.ask("pvmove", **volume("good", number)))
            self.assert_finished(client.result(lvid(number)), "retcode", 0)
        client.close()
        self.assertEqual(daemon.wait_end(), 0)

    @ours_only("it was built without it")
    def test_reload_is_told(self):
        daemon = self.start_notifying()
        self.receive_until("READY=1")
        daemon.send_signal(signal.SIGHUP)
        self.receive_until("RELOADING=1")
        self.receive_until("READY=1")


class BootUnitTest(unittest.TestCase):
    """What asks lvm2 at boot for what the initramfs has activated without polling it."""

    def settings(self):
        return [line for line in read_file(os.path.join(SOURCE, "etc", "lvmpolld-boot.service.in")).splitlines()
                if line and not line.startswith(("#", "["))]

    def test_it_starts_no_socket_that_an_administrator_has_stopped_or_masked(self):
        """lvm2 polls by itself then. With a dependency a disabled one is started, and with a masked one nobody would poll."""
        self.assertEqual([line for line in self.settings() if ".socket" in line],
                         ["After=lvm2-lvmpolld.socket local-fs.target"])

    def test_processes_of_lvm2s_own_go_on(self):
        for setting in ("Type=oneshot", "KillMode=process", "SendSIGKILL=no"):
            self.assertIn(setting, self.settings())
        self.assertNotIn("RemainAfterExit", "".join(self.settings()))


if __name__ == "__main__":
    unittest.main()
