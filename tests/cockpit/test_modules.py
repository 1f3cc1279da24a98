# SPDX-License-Identifier: LGPL-2.1-or-later
"""The modules by themselves, in the browser, which is where they run."""

import unittest

import browser

CALL = """
async (module, name, argument) => (await import(new URL(module, document.location)))[name](argument)
"""
READ = """
async (text, size) => {
    const { MessageReader } = await import(new URL("protocol.js", document.location));
    const reader = new MessageReader();
    const bytes = new TextEncoder().encode(text);
    const messages = [];
    for (let at = 0; at < bytes.length; at += size)
        messages.push(...reader.read(bytes.slice(at, at + size)));
    return messages;
}
"""


class ModulesTest(unittest.TestCase):
    def setUp(self):
        self.page = browser.Page(self, browser.session(self))

    def call(self, module, name, argument=None):
        return self.page.run(CALL, module, name, argument)

    def test_sizes_and_durations(self):
        for name, value, text in (
                ("formatSize", 0, "0 bytes"), ("formatSize", 1023, "1023 bytes"), ("formatSize", 1024, "1 KiB"),
                ("formatSize", 1536, "1.5 KiB"), ("formatSize", 100 << 30, "100 GiB"), ("formatSize", (1 << 40) - 1, "1.0 TiB"),
                ("formatRate", 126353408, "120.5 MiB/s"),
                ("formatDuration", 0, "0 s"), ("formatDuration", 59, "59 s"), ("formatDuration", 60, "1 min 00 s"),
                ("formatDuration", 3599, "59 min 59 s"), ("formatDuration", 3660, "1 h 01 min"),
                ("formatDuration", 90000, "1 d 01 h")):
            self.assertEqual(self.call("format.js", name, value), text, (name, value))

    def test_results(self):
        for entry, text in (({}, "over"), ({"result": "retcode", "value": 0}, "done"),
                            ({"result": "retcode", "value": 5}, "retcode 5"), ({"result": "failed"}, "failed")):
            self.assertEqual(self.call("format.js", "formatResult", entry), text)

    def test_messages(self):
        for text, fields in (
                ('a = "b"\nn = -5', {"a": "b", "n": -5}),
                ('a="b"\n\tn=5\n', {"a": "b", "n": 5}),
                (r'a = "\"\\n\\"', {"a": '"\\n\\'}),
                ('a = "1\nb = 2"\nc = 3', {"a": "1\nb = 2", "c": 3}),
                ('a = 1\na = 2', {"a": 1}),
                ('a = ""', {}),
                ('__proto__ = "x"\nconstructor = "y"', {"__proto__": "x", "constructor": "y"}),
                ('no field\n= 5\na =\nb = 1', {"b": 1})):
            self.assertEqual(self.call("protocol.js", "parseMessage", text), fields, text)

    def test_messages_come_in_any_pieces(self):
        text = 'a = "grün →"\n\n##\nb = 2\n\n##\nc = 3'
        for size in (1, 2, 3, 7, 1000):
            self.assertEqual(self.page.run(READ, text, size), [{"a": "grün →"}, {"b": 2}], size)

    def test_requests(self):
        self.assertEqual(self.call("protocol.js", "formatRequest", "hello"), 'request="hello"\n##\n')


if __name__ == "__main__":
    unittest.main()
