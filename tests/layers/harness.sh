#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# the tests' own tools: the reason of a failure is shown, whatever it is
# minutes: 1
# shellcheck source=tests/layers/lib.sh
. "$(dirname "$0")/lib.sh"

folder=$CHECK_WORK/harness
mkdir "$folder" "$folder/bin"

# What a layer reports of a suite that printed the log on stdin.
report_of() {
	cat >"$folder/suite"
	: >"$folder/report"
	# shellcheck disable=SC2030,SC2034 # they are of this shell alone
	(
		CHECK_REPORT=$folder/report passed=0 failed=0 skipped=0
		layer_count_output "a suite" "$folder/suite" FAIL
		layer_end
	) || true
	cat "$folder/report"
}

shows_failure_in_header() {
	printf '%s\n' "50%: Checks: 2, Failures: 1, Errors: 0" "../tests/unit/steps.h:12:F:core:test:0: 3 is not 4" |
		report_of | grep -x '  | ../tests/unit/steps.h:12:F:core:test:0: 3 is not 4'
}

shows_log_with_binary_bytes() {
	printf 'some \000\377 bytes\nnot ok move\n  the \000 reason\n1 passed, 1 failed, 0 skipped\n' | report_of >"$folder/shown"
	cat "$folder/shown"
	grep -x '  | not ok move' "$folder/shown"
	grep -x '  |   the  reason' "$folder/shown"
	grep -x 'counts 1 1 0 0' "$folder/shown"
}

# What was built beside it is no test of anything.
tells_of_suite_that_was_skipped() {
	: >"$folder/report"
	# shellcheck disable=SC2030,SC2034 # they are of this shell alone
	(
		CHECK_REPORT=$folder/report layer=nested passed=0 failed=0 skipped=0 left_out=0
		layer_step "a build" true
		layer_suite "a suite" sh -c 'echo "skipped all of it: there is no QEMU"; echo "0 passed, 0 failed, 1 skipped"; exit 77'
		layer_suite "another" echo "1 passed, 0 failed, 1 skipped"
		layer_end
	)
	cat "$folder/report"
	grep -x 'counts 2 0 2 1' "$folder/report"
}

# guest_shows TEXT: a guest whose kernel is the script on stdin ends the lab's run with a failure that tells this.
guest_shows() {
	cat >"$folder/bin/linux.uml"
	chmod +x "$folder/bin/linux.uml"
	refuse env PATH="$folder/bin:$PATH" TMPDIR="$folder" "$CHECK_SOURCE/tests/lab/run" --stock pvmove_abort >"$folder/shown" 2>&1
	cat "$folder/shown"
	grep -Fx "$1" "$folder/shown"
}

shows_why_guest_does_not_boot() {
	guest_shows '  the guest did not boot: mount: /mnt: hostfs is refused' <<-'END'
		#!/bin/sh
		printf 'first\000line\nmount: /mnt: hostfs is refused\n\nreboot: Power down\n'
	END
	grep -x '  | firstline' "$folder/shown"
}

shows_panic() {
	guest_shows '  the guest ended in the middle: Kernel panic - not syncing: no memory' <<-'END'
		#!/bin/bash
		for word; do
			[[ $word != init=* ]] || share=${word#init=} share=${share%/init}
		done
		echo "start pvmove_abort" >>"$share/results"
		printf 'before\377it\nKernel panic - not syncing: no memory\nCPU: 0\nreboot: in 5 seconds\n'
	END
	grep -x '  | CPU: 0' "$folder/shown"
}

# check_of LAYER COUNTS: what check.sh makes of this layer, which is killed, beside one that passes.
check_of() {
	local tree=$folder/tree
	rm -rf "$tree"
	mkdir -p "$tree/tests/layers"
	cp -r "$CHECK_SOURCE/check.sh" "$CHECK_SOURCE/tools" "$tree"
	cp "$CHECK_SOURCE/tests/layers/lib.sh" "$tree/tests/layers"
	{ sed -n '1,/^\. /p' "$CHECK_SOURCE/tests/layers/$1.sh"; echo 'kill -KILL $$'; } >"$tree/tests/layers/$1.sh"
	{ sed -n '1,/^\. /p' "$CHECK_SOURCE/tests/layers/shellcheck.sh"; printf '%s\n' 'layer_step nothing true' layer_end; } \
		>"$tree/tests/layers/shellcheck.sh"
	chmod +x "$tree/tests/layers"/*.sh
	TMPDIR=$folder "$tree/check.sh" "$1" shellcheck >"$folder/shown" 2>&1 || true
	cat "$folder/shown"
	[ "$(tail -n 1 "$folder/shown")" = "$2" ]
}

layer_step "the changes that tests must notice apply to the code" "$CHECK_SOURCE/tests/mutation/run" --applies
layer_step "a failure in a .h file is shown" shows_failure_in_header
layer_step "a log with binary bytes is shown" shows_log_with_binary_bytes
layer_step "a suite that was skipped is told of, whatever was built for it" tells_of_suite_that_was_skipped
layer_step "a layer that is killed has failed" check_of gcc "1 passed, 1 failed, 0 skipped"
layer_step "but for one whose failures are told alone" check_of fresh_sid "1 passed, 0 failed, 1 skipped"
lacks=$(TMPDIR=$folder "$CHECK_SOURCE/tests/lab/run" --stock --lacks)
if [ -n "$lacks" ]; then
	layer_skipped "guests that end badly: $lacks"
	layer_end
fi
layer_step "a guest that does not boot tells why" shows_why_guest_does_not_boot
layer_step "a guest's panic is shown" shows_panic
layer_end
