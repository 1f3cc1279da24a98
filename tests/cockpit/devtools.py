# SPDX-License-Identifier: LGPL-2.1-or-later
"""Chromium without a window, driven over its DevTools protocol, with deadlines of our own."""

import json
import os
import shutil
import signal
import subprocess
import tempfile

import websocket

from deadline import DEADLINE_S, scaled, wait_for

PROGRAM = "/usr/bin/chromium"
# What is of no use here, and takes time or asks the network.
FLAGS = ("--headless", "--disable-gpu", "--disable-dev-shm-usage", "--disable-extensions", "--disable-sync",
         "--disable-background-networking", "--disable-component-update", "--disable-default-apps",
         "--no-first-run", "--no-default-browser-check", "--mute-audio", "--lang=en-GB",
         "--disable-features=Translate,MediaRouter,OptimizationHints", "--remote-debugging-port=0")


class DevTools:
    """A browser with one page."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="lvmpolld-browser-")
        flags = [*FLAGS, "--user-data-dir=" + self.folder]
        if os.geteuid() == 0:
            flags.append("--no-sandbox")
        self.stderr = os.path.join(self.folder, "stderr")
        with open(self.stderr, "wb") as stderr:
            self.process = subprocess.Popen([PROGRAM, *flags, "about:blank"], stdin=subprocess.DEVNULL,
                                            stdout=stderr, stderr=stderr, start_new_session=True)
        self.number = 0
        self.complaints = []
        self.connect()

    def connect(self):
        port, path = wait_for(self.read_port, "Chromium's port")
        self.connection = websocket.create_connection(
            "ws://127.0.0.1:%s%s" % (port, path), timeout=scaled(DEADLINE_S), suppress_origin=True)
        self.page = None
        target = next(t for t in self.ask("Target.getTargets")["targetInfos"] if t["type"] == "page")
        self.page = self.ask("Target.attachToTarget", targetId=target["targetId"], flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log"):
            self.ask(domain + ".enable")

    def read_port(self):
        if self.process.poll() is not None:
            with open(self.stderr, errors="replace") as file:
                raise AssertionError("Chromium ends at once:\n" + file.read())
        path = os.path.join(self.folder, "DevToolsActivePort")
        if not os.path.exists(path):
            return None
        with open(path) as file:
            lines = file.read().split()
        return lines if len(lines) == 2 else None

    def ask(self, method, **parameters):
        """Sends a command; returns its result."""
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        if self.page:
            message["sessionId"] = self.page
        self.connection.send(json.dumps(message))
        while True:
            answer = json.loads(self.connection.recv())
            if answer.get("id") == self.number:
                break
            self.note(answer)
        if "error" in answer:
            raise AssertionError("%s: %s" % (method, answer["error"]))
        return answer["result"]

    def note(self, event):
        """Keeps what the browser complains of: scripts that fail, files that are missing, whatever the policy forbids."""
        method, told = event.get("method"), event.get("params", {})
        if method == "Runtime.exceptionThrown":
            self.complaints.append(json.dumps(told["exceptionDetails"]))
        elif method == "Log.entryAdded" and told["entry"]["level"] == "error":
            self.complaints.append("%(text)s (%(url)s)" % {"url": "", **told["entry"]})
        elif method == "Runtime.consoleAPICalled" and told["type"] in ("error", "assert"):
            self.complaints.append(json.dumps(told["args"]))

    def run(self, function, *arguments):
        """Calls the function, a text of JavaScript, in the page, waits where it promises something; returns the result."""
        text = "(%s)(...%s)" % (function, json.dumps(arguments))
        answer = self.ask("Runtime.evaluate", expression=text, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in answer:
            raise AssertionError("%s\n%s" % (text, json.dumps(answer["exceptionDetails"], indent=1)))
        return answer["result"].get("value")

    def open(self, url):
        self.complaints.clear()
        answer = self.ask("Page.navigate", url=url)
        if "errorText" in answer:
            raise AssertionError("%s: %s" % (url, answer["errorText"]))
        wait_for(lambda: self.run("() => document.readyState") == "complete", "the page")

    def end(self):
        self.connection.close()
        os.killpg(self.process.pid, signal.SIGTERM)
        self.process.wait(scaled(DEADLINE_S))
        shutil.rmtree(self.folder, ignore_errors=True)
