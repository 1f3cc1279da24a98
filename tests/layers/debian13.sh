#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Debian 13: built by its gcc and clang without a warning, make check
# minutes: 6
# minutes_full: 8
# shellcheck source=tests/layers/lib.sh
. "$(dirname "$0")/lib.sh"

layer_uuids newer

# Whoever runs check.sh has put his temporary files elsewhere.
root_has_temporary_files_of_its_own() {
	TMPDIR=$CHECK_WORK debian_root_run "$debian_root" / mktemp
	TMPDIR=$CHECK_WORK debian_root_run "$debian_root" "$CHECK_WORK" mktemp | grep "^$CHECK_WORK/"
}

layer_use_root trixie
layer_step "a root has temporary files of its own" root_has_temporary_files_of_its_own
layer_need_root_build trixie
layer_check "$root_build"
layer_build "$CHECK_WORK/build-trixie-clang" CC=clang --enable-werror
layer_end
