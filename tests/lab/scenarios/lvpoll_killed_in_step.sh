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

copy_slowly
job_start move pvmove -i1 "${disk[0]}" "${disk[1]}"
wait_until 10 mirror_is_half_way
# Stock's lvpoll runs already, and takes the lock once a second.
if [ "$LAB_STOCK" = 0 ]; then
	wait_until 10 lvpoll_none
	step_held_in_lock
fi
await_lvpoll_in_lock
kill -KILL "$lvpoll_in_lock"
copy_fast

job_wait move 30
expect_status 0
expect_moved vg/data
expect_survived
if [ "$LAB_STOCK" = 0 ]; then
	grep -q "lvpoll was ended by a signal that the daemon did not send (signal 9)" "$lab/daemon.log" ||
		fail "the log says nothing of the lvpoll that was killed"
fi
