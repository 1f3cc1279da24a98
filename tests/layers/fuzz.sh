#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# random input for all that reads what others wrote: each fuzz target for ten seconds, with --full for two minutes
# minutes: 3
# minutes_full: 20
# shellcheck source=tests/layers/lib.sh
. "$(dirname "$0")/lib.sh"

layer_step_or_end "autogen.sh" layer_autogen
seconds=10
[ "$CHECK_FULL" != 1 ] || seconds=120
layer_suite "targets" "$CHECK_SOURCE/tests/fuzz/run" --builddir "$CHECK_WORK/build-fuzz" "$seconds"
layer_end
