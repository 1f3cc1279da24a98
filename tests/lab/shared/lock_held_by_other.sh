# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# While a step is due on one host, the other one has the lock of the group for half a minute: the step is tried again.
# guest: own
# deadline: 200

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
	echo n >&7
	exec 7>&-
	wait "$asking" || true
}

locks_start
group_make
if [ "$LAB_HOST" = 1 ]; then
	run_ok lvcreate -qq -y -an -Wn -Zn -l 1 -n other vg "${disk[0]}"
	data_make
	daemon_start
	move_half_way
	tell moving
	await 60 locked
	disk_write_at "${disk[1]}" 0
	wait_until 30 mirror_is_in_sync
	sleep 30
	kernel_has_target mirror || fail "a step was made without the lock"
	lvpoll_has_run || fail "no step was tried"
	tell waited
	move_is_over 120
	echo "lvpoll_runs: $(lvpoll_runs)"
	tell moved
else
	await 120 moving
	hold_lock
	tell locked
	await 120 waited
	release_lock
	await 200 moved
fi
leave_group
