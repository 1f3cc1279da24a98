# SPDX-License-Identifier: LGPL-2.1-or-later
"""Running lvmpollctl, and checking its JSON."""

import json
import os
import pwd
import shutil
import subprocess
import unittest

from deadline import DEADLINE_S, scaled
from lvmpolld import HERE, program_path, read_file

SOURCE = os.path.dirname(os.path.dirname(HERE))
SCHEMA = os.path.join(SOURCE, "ctl", "lvmpollctl.schema.json")
GOOD, FAILED, USAGE, NO_OPERATION, NO_DAEMON, REFUSED, TIMEOUT = 0, 1, 2, 3, 4, 5, 124
TYPES = {"object": dict, "array": list, "string": str, "integer": int, "number": (int, float),
         "boolean": bool, "null": type(None)}


def tool_path():
    """LVMPOLLCTL, or that of the build tree, where it was built; else one that is installed beside the daemon."""
    if os.environ.get("LVMPOLLCTL"):
        return os.environ["LVMPOLLCTL"]
    folder = os.path.dirname(os.path.abspath(program_path()))
    for path in (os.path.join(os.path.dirname(folder), "ctl", "lvmpollctl"),
                 os.path.join(folder, "lvmpollctl")):
        if os.path.exists(path):
            return path
    return None


def needs_tool(test):
    return unittest.skipIf(tool_path() is None,
                           "lvmpollctl was not built, since libsmartcols was missing")(test)


def run_tool(daemon, *arguments, **variables):
    """Runs it to its end; returns status and outputs."""
    environment = dict(os.environ, LVM_LVMPOLLD_SOCKET=daemon.socket, LC_ALL="C", **variables)
    return subprocess.run([tool_path(), *arguments], stdin=subprocess.DEVNULL, text=True,
                          capture_output=True, timeout=scaled(DEADLINE_S), env=environment)


def run_tool_as_nobody(daemon, *arguments):
    """Likewise; the build tree may be out of reach for that user."""
    nobody = pwd.getpwnam("nobody")
    copy = os.path.join(daemon.directory, "lvmpollctl")
    if not os.path.exists(copy):
        shutil.copy(tool_path(), copy)
    environment = {"LVM_LVMPOLLD_SOCKET": daemon.socket, "LC_ALL": "C", "PATH": "/nowhere"}
    return subprocess.run([copy, *arguments], stdin=subprocess.DEVNULL, text=True, capture_output=True, cwd="/",
                          timeout=scaled(DEADLINE_S), env=environment, user=nobody.pw_uid, group=nobody.pw_gid,
                          extra_groups=[])


def is_of_type(value, name):
    if isinstance(value, bool) and name in ("integer", "number"):
        return False
    return isinstance(value, TYPES[name])


def faults(value, schema, root, where="$"):
    """What in VALUE is against SCHEMA: as much of JSON Schema as ours uses."""
    if "$ref" in schema:
        schema = root["$defs"][schema["$ref"].rsplit("/", 1)[1]]
    types = schema.get("type", list(TYPES))
    types = [types] if isinstance(types, str) else types
    if not any(is_of_type(value, name) for name in types):
        yield "%s is %r, and no %s" % (where, value, " or ".join(types))
    if "enum" in schema and value not in schema["enum"]:
        yield "%s is %r, which is not in its enum" % (where, value)
    if isinstance(value, str) and not (schema.get("minLength", 0) <= len(value) <=
                                       schema.get("maxLength", len(value))):
        yield "%s has %d characters" % (where, len(value))
    if is_of_type(value, "number") and not (schema.get("minimum", value) <= value <=
                                            schema.get("maximum", value)):
        yield "%s is %r" % (where, value)
    if isinstance(value, list):
        for number, item in enumerate(value):
            yield from faults(item, schema.get("items", {}), root, "%s[%d]" % (where, number))
    if isinstance(value, dict):
        known = schema.get("properties", {})
        for key in set(schema.get("required", [])) - set(value):
            yield "%s has no %s" % (where, key)
        for key, item in value.items():
            if key not in known and schema.get("additionalProperties") is False:
                yield "%s has %s, which the schema has not" % (where, key)
            yield from faults(item, known.get(key, {}), root, where + "." + key)


def read_schema():
    return json.loads(read_file(SCHEMA))
