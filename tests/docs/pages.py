# SPDX-License-Identifier: LGPL-2.1-or-later
"""What manual pages, the header of plugins and the packages say, compared with the code."""
import re

FORMAT = re.compile(r"\\f[BIRP]|^\.[BI]?[BIR] |[\"\\&]|\\\(dq", re.M)


def section(page, title):
    """The text of a page's section (.SH) or subsection (.SS)."""
    match = re.search(r'^\.S([HS]) "?%s"?\n' % re.escape(title), page, re.M)
    if not match:
        return ""
    end = re.search(r"^\.S%s " % ("H" if match.group(1) == "H" else "[HS]"), page[match.end():], re.M)
    return page[match.end():match.end() + end.start()] if end else page[match.end():]


def words_in(text):
    return set(re.findall(r"[a-z_][a-z0-9_]*", FORMAT.sub(" ", text)))


def lacks(what, wanted, text):
    """Each of these words must be in the text; none at all means that this no longer understands what it reads."""
    wanted = set(wanted)
    if not wanted:
        yield f"nothing was found for {what}"
    for word in sorted(wanted - words_in(text)):
        yield f"{word} is not in {what}"


def check_names_in_dump(page, states, reasons):
    """The keys operation_state and backing_off_reason name exactly the states and the reasons."""
    text = section(page, "DUMP")
    if not text:
        yield "lvmpolld-protocol(7) has no section DUMP"
    parts = re.split(r"^\.TP\n", text, flags=re.M)
    for key, wanted in (("operation_state", states), ("backing_off_reason", reasons)):
        found = next((part for part in parts if re.match(r"\.BR? %s\b" % key, part)), "")
        named = set(re.findall(r"^\.BR? ([a-z_]+)", found.split("\n", 1)[-1], re.M)) - {"lvpoll", "lvm"}
        for word in sorted(set(wanted) ^ named):
            yield f"{word}: lvmpolld-protocol(7) and the code differ under {key}"


def check_entry_keys(page, source):
    keys = re.findall(r'(?:wire_add_\w+|add_known)\(\s*&?\w+,\s*"(\w+)"', source)
    yield from lacks("lvmpolld-protocol(7), ENTRIES", keys, section(page, "ENTRIES"))


def check_status_keys(page, source):
    keys = re.findall(r'wire_add_\w+\(\s*reply,\s*"(\w+)"', source)
    yield from lacks("lvmpolld-protocol(7), status", keys, section(page, "status"))


def check_key_names(pages, keys):
    """A key that a page names, with its section, exists."""
    sections = {part for part, _ in keys}
    for path, text in sorted(pages.items()):
        for part, key in re.findall(r"(?<![\w./-])([a-z]+)\.([a-z_]+)\b", FORMAT.sub(" ", text)):
            if part in sections - {"plugins", "log"} and (part, key) not in keys and key != "conf":
                yield f"{path} names the key {part}.{key}, which there is not"


def check_interface(page, header):
    """lvmpolld-plugin(3) has each function, callback, verdict and outcome of the header."""
    functions = re.findall(r"^[a-z].*?\b(lvmpolld_\w+)\(", header, re.M)
    callbacks = re.findall(r"\(\*(\w+)\)\(", header)
    enums = "".join(re.findall(r"enum lvmpolld_(?:verdict|outcome|standing) \{(.*?)\};", header, re.S))
    members = re.findall(r"\b(LVMPOLLD_[A-Z_]+) = \d+", enums)
    plain = FORMAT.sub(" ", page)
    for word in functions + callbacks + members:
        if not re.search(r"\b%s\b" % word, plain):
            yield f"{word} is in plugin.h, and not in lvmpolld-plugin(3)"
    for word in sorted(set(re.findall(r"\b(lvmpolld_\w+)\b", plain)) - set(re.findall(r"\b(lvmpolld_\w+)\b", header))):
        yield f"{word} is in lvmpolld-plugin(3), and not in plugin.h"
    if not functions or not callbacks or not members:
        yield "nothing was found in plugin.h"


def check_exit_statuses(page, header):
    wanted = re.findall(r"^\tCTL_[A-Z_]+ = (\d+)", header, re.M)
    found = re.findall(r"^\.TP\n\.B (\d+)$", section(page, "EXIT STATUS"), re.M)
    if not wanted or wanted != found:
        yield f"lvmpollctl(8) has the statuses {' '.join(found)}, ctl/ask.h has {' '.join(wanted)}"


