#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# unit programs, and daemon tests of comparisons, which alone have a second thread, with ThreadSanitizer; with --full all
# minutes: 3
# minutes_full: 8
# shellcheck source=tests/layers/lib.sh
. "$(dirname "$0")/lib.sh"

layer_uuids older

# ThreadSanitizer of older compilers does not start where the kernel puts programs at very random addresses.
tsan_starts() {
	echo 'int main(void) { return 0; }' >"$CHECK_WORK/tsan.c"
	clang -fsanitize=thread -o "$CHECK_WORK/tsan" "$CHECK_WORK/tsan.c" && "$@" "$CHECK_WORK/tsan"
}

if ! tsan_starts; then
	if [ -z "${CHECK_FIXED_ADDRESSES:-}" ] && tsan_starts setarch -R; then
		CHECK_FIXED_ADDRESSES=1 exec setarch -R "$0"
	fi
	layer_skipped "all of it: programs with clang's ThreadSanitizer do not start on this machine"
	layer_end
fi
export TSAN_OPTIONS=halt_on_error=1:second_deadlock_stack=1
folder=$CHECK_WORK/build-tsan
layer_build "$folder" CC=clang --enable-werror --enable-debug --enable-sanitizers=thread
# tests/structure sees to it that no other part starts a thread. The simulator has none, and would take a quarter of an hour.
which=(-k test_verifying)
[ "$CHECK_FULL" != 1 ] || which=()
layer_check "$folder" -C tests/unit
layer_suite "daemon tests" "$CHECK_SOURCE/tests/daemon/run" --builddir "$folder" "${which[@]}"
layer_end
