# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# A volume is deactivated in mid-move: pvmove in the foreground fails in the end. When it is active again the move goes on by itself.
# lvm2: each

daemon_is_impatient
disks_make 2 64
vg_make vg "${disk[@]}"
lv_make vg data 48 "${disk[0]}"
daemon_start

copy_slowly
job_start move pvmove -i1 "${disk[0]}" "${disk[1]}"
wait_until 10 mirror_is_half_way
copy_slower
run_ok lvchange -an vg/data
job_wait move 20
[ "$LAB_STOCK" = 1 ] || expect_status 5
not kernel_has_target mirror || fail "the mirror is there although the volume is not active"
wait_until 20 operation_is_dormant

activate lvchange vg/data
wait_until 10 not operation_is_dormant
expect_equal "the volumes that the daemon polls" vg/pvmove0 "$(dump_volumes poll in_progress)"
copy_fast

wait_until 20 pvmove_none
expect_moved vg/data
expect_survived
# Nobody has asked ours to go on.
uncollected=$LAB_STOCK