def check_levels(document, source):
    """The table of docs/debugging.md has the levels of the log, in their order."""
    names = re.search(r"log_level_names\[\] = \{(.*?)\}", source, re.S)
    wanted = re.findall(r'"(\w+)"', names.group(1)) if names else []
    found = re.findall(r"^\| `(\w+)` \|", document.split("## The dump")[0], re.M)
    if not wanted or wanted != found:
        yield f"docs/debugging.md has the levels {' '.join(found)}, the log has {' '.join(wanted)}"


def check_plugins(names, folders, readme, packages, spec, apkbuild):
    """A plugin has a folder, a page that README names, and packages."""
    if not names:
        yield "configure.ac names no plugin"
    for name in sorted(set(names) ^ set(folders)):
        yield f"plugins/{name} and configure.ac disagree"
    for name in names:
        package = name.replace("_", "-")
        if f"lvmpolld-{name}(7)" not in readme:
            yield f"README.md does not name lvmpolld-{name}(7)"
        # A tarball has no debian/.
        if packages is not None and not re.search(r"^Package: lvmpolld-plugin-%s$" % package, packages, re.M):
            yield f"debian/control has no package of the plugin {name}"
        if f"%package plugin-{package}\n" not in spec:
            yield f"packaging/rpm/lvmpolld.spec.in has no package of the plugin {name}"
        if f"%removal_is_checked {package} " not in spec:
            yield f"packaging/rpm/lvmpolld.spec.in does not check the removal of the plugin {name}"
        if f"$pkgname-plugin-{package}:_{name}" not in apkbuild or f"\n_{name}() {{\n\t_plugin {name}\n}}" not in apkbuild:
            yield f"packaging/alpine/APKBUILD has no package of the plugin {name}"


def check_descriptions(packages, spec):
    """lintian and rpmlint want the lines of a package's description short."""
    for path, text, limit in (("debian/control", packages or "", 80), ("packaging/rpm/lvmpolld.spec.in", spec, 79)):
        parts = re.findall(r"^Description:.*((?:\n .*)+)|^%description.*((?:\n.+)+)", text, re.M)
        for line in "".join(one or other for one, other in parts).split("\n"):
            if len(line) > limit:
                yield f"{path} has a line of more than {limit} columns in a description: {line}"


def check_files_in_readmes(readmes, present):
    """A README of a folder in core/ names each source, or the header where there is no source, and no other file."""
    for folder, text in sorted(readmes.items()):
        named = set(re.findall(r"(?<![\w/])(\w+\.[ch])\b", text))
        for name in sorted(named - present[folder]):
            yield f"core/{folder}/README names {name}, which is not there"
        for stem in sorted({name[:-2] for name in present[folder]} - {name[:-2] for name in named}):
            yield f"core/{folder}/README does not name {stem}"


def check_tarball(makefile, present):
    """The Makefile.am of docs/ names each document."""
    for name in sorted(present):
        if not re.search(rf"(?<![\w/.-]){re.escape(name)}(?![\w/.-])", makefile):
            yield f"docs/Makefile.am does not name {name}, so that the tarball lacks it"


PAGE = ".SH DUMP\n.TP\n.B operation_state\nWhere:\n.B one\n.TP\n.BR backing_off_reason \", \" x\nWhy:\n.BR why .\n.SH NEXT\n"
HEADER = "int lvmpolld_do(int a);\n\tint (*act)(int a);\nenum lvmpolld_verdict {\n\tLVMPOLLD_STEP = 0,\n};\n"
INTERFACE = "lvmpolld_do act LVMPOLLD_STEP"
SPEC = "%package plugin-a\n%removal_is_checked a a\n"
APKBUILD = "$pkgname-plugin-a:_a\n_a() {\n\t_plugin a\n}\n"
# What "make install" itself does not do.
AFTER_INSTALL = ("systemd-tmpfiles --create lvmpolld.conf", "systemctl daemon-reload", "systemctl restart lvm2-lvmpolld.socket",
                 "systemctl enable lvmpolld-boot.service")


