# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# A move was given up: nobody gets it, whatever his LVM_SYSTEM_DIR, whichever daemon he asks; until it is aborted.
# daemon: own
# deadline: 120

disks_make 2 64
disk_make_breakable "${disk[1]}"
vg_make vg "${disk[0]}" "$breakable"
lv_make vg data 48 "${disk[0]}"
daemon_start
disk_spoil 16384 512

copy_slowly
run pvmove -i1 "${disk[0]}" "$breakable"
expect_status 5
copy_fast
wait_until 30 mirror_is_in_sync

nobody_gets_it() {
	run pvmove -i1
	expect_output "polling of lvm command failed"
	LVM_SYSTEM_DIR=/etc/lvm run pvmove -i1
	expect_output "polling of lvm command failed"
}
nobody_gets_it
daemon_kill KILL
daemon_start_again
nobody_gets_it
kill -USR2 "$daemon_pid"
wait_until 20 grep -q "has taken over" "$lab/daemon.log"
nobody_gets_it
expect_lvpoll_runs 0

run_ok pvmove --abort
wait_until 20 pvmove_none
expect_on vg/data "${disk[0]}"
