# SPDX-License-Identifier: LGPL-2.1-or-later
"""The page in the browser, as a test sees it."""

import base64
import os

from deadline import wait_for
from devtools import DevTools
from session import Session

ROWS = """
table => [...document.querySelectorAll(`#${table} > tbody > tr`)].map(row => ({
    name: row.querySelector(".name").textContent,
    text: row.innerText,
    percent: row.querySelector("progress:not([hidden])")?.value,
    buttons: [...row.querySelectorAll("button:not([hidden])")].map(button => button.textContent),
}))
"""
TEXT = """
id => {
    const element = document.getElementById(id);
    return element.checkVisibility() ? element.innerText : "";
}
"""
CLICK = """
(name, text) => {
    const row = [...document.querySelectorAll("#in-flight > tbody > tr")]
        .find(row => row.querySelector(".name").textContent === name);
    [...row.querySelectorAll("button:not([hidden])")].find(button => button.textContent === text).click();
}
"""
STYLE = "style => window.dispatchEvent(new CustomEvent('cockpit-style', { detail: { style } }))"

_tools = None


def tools():
    """The browser, which all tests share."""
    global _tools
    _tools = _tools or DevTools()
    return _tools


def end():
    if _tools:
        _tools.end()


def session(test, user=None):
    """A Cockpit for that test."""
    made = Session(user)
    test.addCleanup(made.end)
    return made


class Page:
    """The page in that session. At the end of the test the browser must have had nothing to complain of."""

    def __init__(self, test, session, url=None):
        self.session = session
        self.tools = tools()
        self.run = self.tools.run
        test.addCleanup(self.leave, test)
        self.tools.open(url or session.url())

    def leave(self, test):
        complaints = list(self.tools.complaints)
        self.tools.open("about:blank")
        test.assertEqual(complaints, [])

    def wait(self, condition, what):
        """As wait_for, and tells what there is instead."""
        try:
            return wait_for(condition, what)
        except AssertionError as error:
            raise AssertionError("%s; the page is:\n%s\n%s\n%s" % (
                error, self.run("() => document.body.innerText"), "\n".join(self.tools.complaints),
                self.session.log()[-2000:])) from None

    def text(self, identifier):
        """What is seen of that element."""
        return self.run(TEXT, identifier)

    def wait_text(self, identifier, text):
        self.wait(lambda: text in self.text(identifier), "%r in %s" % (text, identifier))

    def rows(self, table="in-flight"):
        return self.run(ROWS, table)

    def names(self):
        return [row["name"] for row in self.rows()]

    def wait_row(self, name, condition=bool, table="in-flight"):
        """Waits for a row of that volume with which the condition is true; returns it."""
        return self.wait(lambda: next((row for row in self.rows(table) if row["name"] == name and condition(row)),
                                      None), "the row of " + name)

    def wait_no_row(self, name):
        self.wait(lambda: name not in self.names(), "the end of the row of " + name)

    def click(self, name, button):
        self.run(CLICK, name, button)

    def press(self, selector):
        self.run("selector => document.querySelector(selector).click()", selector)

    def shoot(self, name):
        """Screenshots, wide and narrow, light and dark, where they are wanted."""
        folder = os.environ.get("LVMPOLLD_TEST_SCREENSHOTS")
        for width in (1200, 400) if folder else ():
            self.tools.ask("Emulation.setDeviceMetricsOverride", width=width, height=800, deviceScaleFactor=1,
                           mobile=False)
            for style in ("light", "dark"):
                self.run(STYLE, style)
                picture = self.tools.ask("Page.captureScreenshot")["data"]
                with open(os.path.join(folder, "%s-%d-%s.png" % (name, width, style)), "wb") as file:
                    file.write(base64.b64decode(picture))
        self.tools.ask("Emulation.clearDeviceMetricsOverride")
