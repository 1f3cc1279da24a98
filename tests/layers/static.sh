#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# plugins linked into the daemon, with shared libraries and without: --list-plugins, and daemon tests of operations
# minutes: 2
# shellcheck source=tests/layers/lib.sh
. "$(dirname "$0")/lib.sh"

# lists_linked_plugins DAEMON OPTION...: all, and none of them from a file.
lists_linked_plugins() {
	local plugin
	"$@" --list-plugins >"$CHECK_WORK/static.list"
	cat "$CHECK_WORK/static.list"
	for plugin in pvmove convert merge thin_merge; do
		grep -Eq "^$plugin +[^ ]+ +loaded " "$CHECK_WORK/static.list"
	done
	# These must be named.
	for plugin in raid_sync raid_scrub raid_reshape integrity uncache writecache_detach; do
		grep -Eq "^$plugin +[^ ]+ +not loaded .* linked in " "$CHECK_WORK/static.list"
	done
	refuse grep -F '.so' "$CHECK_WORK/static.list"
}

# What is installed needs none of the plugins' files.
starts_without_plugin_files() {
	make -C "$folder" install "DESTDIR=$CHECK_WORK/installed-linked"
	lists_linked_plugins "$CHECK_WORK/installed-linked/usr/libexec/lvmpolld/lvmpolld" --plugin-dir "$CHECK_WORK/none"
}

folder=$CHECK_WORK/build-static
layer_step_or_end "configure" layer_configure "$folder" --enable-werror --disable-shared --enable-static \
	"${layer_quickly[@]}"
layer_step_or_end "build" layer_make -C "$folder"
layer_step "plugins are listed as linked in" lists_linked_plugins "$folder/core/lvmpolld"
layer_suite "daemon tests of operations" "$CHECK_SOURCE/tests/daemon/run" --builddir "$folder" -k test_operations

folder=$CHECK_WORK/build-linked
mkdir "$CHECK_WORK/none"
layer_step_or_end "configure --enable-linked-plugins" layer_configure "$folder" --enable-werror --enable-linked-plugins \
	--prefix=/usr "${layer_quickly[@]}"
layer_step_or_end "build --enable-linked-plugins" layer_make -C "$folder"
layer_step "with shared libraries, too, plugins are linked in" lists_linked_plugins "$folder/core/lvmpolld"
layer_step "what is installed starts without files of plugins" starts_without_plugin_files
layer_end
