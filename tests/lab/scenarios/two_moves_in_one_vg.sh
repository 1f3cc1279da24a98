# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# Two moves in one volume group, off two disks, run side by side.

disks_make 4 64
vg_make vg "${disk[@]}"
lv_make vg first 48 "${disk[0]}"
lv_make vg second 48 "${disk[2]}"
daemon_start

copy_slowly
run_ok pvmove -b -i1 "${disk[0]}" "${disk[1]}"
copy_slower
run_ok pvmove -b -i1 "${disk[2]}" "${disk[3]}"
wait_until 10 polled_are 2
expect_equal "the volumes that the daemon polls" "vg/pvmove0 vg/pvmove1" "$(dump_volumes poll in_progress | sort | xargs)"
copy_fast

wait_until 20 pvmove_none
expect_on vg/first "${disk[1]}"
expect_on vg/second "${disk[3]}"
expect_lvpoll_runs 1 vg/pvmove0
expect_lvpoll_runs 1 vg/pvmove1
uncollected=2
