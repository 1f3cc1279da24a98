#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# unit and daemon tests with AddressSanitizer, leaks included, and UndefinedBehaviorSanitizer
# minutes: 5
# minutes_full: 8
# shellcheck source=tests/layers/lib.sh
. "$(dirname "$0")/lib.sh"

layer_uuids newer
export ASAN_OPTIONS=detect_leaks=1:detect_stack_use_after_return=1:strict_string_checks=1
export UBSAN_OPTIONS=print_stacktrace=1
folder=$CHECK_WORK/build-asan
layer_build "$folder" CC=clang --enable-werror --enable-debug --enable-sanitizers=address,undefined
layer_check "$folder" "SUITES=daemon/run kit/run"
layer_end
