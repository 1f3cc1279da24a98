# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# lvm2 does not remove a volume in mid-move, only one that lies beside it; the move is not disturbed.
# lvm2: each

disks_make 2 64
vg_make vg "${disk[@]}"
lv_make vg data 40 "${disk[0]}"
run_ok lvcreate -qq -y -Wn -Zn -l 4 -n beside vg "${disk[1]}"
daemon_start

copy_slowly
run_ok pvmove -b -i1 "${disk[0]}" "${disk[1]}"
wait_until 10 mirror_is_half_way
copy_slower
run lvremove -y vg/data
[ "$status" != 0 ] || fail "lvm2 removed a volume in mid-move"
expect_output "Can't remove"
run_ok lvremove -y vg/beside
kernel_has_target mirror || fail "the move ended before anything was removed"
copy_fast

wait_until 20 pvmove_none
expect_moved vg/data
expect_lvpoll_runs 1
uncollected=1
