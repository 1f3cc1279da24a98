# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# While data is copied there is no lvpoll, no scan of devices and no lock of the group: one run for each segment at most.
# stock: fails, because its lvpoll looks every interval, whether there is anything to do or not
# deadline: 120

disks_make 2 64
vg_make vg "${disk[@]}"
lv_make_fragmented vg data 4 "${disk[0]}"
lv_make vg whole 24 "${disk[0]}"
daemon_start

copy_slower
run_ok pvmove -b -i1 -n vg/whole "${disk[0]}" "${disk[1]}"
wait_until 10 mirror_is_half_way
copy_slowly
# What was seen before the end of the copy counts.
while true; do
	seen=
	! vg_is_locked vg || seen="the group is locked"
	lvpoll_none || seen="an lvpoll runs"
	mirror_is_half_way || break
	[ -z "$seen" ] || fail "$seen in mid-move"
done
wait_until 20 pvmove_none
expect_equal "the number of lvpoll runs for one segment" 1 "$(lvpoll_runs)"

run_ok pvmove -b -i1 -n vg/data "${disk[0]}" "${disk[1]}"
copy_fast
wait_until 40 pvmove_none
[ "$(lvpoll_runs)" -le 5 ] || fail "lvpoll ran $(lvpoll_runs) times for 5 segments"
expect_on vg/data "${disk[1]}"
uncollected=2
