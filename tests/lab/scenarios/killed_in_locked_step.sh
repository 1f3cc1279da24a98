# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# The daemon is killed while its lvpoll waits for the group's lock: the next daemon waits for the end of that one.

lvpolls_note_overlaps
slow_move_start
vg_lock_take vg
copy_fast
wait_until 20 mirror_is_in_sync
wait_until 20 lvpolls_are 1
orphan=$(lvpoll_pids)
daemon_kill KILL
daemon_start_again
if [ "$LAB_STOCK" = 1 ]; then
	uncollected=0
else
	wait_until 10 grep -q "lvpoll\[$orphan\] of a previous daemon still runs" "$lab/daemon.log"
fi
vg_lock_release

wait_until 30 pvmove_none
expect_moved vg/data
expect_survived
