# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# A volume is deactivated in mid-move and activated again: pvmove in the foreground ends, and the move is then finished.
# lvm2: each

disks_make 2 64
vg_make vg "${disk[@]}"
lv_make vg data 48 "${disk[0]}"
daemon_start

copy_slowly
job_start move pvmove -i1 "${disk[0]}" "${disk[1]}"
wait_until 10 mirror_is_half_way
run_ok lvchange -an vg/data
job_wait move 20
not kernel_has_target mirror || fail "the mirror is there although the volume is not active"
expect_dump_finished poll 0

run_ok lvchange --config activation/polling_interval=1 -ay vg/data
expect_equal "the volumes that the daemon polls" vg/pvmove0 "$(dump_volumes poll in_progress)"
copy_fast

wait_until 20 pvmove_none
expect_on vg/data "${disk[1]}"
expect_disk_empty "${disk[0]}"
uncollected=1
