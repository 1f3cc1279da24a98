#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# daemon tests with the daemon under valgrind
# after: gcc
# minutes: 10
# shellcheck source=tests/layers/lib.sh
. "$(dirname "$0")/lib.sh"

export LVMPOLLD_UUIDS=older

layer_need_gcc_build
layer_suite "daemon tests" "$CHECK_SOURCE/tests/valgrind/run" --builddir "$gcc_build"
layer_end
