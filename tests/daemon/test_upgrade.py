# SPDX-License-Identifier: LGPL-2.1-or-later
"""SIGUSR2: a new program takes over everything from the old one."""

import fcntl
import os
import signal
import struct
import subprocess
import termios
import threading
import time
import unittest

import test_lifecycle
import test_systemd
from clock_standin import Clock
from deadline import DEADLINE_S, scaled, wait_for
from lvmpolld import ours_only, read_file
from protocol import format_request, lvid, volume
from upgrade_test import TAKEN_OVER, UpgradeTest, count_in_log, open_descriptors, upgrade

STOCK = "it ends at SIGUSR2"


def unread_output(pid):
    """How many bytes that it has printed nobody has read yet."""
    descriptor = os.open("/proc/%d/fd/1" % pid, os.O_RDONLY | os.O_NONBLOCK)
    try:
        return struct.unpack("i", fcntl.ioctl(descriptor, termios.FIONREAD, bytes(4)))[0]
    finally:
        os.close(descriptor)


@ours_only(STOCK)
class ClientTest(UpgradeTest):
    """Clients notice nothing."""

    def setUp(self):
        self.daemon = self.new_daemon()
        # However long the upgrades take, half a message and replies that nobody reads may stay.
        path = self.write_configuration(self.daemon, "limits: {client_timeout: 3600}\n")
        self.daemon.start("-c", path)
        self.client = self.connect(self.daemon)

    def test_request_that_has_come_in_part(self):
        self.client.send(b'request="he')
        self.client.send(b"llo")
        self.connect(self.daemon).hello()  # what was sent before is read by then
        upgrade(self.daemon)
        self.client.send(b'"\n##')
        upgrade(self.daemon)
        self.client.send(b"\n")
        self.assertIn(b"lvmpolld", self.client.receive())

    def test_long_request_that_has_come_in_part(self):
        text = format_request("hello", {"cmdline": "x" * 700000})
        self.client.send(text[:500000])
        upgrade(self.daemon)
        self.assertEqual(self.connect(self.daemon).hello()["response"], "OK")
        self.client.send(text[500000:] + b"\n##\n")
        self.assertIn(b"lvmpolld", self.client.receive())

    def test_every_byte_of_a_request_arrives(self):
        folder = "/" + "".join(chr(c) for c in range(0x21, 0x7f) if chr(c) not in '"\\#')
        text = format_request("pvmove", volume("record", sysdir=folder + "\u00e4\u20ac"))
        self.client.send(text[:-10])
        upgrade(self.daemon)
        self.client.send(text[-10:] + b"\n##\n")
        self.assertIn(b"OK", self.client.receive())
        record = self.daemon.record()
        self.assertEqual(record.environment["LVM_SYSTEM_DIR"], folder + "\u00e4\u20ac")

    def ask_without_reading(self, count):
        """Asks so much that replies must wait in the daemon, and requests too."""
        self.client.socket.setblocking(False)
        asked = 0
        text = format_request("dump", {}) + b"\n##\n"
        self.addCleanup(self.client.socket.setblocking, True)
        try:
            while asked < count:
                sent = self.client.socket.send(text)
                asked += 1
                if sent < len(text):
                    self.client.socket.setblocking(True)
                    self.client.socket.sendall(text[sent:])
                    break
        except BlockingIOError:
            pass
        self.client.socket.settimeout(scaled(DEADLINE_S))
        return asked

    def test_replies_that_are_not_read_yet(self):
        for number in range(50):
            self.client.ask("pvmove", **volume("hang-%d" % number))
        asked = self.ask_without_reading(200)
        upgrade(self.daemon)
        for _ in range(asked):
            self.assertIn(b"hang-49", self.client.receive())
        self.assertEqual(self.client.hello()["response"], "OK")

    def test_half_closed_client_gets_all_its_replies_and_then_the_end(self):
        for number in range(50):
            self.client.ask("pvmove", **volume("hang-%d" % number))
        asked = self.ask_without_reading(60)
        self.client.socket.shutdown(1)
        upgrade(self.daemon)
        for _ in range(asked):
            self.assertIn(b"hang-49", self.client.receive())
        self.assertIsNone(self.client.receive())

    def test_requests_in_a_row_are_answered_once_each(self):
        count = 3000
        sender = threading.Thread(target=self.client.send, args=(b'request="hello"\n##\n' * count,))
        sender.start()
        for number in range(count):
            if number == count // 3:
                upgrade(self.daemon)
            self.assertIn(b"lvmpolld", self.client.receive())
        sender.join()
        self.client.socket.settimeout(0.05)
        self.assertRaises(TimeoutError, self.client.receive)

    def test_time_to_complete_a_message_runs_on(self):
        daemon = self.new_daemon()
        path = self.write_configuration(daemon, "limits: {client_timeout: 1}\n")
        daemon.start("-c", path)
        client = self.connect(daemon)
        client.send(b'request="he')
        upgrade(daemon)
        self.assertIsNone(client.receive_end())

    def test_access_and_number_of_clients_stay(self):
        clients = [self.connect(self.daemon) for _ in range(20)]
        for client in clients:
            client.hello()
        upgrade(self.daemon)
        self.client.hello()  # whatever the log needs is open by then
        before = open_descriptors(self.daemon)
        upgrade(self.daemon)
        for client in clients + [self.client]:
            self.assertEqual(client.hello()["response"], "OK")
        self.assertEqual(open_descriptors(self.daemon), before)


