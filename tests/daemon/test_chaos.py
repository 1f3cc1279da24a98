# SPDX-License-Identifier: LGPL-2.1-or-later
"""Everything at once, at random: requests, aborts, events, faults, signals and new configurations."""

import os
import random
import signal
import threading
import time
import unittest

from kernel_standin import fail
from kernel_test import KernelTest, identity_in, segments
from lvmpolld import read_file

VOLUMES = 6
CLIENTS = 4
TURNS = 120
SEGMENTS = 3
REFUSED = (BrokenPipeError, ConnectionResetError, ConnectionRefusedError, FileNotFoundError)


def group_of(number):
    return "vg%d" % (number % 2)


def name_of(number):
    return "move-%d" % number


def identity_of(number):
    return identity_in(group_of(number), name_of(number))


class ChaosTest(KernelTest):
    """What happens is not foreseen; but nobody waits in vain, and the daemon goes on and ends."""

    def setUp(self):
        super().setUp()
        self.seed = random.randrange(1 << 32)
        self.failures = []
        self.devices = [self.make_device(number) for number in range(VOLUMES)]

    def make_device(self, number):
        return self.add_move(name_of(number), SEGMENTS, vgname=group_of(number))

    def change_kernel(self, choice):
        number = choice.randrange(VOLUMES)
        device = self.devices[number]
        if not device.exists():
            self.devices[number] = self.make_device(number)
            return
        targets = segments(SEGMENTS, choice.randrange(SEGMENTS), choice.choice((10, 90, 100, 100)))
        choice.choice((
            lambda: device.change(targets=targets, event=True),
            lambda: device.change(targets=targets),
            lambda: device.change(suspended=choice.random() < 0.5, event=True),
            lambda: device.change(names=("renamed%d" % number, name_of(number)), event=True),
            device.remove,
            self.kernel.raise_event,
            lambda: self.kernel.set_fault(choice.choice(("status", "list", "arm")),
                                          fail(choice.choice((1, 5, 12)), 2)),
        ))()

    def ask_something(self, choice):
        number = choice.randrange(VOLUMES)
        operation = choice.choice(("pvmove", "pvmove", "pvmove", "convert", "merge"))
        request = {"lvid": identity_of(number), "vgname": group_of(number),
                   "lvname": name_of(number), "interval": choice.choice(("0", "1", "15", "+15"))}
        with self.daemon.client() as client:
            choice.choice((
                lambda: client.ask(operation, **request),
                lambda: client.ask("pvmove", abort=1, **request),
                lambda: client.progress(identity_of(number)),
                lambda: client.progress(identity_of(number), abort=1),
                client.dump,
                lambda: client.send(b'request="dump"\n##\n' * 20),
            ))()

    def disturb(self, choice):
        children = [pid for pid in self.daemon.children() if self.is_lvpoll(pid)]
        choice.choice((
            lambda: self.write_configuration(
                "lvm: {max_running: %d}\nlimits: {results: %d, patience: %d}\n"
                "plugins: {pvmove: {stall_check: %d}}\n"
                % tuple(choice.choice((1, 2, 1000)) for _ in range(4))),
            lambda: self.daemon.send_signal(signal.SIGHUP),
            lambda: self.daemon.send_signal(signal.SIGUSR2),
            lambda: children and os.kill(choice.choice(children), signal.SIGTERM),
        ))()

    @staticmethod
    def is_lvpoll(pid):
        try:
            return "lvpoll" in read_file("/proc/%d/cmdline" % pid)
        except (FileNotFoundError, ProcessLookupError):
            return False

    def repeat(self, action, seed):
        choice = random.Random(seed)
        for _ in range(TURNS):
            try:
                action(choice)
            except (*REFUSED, ProcessLookupError):
                pass
            except Exception as error:  # told by the test, for this is not its thread
                self.failures.append(repr(error))
                return
            time.sleep(choice.random() / 50)

    def test_daemon_survives_it(self):
        self.start()
        actions = [self.change_kernel, self.disturb] + CLIENTS * [self.ask_something]
        threads = [threading.Thread(target=self.repeat, args=(action, self.seed + number))
                   for number, action in enumerate(actions)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        what = "seed %d:\n%s" % (self.seed, self.daemon.log()[-3000:])
        self.assertEqual(self.failures, [], what)
        self.assertIsNone(self.daemon.process.poll(), what)
        self.assertEqual(self.daemon.client().hello()["response"], "OK", what)
        self.assertNotIn("fatal", self.daemon.log())
        self.assertEqual(self.daemon.stop(), 0, what)


if __name__ == "__main__":
    unittest.main()
