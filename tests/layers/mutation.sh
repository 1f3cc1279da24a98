#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# small changes of the code: a test notices each; faults of the past, a sixth of them in turn: the simulator finds each
# full: alone
# minutes: 22
# shellcheck source=tests/layers/lib.sh
. "$(dirname "$0")/lib.sh"

layer_step_or_end "autogen.sh" layer_autogen
layer_suite "changes" "$CHECK_SOURCE/tests/mutation/run" --folder "$CHECK_WORK/mutation"
layer_need_gcc_build
layer_step "the simulator is built" make -s -C "$gcc_build/tests/simulation" simulation
# All of them take half an hour; each has its day.
layer_suite "faults" env LVMPOLLD_BUILDDIR="$gcc_build" LVMPOLLD_SRCDIR="$CHECK_SOURCE" \
	"$CHECK_SOURCE/tests/simulation/mutations/run" --part "$(date +%-j)/6"
layer_end
