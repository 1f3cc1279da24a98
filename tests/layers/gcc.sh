#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# built by gcc without a warning, locks checked at run time: make check
# shellcheck source=tests/layers/lib.sh
. "$(dirname "$0")/lib.sh"

layer_build "$CHECK_WORK/build-gcc" CC=gcc --enable-werror --enable-debug
layer_check "$CHECK_WORK/build-gcc"
layer_end
