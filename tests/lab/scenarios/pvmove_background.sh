# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# pvmove -b returns at once, while the daemon sees the move through.
# lvm2: each

disks_make 2 64
vg_make vg "${disk[@]}"
lv_make vg data 48 "${disk[0]}"
daemon_start

copy_slowly
run_ok pvmove -b -i1 "${disk[0]}" "${disk[1]}"
expect_equal "what pvmove -b printed" "" "$output"
kernel_has_target mirror || fail "pvmove -b returned after the move had ended"
expect_equal "the volumes that the daemon polls" "vg/pvmove0" "$(dump_volumes poll in_progress)"

copy_fast
wait_until 20 pvmove_none
expect_on vg/data "${disk[1]}"
expect_disk_empty "${disk[0]}"
expect_lvpoll_runs 1
uncollected=1
