# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# Somebody kills the lvpoll of a step while it waits for the group's lock: another one takes its place.
# stock: fails, because it takes the end of its lvpoll for the end of the move

disks_make 2 64
vg_make vg "${disk[@]}"
lv_make vg data 48 "${disk[0]}"
daemon_start

copy_slowly
job_start move pvmove -i1 "${disk[0]}" "${disk[1]}"
wait_until 10 mirror_is_half_way
vg_lock_take vg
copy_fast
wait_until 20 mirror_is_in_sync
wait_until 20 lvpolls_are 1
kill -KILL "$(lvpoll_pids)"
vg_lock_release

job_wait move 30
expect_status 0
expect_moved vg/data
