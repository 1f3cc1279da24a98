#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# every shell script of the tree without a remark of shellcheck
# minutes: 1
# shellcheck source=tests/layers/lib.sh
. "$(dirname "$0")/lib.sh"

# By their first lines, whatever their names are.
shell_scripts() {
	local file
	while read -r file; do
		if head -n 3 "$file" | grep -aqE '^#!.*[/ ](ba)?sh( |$)|^# shellcheck shell='; then
			echo "$file"
		fi
	done <"$CHECK_WORK/tree"
}

cd "$CHECK_SOURCE"
if ! command -v shellcheck >/dev/null; then
	layer_skipped "all scripts: shellcheck is not installed"
	layer_end
fi
mapfile -t scripts < <(shell_scripts)
[ ${#scripts[@]} -gt 0 ] || layer_failed "no shell script was found"
for script in "${scripts[@]}"; do
	layer_step "$script" shellcheck -x -P SCRIPTDIR:. "$script"
done
layer_end
