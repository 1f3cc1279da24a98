# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# pvmove --abort in mid-move ends a pvmove in the foreground; the data is where it was.
# lvm2: each

disks_make 2 64
vg_make vg "${disk[@]}"
lv_make vg data 48 "${disk[0]}"
daemon_start

copy_slowly
job_start move pvmove -i1 "${disk[0]}" "${disk[1]}"
wait_until 10 mirror_is_half_way
run_ok pvmove --abort
copy_fast

# Its lvpoll finds nothing to do and ends with 0, or is ended before it has looked, and then pvmove says so.
job_wait move 20
[ "$status" = 0 ] || [ "$status" = 5 ] || fail "the aborted pvmove ended with status $status"
pvmove_none || fail "pvmove --abort came back before the move was gone"
expect_on vg/data "${disk[0]}"
expect_disk_empty "${disk[1]}"
expect_lvpoll_runs 1 "--interval 1 --polloperation pvmove vg/pvmove0"
expect_lvpoll_runs 1 "--abort --polloperation pvmove vg/pvmove0"
