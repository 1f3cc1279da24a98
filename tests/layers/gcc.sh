#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# built by gcc without a warning, locks checked at run time: make check
# minutes: 3
# shellcheck source=tests/layers/lib.sh
. "$(dirname "$0")/lib.sh"

layer_need_gcc_build
layer_check "$gcc_build"
layer_end
