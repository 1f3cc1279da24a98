# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# pvmove --abort PV in mid-move ends the move from this disk alone; the group's other move goes on.
# lvm2: each
# deadline: 90

disks_make 4 64
vg_make vg "${disk[@]}"
lv_make vg data 48 "${disk[0]}"
lv_make vg other 24 "${disk[1]}"
daemon_start

copy_slowly
run_ok pvmove -b -i1 "${disk[0]}" "${disk[2]}"
wait_until 10 mirror_is_half_way
copy_slower
run_ok pvmove -b -i1 "${disk[1]}" "${disk[3]}"
run_ok pvmove --abort "${disk[0]}"
expect_on vg/data "${disk[0]}"
copy_fast

wait_until 30 pvmove_none
expect_on vg/other "${disk[3]}"
expect_disk_empty "${disk[2]}"
expect_lvpoll_runs 1 "--abort --polloperation pvmove vg/pvmove0"
expect_lvpoll_runs 0 "--abort --polloperation pvmove vg/pvmove1"
uncollected=2
