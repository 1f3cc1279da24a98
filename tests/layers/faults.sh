#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# each allocation of the daemon fails once, in conversations and in daemon tests
# after: gcc
# minutes: 4
# shellcheck source=tests/layers/lib.sh
. "$(dirname "$0")/lib.sh"

layer_need_gcc_build
layer_suite "sweeps" "$CHECK_SOURCE/tests/faults/run_sweep" --builddir "$gcc_build"
layer_suite "call stacks" "$CHECK_SOURCE/tests/faults/run_suite" --builddir "$gcc_build" --quick -j 16
layer_end
