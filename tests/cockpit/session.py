# SPDX-License-Identifier: LGPL-2.1-or-later
"""A Cockpit of our own: its web server and its bridge, with the page of this tree, for one user."""

import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile

from ctl_test import tool_path
from deadline import DEADLINE_S, scaled, wait_for
from lvmpolld import HERE, read_file

SOURCE = os.path.join(os.path.dirname(os.path.dirname(HERE)), "cockpit")
SERVER = "/usr/lib/cockpit/cockpit-ws"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Session:
    """Cockpit's server and bridge as the user with this number. The page talks to the socket that the link `daemon` in
    its folder leads to, whichever daemon that is of."""

    def __init__(self, user=None):
        self.user = user
        self.folder = tempfile.mkdtemp(prefix="lvmpolld-cockpit-")
        self.link = os.path.join(self.folder, "daemon")
        self.socket = os.path.join(self.link, "lvmpolld.socket")
        self.install()
        if user is not None:
            for path in (self.folder, os.path.join(self.folder, "run"), os.path.join(self.folder, "home")):
                os.chown(path, user, -1)
        self.start()

    def path(self, *names):
        return os.path.join(self.folder, *names)

    def install(self):
        """The page of this tree, and in the user's configuration the paths that are other ones here."""
        os.mkdir(self.path("run"), 0o700)
        os.mkdir(self.path("home"), 0o700)
        shutil.copytree(SOURCE, self.path("data", "cockpit", "lvmpolld"))
        os.rename(self.path("data", "cockpit", "lvmpolld", "manifest.json.in"),
                  self.path("data", "cockpit", "lvmpolld", "manifest.json"))
        os.makedirs(self.path("configuration", "cockpit"))
        with open(self.path("configuration", "cockpit", "lvmpolld.override.json"), "w") as file:
            json.dump({"config": {"socket": self.socket, "lvmpollctl": self.path("lvmpollctl")}}, file)
        with open(self.path("lvmpollctl"), "w") as file:
            file.write('#!/bin/sh\necho "$*" >>"%s"\nexec "%s" "$@"\n' % (self.path("calls"), tool_path()))
        os.chmod(self.path("lvmpollctl"), 0o755)

    def calls(self):
        """The arguments of lvmpollctl, a line for each time that a button has run it."""
        return read_file(self.path("calls")).splitlines()

    def environment(self):
        return dict(os.environ, HOME=self.path("home"), XDG_DATA_HOME=self.path("data"),
                    XDG_CONFIG_HOME=self.path("configuration"),
                    XDG_RUNTIME_DIR=self.path("run"), STANDIN_DIR=self.link, LC_ALL="C.UTF-8")

    def start(self):
        """Starts the server; where another process has taken the port meanwhile, it ends at once, and has another one."""
        for _ in range(10):
            self.port = free_port()
            with open(self.path("log"), "ab") as log:
                self.process = subprocess.Popen(
                    [SERVER, "--no-tls", "--address=127.0.0.1", "--port=%d" % self.port,
                     "--local-session=cockpit-bridge"], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                    env=self.environment(), user=self.user, start_new_session=True)
            wait_for(lambda: self.process.poll() is not None or self.answers(), "Cockpit's web server")
            if self.process.poll() is None:
                return
        raise AssertionError("cockpit-ws does not start:\n" + self.log())

    def answers(self):
        """Whether it is Cockpit that listens."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=scaled(DEADLINE_S))
        try:
            connection.request("GET", "/ping")
            return b"cockpit" in connection.getresponse().read()
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def log(self):
        with open(self.path("log"), errors="replace") as file:
            return file.read()

    def url(self):
        """The page alone."""
        return "http://127.0.0.1:%d/cockpit/@localhost/lvmpolld/index.html" % self.port

    def shell(self):
        """The page in a frame of Cockpit's, beside its menu."""
        return "http://127.0.0.1:%d/lvmpolld" % self.port

    def show(self, directory):
        """The page talks to the daemon in that directory from now on."""
        if os.path.islink(self.link):
            os.unlink(self.link)
        os.symlink(directory, self.link)

    def end(self):
        """The bridge is in the group of processes of the server."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGTERM)
            self.process.wait(scaled(DEADLINE_S))
        shutil.rmtree(self.folder, ignore_errors=True)
