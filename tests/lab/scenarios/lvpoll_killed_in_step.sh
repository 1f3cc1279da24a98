# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# The lvpoll of a step is killed while it has the group's lock, as when memory is short: another one finishes the step.
# stock: fails, because it takes the end of its lvpoll for the end of the move
# deadline: 90
# lvm2: each

lvpolls_note_overlaps
disks_make 2 64
vg_make vg "${disk[@]}"
lv_make vg data 48 "${disk[0]}"
daemon_start

step_is_held() {
	mirror_is_in_sync && [ "$(lvpoll_runs)" -gt "$runs" ]
}

# Without a child, or the moment would be over: $killed is the lvpoll that has the lock of its group for writing.
lvpoll_in_lock() {
	local kind mode pid command
	while read -r _ kind _ mode pid _; do
		if [ "$kind $mode" = "FLOCK WRITE" ] && read -r command <"/proc/$pid/comm" && [ "$command" = lvm ]; then
			killed=$pid
			return 0
		fi
	done </proc/locks
	return 1
} 2>/dev/null

copy_slowly
job_start move pvmove -i1 "${disk[0]}" "${disk[1]}"
wait_until 10 mirror_is_half_way
# Stock's lvpoll runs already, and takes the lock once a second.
if [ "$LAB_STOCK" = 0 ]; then
	wait_until 10 lvpoll_none
	runs=$(lvpoll_runs)
	lvpolls_hold
	copy_fast
	wait_until 10 step_is_held
	# The metadata take their time to be written, and the lock is held as long.
	write_at 8
	lvpolls_release
fi
end=$((SECONDS + 30))
until lvpoll_in_lock; do
	[ "$SECONDS" -lt "$end" ] || fail "no moment was found in which an lvpoll had the lock"
done
kill -KILL "$killed"
copy_fast

job_wait move 30
expect_status 0
expect_moved vg/data
expect_survived
if [ "$LAB_STOCK" = 0 ]; then
	grep -q "lvpoll was ended by a signal that the daemon did not send (signal 9)" "$lab/daemon.log" ||
		fail "the log says nothing of the lvpoll that was killed"
fi
