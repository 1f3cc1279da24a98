# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# While a step is due on one host, the other one has the lock of the group: the step is tried again and again, and made at last.
# stock: fails, because its lvpoll gives up where it cannot have the lock
# guest: own
# deadline: 250

# shellcheck source=tests/lab/lib-shared.sh
. "$lab_source/lib-shared.sh"

# A command that asks whether it may holds the lock until it is answered.
hold_lock() {
	run_ok lvchange -qq -aey vg/other
	mkfifo "$lab/answer"
	lvremove vg/other <"$lab/answer" >"$lab/question" 2>&1 &
	asking=$!
	exec 7>"$lab/answer"
	wait_until 30 grep -q 'y/n' "$lab/question"
}

release_lock() {
	kill -0 "$asking" || fail "the command that holds the lock has ended: $(<"$lab/question")"
	echo n >&7
	exec 7>&-
	wait "$asking" || true
	run_ok lvs vg/other
	run_ok lvchange -qq -an vg/other
}

locks_start
group_make
if [ "$LAB_HOST" = 1 ]; then
	run_ok lvcreate -qq -y -an -Wn -Zn -l 1 -n other vg "${disk[0]}"
	data_make
	daemon_start
	move_begin
	tell moving
	await 120 locked
	move_goes_on
	wait_until 30 mirror_is_in_sync
	wait_until 60 operation_has_failed 2
	kernel_has_target mirror || fail "a step was made without the lock"
	tell waited
	expect_moved_within 120
	tell moved
	await 60 seen
else
	await 120 moving
	hold_lock
	tell locked
	await 200 waited
	release_lock
	await 200 moved
	tell seen
fi
group_leave
