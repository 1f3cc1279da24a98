#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# built in the source tree, without systemd and without a plugin; installed under DESTDIR
# shellcheck source=tests/layers/lib.sh
. "$(dirname "$0")/lib.sh"

tree=$CHECK_WORK/source-options
stage=$CHECK_WORK/installed

build_in_source_tree() {
	cp -a "$CHECK_SOURCE" "$tree"
	cd "$tree"
	./autogen.sh
	./configure --enable-werror --without-systemd --disable-plugin-thin-merge --prefix=/usr --sysconfdir=/etc
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

layer_step_or_end "build in the source tree" build_in_source_tree
layer_step_or_end "make install DESTDIR=" install_under_destdir
layer_step "the installed daemon loads what was installed" installed_daemon_loads_installed_plugins
layer_step "--without-systemd leaves libsystemd out" not_linked_with_systemd
layer_step "--without-systemd leaves a unit that waits for no message" unit_waits_for_no_message
layer_end
