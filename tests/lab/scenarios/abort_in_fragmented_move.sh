# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# pvmove --abort when some segments have moved and one is half way: all data is what it was, and the move is gone.
# lvm2: each

disks_make 2 64
vg_make vg "${disk[@]}"
lv_make_fragmented vg data 6 "${disk[0]}"
daemon_start

copy_slowly
run_ok pvmove -b -i1 -n vg/data "${disk[0]}" "${disk[1]}"
wait_until 30 not first_segment_is_mirrored vg/pvmove0
run_ok pvmove --abort
pvmove_none || fail "pvmove --abort came back before the move was gone"
copy_fast

expect_on vg/data_between "${disk[0]}"
expect_lvpoll_runs 1 "--abort --polloperation pvmove vg/pvmove0"
uncollected=1
