#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# stock lvm2 with our daemon on a real kernel
# after: gcc
# shellcheck source=tests/layers/lib.sh
. "$(dirname "$0")/lib.sh"

layer_need_gcc_build
export LAB_CPU=$CHECK_CPU
layer_suite "scenarios" "$CHECK_SOURCE/tests/lab/run" --builddir "$gcc_build"
layer_suite "chaos" "$CHECK_SOURCE/tests/lab/chaos" --builddir "$gcc_build"
layer_end
