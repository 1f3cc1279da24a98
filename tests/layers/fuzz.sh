#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# random input for all that reads what others wrote: each fuzz target for a minute
# shellcheck source=tests/layers/lib.sh
. "$(dirname "$0")/lib.sh"

layer_step_or_end "autogen.sh" layer_autogen
layer_suite "targets" "$CHECK_SOURCE/tests/fuzz/run" --builddir "$CHECK_WORK/build-fuzz" 60
layer_end
