#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# plugins linked into the daemon: --list-plugins, and daemon tests of operations
# shellcheck source=tests/layers/lib.sh
. "$(dirname "$0")/lib.sh"

# All four, and none of them from a file.
lists_linked_plugins() {
	local plugin
	"$folder/core/lvmpolld" --list-plugins >"$CHECK_WORK/static.list"
	cat "$CHECK_WORK/static.list"
	for plugin in pvmove convert merge thin_merge; do
		grep -Eq "^$plugin +[^ ]+ +loaded " "$CHECK_WORK/static.list"
	done
	refuse grep -F '.so' "$CHECK_WORK/static.list"
}

folder=$CHECK_WORK/build-static
layer_step_or_end "configure" layer_configure "$folder" --enable-werror --disable-shared --enable-static
layer_step_or_end "build" layer_make -C "$folder"
layer_step "plugins are listed as linked in" lists_linked_plugins
layer_suite "daemon tests of operations" "$CHECK_SOURCE/tests/daemon/run" --builddir "$folder" -k test_operations
layer_end