def check_ways(howtos, units):
    """The first commands of each document install from the source; before the units are removed each is disabled that can be enabled."""
    for name, text in howtos.items():
        to = re.search(r"^    make install\b.*\n((?:    .*\n)+)", text, re.M)
        for command in AFTER_INSTALL:
            if not to or command not in to.group(1):
                yield f'docs/howto/{name} installs from the source without "{command}"'
        back = re.search(r"^ +systemctl disable ([^&]*)&& make uninstall$", text, re.M)
        for unit in sorted(units - set(back.group(1).split() if back else ())):
            yield f"docs/howto/{name} does not disable {unit} before make uninstall: a link to nothing stays"


FAULTS = {
    "a way back that leaves a link to nothing": lambda: check_ways(
        {"a.md": "    make install\n" + "".join(f"    {command}\n" for command in AFTER_INSTALL) +
                 "\n    systemctl disable b.service && make uninstall\n"}, {"b.service", "c.timer"}),
    "a way from the source that forgets a command": lambda: check_ways(
        {"a.md": "    make install\n" + "".join(f"    {command}\n" for command in AFTER_INSTALL[1:]) +
                 "\n    systemctl disable b.service && make uninstall\n"}, {"b.service"}),
    "a state that a page has not": lambda: check_names_in_dump(PAGE, ["one", "two"], ["why"]),
    "a reason that is gone": lambda: check_names_in_dump(PAGE.replace("why .", "old ."), ["one"], []),
    "a key of an entry without a word": lambda: check_entry_keys(
        ".SH ENTRIES\n.B id\n.SH X\n", 'wire_add_number(text, "id", 1); add_known(text, "speed", 2);'),
    "a key of the status without a word": lambda: check_status_keys(
        ".SS status\n.B pid\n.SH X\n", 'wire_add_number(reply, "pid", 1); wire_add_string(reply, "mood", a);'),
    "a key in a page that there is not": lambda: check_key_names(
        {"a.7": ".B limits.endurance\n.B limits.patience"}, {("limits", "patience")}),
    "a function without a word": lambda: check_interface(INTERFACE, HEADER + "int lvmpolld_new(int a);\n"),
    "a callback without a word": lambda: check_interface(INTERFACE, HEADER + "\tint (*undo)(int a);\n"),
    "a verdict without a word": lambda: check_interface(
        INTERFACE, HEADER.replace("= 0,", "= 0,\n\tLVMPOLLD_LATER = 1,")),
    "a function that is gone": lambda: check_interface(INTERFACE + " lvmpolld_old", HEADER),
    "another exit status": lambda: check_exit_statuses(".SH EXIT STATUS\n.TP\n.B 0\nGood.\n.SH X\n", "\tCTL_GOOD = 1,\n"),
    "another level": lambda: check_levels("| `fatal` | x |\n## The dump\n", 'log_level_names[] = {"fatal", "bad"}'),
    "a description that lintian finds too long": lambda: check_descriptions("Description: a\n %s\n" % ("a" * 80), ""),
    "a description that rpmlint finds too long": lambda: check_descriptions(None, "%%description\n%s\n" % ("a" * 80)),
    "a plugin without a folder": lambda: check_plugins(
        ["a"], [], "lvmpolld-a(7)", "Package: lvmpolld-plugin-a\n", SPEC, APKBUILD),
    "a plugin that README has not": lambda: check_plugins(
        ["a"], ["a"], "", "Package: lvmpolld-plugin-a\n", SPEC, APKBUILD),
    "a plugin without a package": lambda: check_plugins(["a"], ["a"], "lvmpolld-a(7)", "", SPEC, APKBUILD),
    "a plugin without a package for RPM": lambda: check_plugins(["a"], ["a"], "lvmpolld-a(7)", None, SPEC[14:], APKBUILD),
    "a plugin that RPM removes unasked": lambda: check_plugins(["a"], ["a"], "lvmpolld-a(7)", None, SPEC[:18], APKBUILD),
    "a plugin without a package for Alpine": lambda: check_plugins(["a"], ["a"], "lvmpolld-a(7)", None, SPEC, ""),
    "a file of a README that is gone": lambda: check_files_in_readmes({"low": "a.c does it."}, {"low": set()}),
    "a document that the tarball lacks": lambda: check_tarball("EXTRA_DIST = a.md howto/aa.md\n", ["a.md", "aa.md"]),
    "a file that its README lacks": lambda: check_files_in_readmes(
        {"low": "a.c does it."}, {"low": {"a.c", "a.h", "b.c", "b.h"}}),
}