@ours_only(STOCK)
class OperationTest(UpgradeTest):
    def setUp(self):
        self.daemon = self.new_daemon()

    def start(self, *arguments, **options):
        self.daemon.start(*arguments, **options)
        self.client = self.connect(self.daemon)

    def start_stopped(self, *arguments, **options):
        """Starts it with a clock that stands still, and returns that."""
        clock = Clock(self.daemon.directory)
        clock.stop()
        self.start(*arguments, environment=clock.environment_of(self.daemon), **options)
        return clock

    def begin(self, lvname, **parameters):
        """Begins it and waits for its lvpoll."""
        if lvname.startswith(("until", "closed", "half")):
            self.daemon.make_pipe(lvname)
        self.assert_ok(self.client.ask("pvmove", **volume(lvname, **parameters)))
        return self.daemon.wait_start(lvname)[0]

    def test_child_runs_on_and_its_status_is_learnt(self):
        self.start(patience=0)
        child = self.begin("until-7")
        upgrade(self.daemon)
        self.assertEqual(self.daemon.children(), [child])
        self.assert_reply(self.client.progress(lvid("until-7")), response="in_progress")
        self.daemon.release("until-7")
        self.assert_status(self.daemon, self.client, lvid("until-7"), 7)
        self.assertEqual(self.daemon.starts()[0][0], child)

    def test_signal_that_ends_a_child_is_learnt(self):
        self.start(patience=0)
        child = self.begin("hang")
        upgrade(self.daemon)
        os.kill(child, signal.SIGKILL)
        self.assert_finished(self.client.result(lvid("hang")), "signal", signal.SIGKILL)

    def test_output_is_read_on(self):
        self.start("-l", "info")
        self.begin("until")
        wait_for(lambda: "Moved: 24.00%" in self.daemon.log(), "the first line")
        upgrade(self.daemon)
        self.daemon.release("until")
        self.client.result(lvid("until"))
        self.assertIn("Moved: 100.00%", self.daemon.log())

    def test_line_that_has_come_in_half_is_read_whole(self):
        """Else lvpoll would not have said that all is copied, and lvm2 would be asked."""
        self.start("-l", "info")
        child = self.begin("half")
        wait_for(lambda: os.path.exists(os.path.join(self.daemon.directory, "half.half")), "the half")
        wait_for(lambda: unread_output(child) == 0, "a daemon that has read it")
        upgrade(self.daemon)
        upgrade(self.daemon)
        self.daemon.release("half")
        self.assert_status(self.daemon, self.client, lvid("half"), 0)
        self.assertIn("lvpoll[%d]:   vg/half: Moved: 100.00%%\n" % child, self.daemon.log())
        self.assertFalse(os.path.exists(os.path.join(self.daemon.directory, "reports")))

    def test_everything_that_dump_tells_stays(self):
        self.start()
        child = self.begin("until-3")
        for _ in range(2):
            self.client.ask("pvmove", **volume("until-3"))
        self.begin("good", seed="over", sysdir=r"/etc/a \"b\" \\c")
        self.begin("hang", seed="aborted", abort=1)
        wait_for(lambda: "progress_percent" in self.client.dump()["poll"][lvid("until-3")],
                 "its progress")
        wait_for(lambda: "progress_percent" in self.client.dump()["abort"][lvid("aborted")],
                 "the progress of the abort")
        wait_for(lambda: [entry["polling_finished"] for entry in self.client.dump()["poll"].values()
                          if entry["lvname"] == "vg/good"] == [1], "the end of the other")
        before = self.client.dump()
        upgrade(self.daemon)
        self.assertEqual(self.client.dump(), before)
        entry = before["poll"][lvid("until-3")]
        self.assertEqual((entry["init_requests_count"], entry["lvm_command_pid"]), (3, child))

    def test_result_that_nobody_has_collected(self):
        self.start(patience=0)
        self.begin("exit-5")
        wait_for(lambda: self.client.dump()["poll"][lvid("exit-5")]["polling_finished"], "its end")
        upgrade(self.daemon)
        self.assert_status(self.daemon, self.client, lvid("exit-5"), 5)

    def test_good_result_that_nobody_has_collected(self):
        self.start()
        self.begin("good")
        wait_for(lambda: self.client.dump()["poll"][lvid("good")]["polling_finished"], "its end")
        upgrade(self.daemon)
        self.assert_status(self.daemon, self.client, lvid("good"), 0)
        self.assert_reply(self.client.progress(lvid("good")), response="not_found")

    def pause(self, identity):
        entry = self.client.dump()["poll"][identity]
        return [entry.get(key) for key in
                ("operation_state", "backing_off_reason", "backing_off_count")]

    def test_pause_is_not_cut_short(self):
        """Else many upgrades would run one lvpoll after the other where all of them fail."""
        clock = self.start_stopped()
        self.begin("exit-5")
        pause = ["backing_off", "status", 1]  # a second
        wait_for(lambda: self.pause(lvid("exit-5")) == pause, "the first pause")
        for _ in range(2):
            clock.skip(0.4, self.client)
            upgrade(self.daemon)
            self.assertEqual(self.pause(lvid("exit-5")), pause)
        self.assertEqual(len(self.daemon.starts()), 1)
        clock.skip(0.3, self.client)
        wait_for(lambda: self.pause(lvid("exit-5")) == ["backing_off", "status", 2], "the second")
        self.assertEqual(len(self.daemon.starts()), 2)

    def test_patience_of_those_who_wait_runs_on(self):
        clock = self.start_stopped(patience=100)
        self.begin("exit-5")
        wait_for(lambda: self.pause(lvid("exit-5"))[0] == "backing_off", "the first pause")
        for _ in range(2):
            clock.skip(49, self.client)
            upgrade(self.daemon)
            self.assert_reply(self.client.progress(lvid("exit-5")), response="in_progress")
        clock.skip(3, self.client)
        self.assert_status(self.daemon, self.client, lvid("exit-5"), 5)

    def test_failures_that_were_told_are_told_again(self):
        self.start(patience=0)
        self.begin("exit-5")
        for _ in range(2):
            self.assert_status(self.daemon, self.client, lvid("exit-5"), 5)
            upgrade(self.daemon)

    def test_result_gets_no_younger(self):
        clock = self.start_stopped(
            "-c", self.write_configuration(self.daemon, "limits: {results_age: 100}\n"))
        with self.daemon.client() as other:
            self.assert_ok(other.ask("pvmove", **volume("good")))
        wait_for(lambda: self.client.dump()["poll"][lvid("good")]["polling_finished"], "its end")
        for _ in range(2):
            clock.skip(49, self.client)
            upgrade(self.daemon)
            self.assertTrue(self.client.dump()["poll"])
        clock.skip(3, self.client)
        wait_for(lambda: not self.client.dump()["poll"], "the end of the result")

    def test_limits_of_running_lvpolls_count_those_that_were_handed_over(self):
        self.start("-c", self.write_configuration(self.daemon, "lvm: {max_running: 1}\n"))
        self.begin("closed-0")  # one that shows progress would give way
        self.daemon.make_pipe("until-0")
        self.client.ask("pvmove", **volume("until-0", abort=1))
        upgrade(self.daemon)
        self.assertEqual(self.client.hello()["response"], "OK")
        self.assertEqual(len(self.daemon.starts()), 1)
        self.daemon.release("closed-0")
        self.daemon.wait_start("until-0")
        self.daemon.release("until-0")
        self.assert_status(self.daemon, self.client, lvid("until-0"), 0, abort=1)

    def test_lvpoll_that_is_being_ended_is_asked_on(self):
        self.start()
        self.begin("stubborn-20", seed="same", interval="1")
        self.assert_ok(self.client.ask("pvmove", **volume("silent", seed="same", abort=1)))
        upgrade(self.daemon)
        self.assert_finished(self.client.result(lvid("same")), "signal", signal.SIGTERM)
        self.assert_status(self.daemon, self.client, lvid("same"), 0, abort=1)

    def begin_abort(self, abort):
        """A move that is being aborted, and its abort in progress."""
        self.begin("hang", seed="same")
        self.begin(abort, seed="same", abort=1)
        self.assert_finished(self.client.result(lvid("same")), "signal", signal.SIGTERM)

    def test_abort_that_fails_later_gives_the_operation_back(self):
        self.start(patience=0)
        self.begin_abort("until-5")
        upgrade(self.daemon)
        upgrade(self.daemon)
        self.daemon.release("until-5")
        self.assert_status(self.daemon, self.client, lvid("same"), 5, abort=1)
        wait_for(lambda: [target for _, target, _ in self.daemon.starts()].count("vg/hang") == 2,
                 "another lvpoll of the move")
        self.assert_ok(self.client.ask("pvmove", **volume("hang", seed="same")))
        self.assert_reply(self.client.progress(lvid("same")), response="in_progress")

    def test_abort_that_succeeds_later_ends_the_operation(self):
        self.start()
        self.begin_abort("until-0")
        upgrade(self.daemon)
        self.daemon.release("until-0")
        self.assert_status(self.daemon, self.client, lvid("same"), 0, abort=1)
        self.assert_finished(self.client.progress(lvid("same")), "signal", signal.SIGTERM)
        self.assertEqual(self.daemon.record_files(), [])

    def test_environment_and_descriptors_of_lvpoll_stay_what_they_were(self):
        self.start()
        self.begin("record", seed="before")
        before = self.daemon.record()
        os.rename(os.path.join(self.daemon.directory, "record.%d" % before.pid),
                  os.path.join(self.daemon.directory, "before"))
        upgrade(self.daemon)
        self.client.ask("pvmove", **volume("record", seed="after"))
        after = self.daemon.record()
        self.assertEqual(after.variables, [each.replace(lvid("before"), lvid("after")) for each in before.variables])
        self.assertEqual(sorted(after.descriptors), sorted(before.descriptors))
        for key in ("SigBlk", "SigIgn", "SigCgt"):
            self.assertEqual(after.status[key], before.status[key], key)


