#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# daemon tests with the daemon under valgrind: a selection, with --full all
# after: gcc
# minutes: 4
# minutes_full: 20
# shellcheck source=tests/layers/lib.sh
. "$(dirname "$0")/lib.sh"

layer_uuids older

layer_need_gcc_build
which=()
[ "$CHECK_FULL" != 1 ] || which=(--all)
layer_suite "daemon tests" "$CHECK_SOURCE/tests/valgrind/run" --builddir "$gcc_build" "${which[@]}"
layer_end
