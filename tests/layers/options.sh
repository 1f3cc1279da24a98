#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# built in the source tree, without systemd, without a plugin and for an lvm elsewhere; installed under DESTDIR
# minutes: 3
# shellcheck source=tests/layers/lib.sh
. "$(dirname "$0")/lib.sh"

mapfile -t plugins < <(sed -n 's/^LVMPOLLD_PLUGIN(\[\(.*\)\])$/\1/p' "$CHECK_SOURCE/configure.ac")
tree=$CHECK_WORK/source-options
stage=$CHECK_WORK/installed
lvm=/opt/some/sbin/lvm

build_in_source_tree() {
	cp -a "$CHECK_SOURCE" "$tree"
	cd "$tree"
	./autogen.sh
	./configure --enable-werror --without-systemd --disable-plugin-thin-merge "--with-lvm-path=$lvm" \
		--prefix=/usr --sysconfdir=/etc
	layer_make
}

# Everything lands under DESTDIR, and nothing of the plugin that was left out.
install_under_destdir() {
	local expected
	make -C "$tree" install "DESTDIR=$stage"
	(cd "$stage" && find . -type f | sort)
	for expected in usr/sbin/lvmpolld usr/lib/lvmpolld/plugins/pvmove.so usr/include/lvmpolld/plugin.h \
		usr/lib/pkgconfig/lvmpolld-plugin.pc usr/share/man/man8/lvmpolld.8 usr/share/man/man5/lvmpolld.yaml.5 \
		usr/share/man/man7/lvmpolld-pvmove.7 usr/lib/systemd/system/lvm2-lvmpolld.socket; do
		ls "$stage/$expected"
	done
	find "$stage" >"$CHECK_WORK/installed.list"
	refuse grep thin_merge "$CHECK_WORK/installed.list"
}

installed_daemon_loads_installed_plugins() {
	local list
	list=$("$stage/usr/sbin/lvmpolld" --plugin-dir "$stage/usr/lib/lvmpolld/plugins" --list-plugins)
	echo "$list"
	[ "$(grep -c ' loaded ' <<<"$list")" = 3 ]
}

not_linked_with_systemd() {
	readelf -d "$stage/usr/sbin/lvmpolld" >"$CHECK_WORK/needed"
	grep -q NEEDED "$CHECK_WORK/needed"
	refuse grep libsystemd "$CHECK_WORK/needed"
}

# What the daemon cannot say must not be waited for.
unit_waits_for_no_message() {
	local unit=$stage/usr/lib/systemd/system/lvm2-lvmpolld.service
	grep -qx Type=exec "$unit"
	refuse grep ^WatchdogSec= "$unit"
	refuse grep '@[a-z_]*@$' "$unit"
}

# The daemon uses it, and says so; and so does what is installed to be read.
lvm_is_where_configure_was_told() {
	local status=0
	"$stage/usr/sbin/lvmpolld" --help | grep -F "the lvm command [$lvm]"
	"$stage/usr/sbin/lvmpolld" -f -s "$CHECK_WORK/socket" -p "$CHECK_WORK/pid" -c /dev/null \
		>"$CHECK_WORK/no-lvm" 2>&1 || status=$?
	cat "$CHECK_WORK/no-lvm"
	[ "$status" = 78 ]
	grep -F "$lvm cannot be executed" "$CHECK_WORK/no-lvm"
	grep -F "#binary: $lvm" "$stage/usr/share/doc/lvmpolld/lvmpolld.yaml"
	grep -F "Default: \\fB$lvm\\fP." "$stage/usr/share/man/man5/lvmpolld.yaml.5"
}

relative_lvm_path_is_refused() {
	refuse layer_configure "$CHECK_WORK/build-relative" --with-lvm-path=sbin/lvm >"$CHECK_WORK/relative" 2>&1
	cat "$CHECK_WORK/relative"
	grep "absolute path" "$CHECK_WORK/relative"
}

# without_plugin NAME: all modules but this one are built.
without_plugin() {
	local build=$CHECK_WORK/build-without-$1
	layer_configure "$build" --disable-dependency-tracking "--cache-file=$CHECK_WORK/options.cache" "--disable-plugin-${1//_/-}"
	layer_make -C "$build/plugins"
	find "$build/plugins" -name '*.so' -type f -printf '%f\n' | sort >"$CHECK_WORK/built"
	printf '%s.so\n' "${plugins[@]}" | grep -vx "$1.so" | sort | diff - "$CHECK_WORK/built"
}

layer_step_or_end "build in the source tree" build_in_source_tree
layer_step_or_end "make install DESTDIR=" install_under_destdir
layer_step "the installed daemon loads what was installed" installed_daemon_loads_installed_plugins
layer_step "--without-systemd leaves libsystemd out" not_linked_with_systemd
layer_step "--without-systemd leaves a unit that waits for no message" unit_waits_for_no_message
layer_step "--with-lvm-path is the default, and told" lvm_is_where_configure_was_told
layer_step "--with-lvm-path that is relative is refused" relative_lvm_path_is_refused
for plugin in "${plugins[@]}"; do
	layer_step "--disable-plugin-${plugin//_/-} leaves out this one alone" without_plugin "$plugin"
done
layer_end
