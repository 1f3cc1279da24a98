# SPDX-License-Identifier: LGPL-2.1-or-later
"""Plugins that are there, disabled, missing or broken, as clients and administrators see it."""

import os
import re
import unittest

from lvmpolld import DaemonTest, ours_only, program_path
from protocol import lvid, volume

PLUGINS = {"pvmove": "pvmove", "convert": "convert", "merge": "merge", "thin_merge": "merge_thin"}
# They are loaded only where the configuration has their names.
NAMED = {"raid_sync": "raid_sync", "raid_scrub": "raid_scrub", "raid_reshape": "raid_reshape",
         "integrity": "integrity", "uncache": "uncache", "writecache_detach": "writecache_detach"}


class PluginTest(DaemonTest):
    def configuration(self, text):
        path = os.path.join(self.temporary_directory(), "lvmpolld.yaml")
        with open(path, "w") as file:
            file.write(text)
        return path

    def assert_names_plugin(self, reply, plugin):
        self.assertEqual(reply["response"], "invalid", reply)
        self.assertIn(plugin, reply["reason"])
        self.assertIn("plugin", reply["reason"])

    @ours_only("it has no plugins")
    def test_disabled_plugin_is_named_in_the_reply_and_the_others_work(self):
        for disabled, operation in PLUGINS.items():
            with self.subTest(disabled):
                enabled = ", ".join(sorted(set(PLUGINS) - {disabled}))
                path = self.configuration("plugins: {enabled: [%s]}\n" % enabled)
                daemon, client = self.start_and_connect("-c", path)
                reply = client.ask(operation, **volume("good"))
                self.assertEqual(reply, {"response": "invalid", "reason":
                                         "plugin %s is not loaded: disabled by plugins.enabled in the configuration" % disabled})
                for other in set(PLUGINS.values()) - {operation}:
                    self.assert_ok(client.ask(other, **volume("good", other)))
                    self.assert_finished(client.result(lvid(other)), "retcode", 0)
                self.assertEqual(len(daemon.starts()), 3)

    @ours_only("it has no plugins")
    def test_empty_plugin_folder_leaves_a_daemon_that_answers(self):
        folder = self.temporary_directory()
        daemon, client = self.start_and_connect("--plugin-dir", folder)
        self.assertEqual(client.hello()["response"], "OK")
        for operation in PLUGINS.values():
            self.assert_not_installed(client, daemon, operation)
        self.assertEqual(daemon.starts(), [])

    @ours_only("it has no plugins")
    def test_plugin_whose_package_is_not_installed_is_named_in_the_reply_and_the_others_work(self):
        modules = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(program_path()))), "plugins")
        if not os.path.exists(os.path.join(modules, "pvmove", ".libs", "pvmove.so")):
            self.skipTest("the modules are not in a build tree, or linked into the daemon")
        for missing, operation in PLUGINS.items():
            with self.subTest(missing):
                folder = self.temporary_directory()
                for name in set(PLUGINS) - {missing}:
                    os.symlink(os.path.join(modules, name, ".libs", name + ".so"), os.path.join(folder, name + ".so"))
                daemon, client = self.start_and_connect("--plugin-dir", folder)
                self.assert_not_installed(client, daemon, operation)
                for other in set(PLUGINS.values()) - {operation}:
                    self.assert_ok(client.ask(other, **volume("good", other)))

    def assert_not_installed(self, client, daemon, operation):
        """The sentence that lvm2 gets, and that the log has."""
        sentence = 'no plugin for the operation "%s" is installed' % operation
        self.assertEqual(client.ask(operation, **volume("good")),
                         {"response": "invalid", "reason": "request not implemented: " + sentence})
        self.assertIn(sentence, daemon.log())

    @ours_only("it has no plugins")
    def test_broken_module_is_named_in_log_and_reply(self):
        folder = self.temporary_directory()
        with open(os.path.join(folder, "pvmove.so"), "w") as file:
            file.write("this is no shared object\n")
        daemon, client = self.start_and_connect("--plugin-dir", folder)
        self.assert_names_plugin(client.ask("pvmove", **volume("good")), "pvmove")
        self.assertIn("pvmove", daemon.log())

    @ours_only("it has no plugins")
    def test_enabled_plugin_that_is_missing_is_said_in_the_log(self):
        path = self.configuration("plugins: {enabled: [pvmove, polish]}\n")
        daemon, client = self.start_and_connect("-c", path)
        self.assertIn("polish", daemon.log())
        self.assert_ok(client.ask("pvmove", **volume("good")))
        self.assert_names_plugin(client.ask("polish", **volume("good")), "polish")

    @ours_only("it has no plugins")
    def test_list_shows_what_would_be_loaded_and_from_where(self):
        answer = self.run_daemon("--list-plugins")
        self.assertEqual(answer.returncode, 0, answer)
        for plugin, operation in PLUGINS.items():
            lines = [line for line in answer.stdout.splitlines() if line.startswith(plugin + " ")]
            self.assertEqual(len(lines), 1, answer.stdout)
            self.assertIn(operation, lines[0])
            self.assertRegex(lines[0], r"/%s\.(la|so)|linked in" % plugin)
            version = self.run_daemon("-V").stdout.split()[2]
            self.assertRegex(lines[0], r" loaded +%s " % re.escape(version))

    @ours_only("it has no plugins")
    def test_list_shows_what_is_not_loaded_and_why(self):
        path = self.configuration("plugins: {enabled: [convert, polish]}\n")
        answer = self.run_daemon("--list-plugins", "-c", path)
        self.assertEqual(answer.returncode, 0, answer)
        for plugin in ("pvmove", "merge", "thin_merge", "polish"):
            lines = [line for line in answer.stdout.splitlines() if line.startswith(plugin + " ")]
            self.assertEqual(len(lines), 1, answer.stdout)
            self.assertRegex(lines[0], r"not (loaded|enabled|found|there)|disabled|missing|no file")

    @ours_only("it has no plugins")
    def test_list_shows_what_must_be_named(self):
        def lines():
            answer = self.run_daemon("--list-plugins", *options)
            self.assertEqual(answer.returncode, 0, answer)
            return {line.split()[0]: line for line in answer.stdout.splitlines()}
        options = ()
        for plugin, operation in NAMED.items():
            self.assertRegex(lines()[plugin], r" %s +not loaded .*does not name it" % operation)
        options = ("-c", self.configuration("plugins: {enabled: [all, %s]}\n" % ", ".join(NAMED)))
        for plugin, operation in {**PLUGINS, **NAMED}.items():
            self.assertRegex(lines()[plugin], r" %s +loaded " % operation)

    @ours_only("it has no plugins")
    def test_list_of_an_empty_folder(self):
        answer = self.run_daemon("--list-plugins", "--plugin-dir", self.temporary_directory())
        self.assertEqual(answer.returncode, 0, answer)
        self.assertNotIn("/pvmove", answer.stdout)

    @ours_only("it has no plugins")
    def test_plugin_folder_that_does_not_exist_is_said(self):
        missing = os.path.join(self.temporary_directory(), "missing")
        daemon, client = self.start_and_connect("--plugin-dir", missing)
        self.assertIn(missing, daemon.log())
        self.assertEqual(client.hello()["response"], "OK")

    if os.environ.get("LVMPOLLD_LEFT_OUT"):
        def test_plugin_that_configure_has_left_out_is_named_in_the_reply(self):
            """For the layer options."""
            daemon, client = self.start_and_connect()
            self.assert_not_installed(client, daemon, os.environ["LVMPOLLD_LEFT_OUT"])
            self.assert_ok(client.ask("pvmove", **volume("good")))


if __name__ == "__main__":
    unittest.main()
