#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# unit and daemon tests with ThreadSanitizer
# minutes: 5
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
layer_check "$folder" SUITES=daemon/run
layer_end