@ours_only(STOCK)
class ProcessTest(UpgradeTest):
    def test_pid_file_socket_and_folder_stay(self):
        daemon = self.start_daemon()
        before = (os.stat(daemon.socket).st_ino, os.stat(daemon.pidfile).st_ino,
                  os.readlink("/proc/%d/cwd" % daemon.pid))
        upgrade(daemon)
        self.assertEqual(before, (os.stat(daemon.socket).st_ino, os.stat(daemon.pidfile).st_ino,
                                  os.readlink("/proc/%d/cwd" % daemon.pid)))
        self.assertEqual(int(read_file(daemon.pidfile)), daemon.pid)
        with open(daemon.pidfile, "r+") as file:
            self.assertRaises(BlockingIOError, fcntl.lockf, file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        second = self.new_daemon()
        second.start("-p", daemon.pidfile, wait=False)
        self.assertEqual(second.wait_end(), 1)
        self.assertEqual(daemon.stop(), 0)
        self.assertFalse(os.path.exists(daemon.socket))
        self.assertFalse(os.path.exists(daemon.pidfile))

    def test_new_program_is_the_one_in_the_file(self):
        daemon = self.new_copied_daemon().start()
        os.rename(daemon.program, daemon.program + ".old")
        with open(daemon.program + ".old", "rb") as old, open(daemon.program, "wb") as new:
            new.write(old.read())
        os.chmod(daemon.program, 0o755)
        upgrade(daemon)
        mapped = {line.split()[-1] for line in read_file("/proc/%d/maps" % daemon.pid).splitlines()}
        self.assertIn(daemon.program, mapped)
        self.assertNotIn(daemon.program + ".old", mapped)

    def test_changed_configuration_comes_into_force_except_for_paths(self):
        daemon = self.new_daemon()
        text = "daemon: {pidfile: %s}\nlimits: {message_size: %d}\n"
        path = self.write_configuration(daemon, text % (daemon.pidfile, 100000))
        daemon.start(command=[daemon.path, "-f", "-s", daemon.socket, "-B", daemon.standin,
                              "-c", path])
        elsewhere = os.path.join(daemon.directory, "elsewhere.pid")
        self.write_configuration(daemon, text % (elsewhere, 2000))
        upgrade(daemon)
        self.assertIn("daemon.pidfile stays " + daemon.pidfile, daemon.log())
        client = self.connect(daemon)
        client.send(b"x" * 3000)
        self.assertIsNone(client.receive_end())
        self.assertEqual(daemon.stop(), 0)
        self.assertFalse(os.path.exists(daemon.pidfile))

    def test_several_signals_in_a_row(self):
        daemon, client = self.start_and_connect()
        for _ in range(50):
            daemon.send_signal(signal.SIGUSR2)
            self.assertEqual(client.hello()["response"], "OK")
        wait_for(lambda: TAKEN_OVER in daemon.log(), "a new program")
        upgrade(daemon)
        self.assertEqual(client.hello()["response"], "OK")

    def test_signal_while_it_ends_is_too_late(self):
        daemon, client = self.start_and_connect()
        client.ask("pvmove", **volume("stubborn-1000000"))
        daemon.wait_start("stubborn-1000000")
        daemon.send_signal(signal.SIGTERM)
        daemon.send_signal(signal.SIGUSR2)
        self.assertEqual(daemon.wait_end(), 0)
        self.assertNotIn(TAKEN_OVER, daemon.log())

    def test_end_at_any_moment_of_an_upgrade(self):
        for delay_ms in range(0, 60, 3):
            with self.subTest(delay_ms):
                daemon = self.start_daemon()
                daemon.send_signal(signal.SIGUSR2)
                time.sleep(delay_ms / 1000)  # another moment each time
                self.assertEqual(daemon.stop(), 0)
                self.assertFalse(os.path.exists(daemon.socket))
                self.assertFalse(os.path.exists(daemon.pidfile))

    def test_reload_at_any_moment_of_an_upgrade_is_heeded(self):
        daemon = self.start_daemon("-l", "info")
        for delay_ms in range(0, 40, 4):
            before = count_in_log(daemon, "configuration was read again")
            taken = count_in_log(daemon, TAKEN_OVER)
            daemon.send_signal(signal.SIGUSR2)
            time.sleep(delay_ms / 1000)  # another moment each time
            daemon.send_signal(signal.SIGHUP)
            wait_for(lambda: count_in_log(daemon, "configuration was read again") > before,
                     "the reload")
            wait_for(lambda: count_in_log(daemon, TAKEN_OVER) > taken, "the new program")

    def test_socket_of_systemd(self):
        daemon = self.new_daemon()
        listening = test_systemd.ActivationTest.listening(self, daemon)
        inode = os.stat(daemon.socket).st_ino
        client = self.connect(daemon)
        test_systemd.ActivationTest.start_activated(self, daemon, listening.fileno())
        self.assertEqual(client.hello()["response"], "OK")
        upgrade(daemon)
        self.assertEqual(client.hello()["response"], "OK")
        self.assertEqual(self.connect(daemon).hello()["response"], "OK")
        self.assertEqual(daemon.stop(), 0)
        self.assertEqual(os.stat(daemon.socket).st_ino, inode, "systemd's socket was replaced")

    def test_in_the_background(self):
        daemon = self.new_copied_daemon()
        command = [part for part in daemon.command() if part != "-f"]
        self.addCleanup(test_lifecycle.BackgroundTest.end_background, daemon)
        subprocess.run(command, stdin=subprocess.DEVNULL, env=daemon.environment(), check=True)
        pid = int(read_file(daemon.pidfile))
        client = self.connect(daemon)
        daemon.make_pipe("until-0")
        client.ask("pvmove", **volume("until-0"))
        daemon.wait_start("until-0")
        os.rename(daemon.program, daemon.program + ".old")
        os.link(daemon.program + ".old", daemon.program + ".new")
        os.rename(daemon.program + ".new", daemon.program)
        os.unlink(daemon.program + ".old")
        session = os.getsid(pid)
        started = read_file("/proc/%d/environ" % pid)
        os.kill(pid, signal.SIGUSR2)
        wait_for(lambda: "LVMPOLLD_UPGRADE" in read_file("/proc/%d/environ" % pid), "the new program")
        self.assertNotIn("LVMPOLLD_UPGRADE", started)
        daemon.release("until-0")
        self.assert_status(daemon, client, lvid("until-0"), 0)
        self.assertEqual(os.getsid(pid), session)
        for descriptor in (0, 1, 2):
            self.assertEqual(os.readlink("/proc/%d/fd/%d" % (pid, descriptor)), "/dev/null")


class Worker(threading.Thread):
    """Runs one operation after the other over one connection, until told to stop."""

    def __init__(self, number, daemon):
        super().__init__()
        self.number = number
        self.client = daemon.client()
        self.is_over = False
        self.count = 0
        self.background = 0
        self.failing = 0
        self.fault = None

    def run(self):
        try:
            while not self.is_over:
                self.one_operation()
        except Exception as error:
            self.fault = error

    def one_operation(self):
        self.count += 1
        # What fails stays in flight, and is tried again and again: one is enough.
        status = self.count // 10 + 1 if self.count % 10 == 3 and self.failing < 1 else 0
        name = "%s-%d.%d" % ("exit-%d" % status if status else "good", self.number, self.count)
        self.failing += status != 0
        assert self.client.ask("pvmove", **volume(name)) == {"response": "OK"}, name
        if self.count % 5 == 0:
            self.background += 1
            return
        reply = self.client.result(lvid(name))
        assert (reply["response"], reply["value"]) == ("finished", status), (name, reply)


@ours_only(STOCK)
class LoadTest(UpgradeTest):
    UPGRADES = 30
    # However many run at a time on a busy machine, none makes room for others, and runs anew after its interval.
    CONFIGURATION = "limits: {patience: 0}\nlvm: {max_running: 1024}\n"

    def test_many_upgrades_under_load_lose_nothing(self):
        daemon = self.new_daemon()
        daemon.start("-c", self.write_configuration(daemon, self.CONFIGURATION))
        client = self.connect(daemon)
        upgrade(daemon)
        client.hello()  # whatever the log needs is open by then
        before = open_descriptors(daemon)
        workers = [Worker(number, daemon) for number in range(4)]
        for worker in workers:
            worker.start()
        for _ in range(self.UPGRADES):
            upgrade(daemon)
        for worker in workers:
            worker.is_over = True
        for worker in workers:
            worker.join()
            worker.client.close()
            self.assertIsNone(worker.fault)
            self.assertGreater(worker.count, 0)
        self.assert_all_done(daemon, client, workers)
        wait_for(lambda: not daemon.children(), "the end of all children")
        wait_for(lambda: open_descriptors(daemon) == before, "as many descriptors as before")

    def assert_all_done(self, daemon, client, workers):
        """What nobody waited for has its result, and what has not failed had one lvpoll."""
        entries = wait_for(lambda: [entry for entry in client.dump()["poll"].values()
                                    if entry["polling_finished"]], "results")
        wait_for(lambda: all(entry["polling_finished"] for entry in
                             client.dump()["poll"].values()), "the end of all operations")
        entries = client.dump()["poll"].values()
        self.assertEqual(len(entries),
                         sum(worker.background + worker.failing for worker in workers))
        for entry in entries:
            scenario, value = entry["lvname"].removeprefix("vg/").split("-")[:2]
            status = int(value) if scenario == "exit" else 0
            self.assertEqual(entry["lvm_command"],
                             {"state": "finished", "reason": "retcode", "value": status})
        names = [target for _, target, _ in daemon.starts() if target.startswith("vg/good")]
        self.assertEqual({name for name in names if names.count(name) > 1}, set(), daemon.log())
        self.assertEqual(len(names), sum(worker.count - worker.failing for worker in workers))


if __name__ == "__main__":
    unittest.main()
