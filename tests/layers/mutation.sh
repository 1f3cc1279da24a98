#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# small changes of the code: a test notices each
# full: alone
# minutes: 15
# shellcheck source=tests/layers/lib.sh
. "$(dirname "$0")/lib.sh"

layer_step_or_end "autogen.sh" layer_autogen
layer_suite "changes" "$CHECK_SOURCE/tests/mutation/run" --folder "$CHECK_WORK/mutation"
layer_end
