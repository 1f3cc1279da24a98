# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# Two volumes of many segments move at once in one group: the steps of one do not disturb those of the other.
# stock: fails, because it goes on to the next segment only when an interval has passed
# deadline: 150
# lvm2: each

disks_make 4 64
vg_make vg "${disk[@]}"
lv_make_fragmented vg first 5 "${disk[0]}"
lv_make_fragmented vg second 5 "${disk[2]}"
daemon_start

run_ok pvmove -b -n vg/first "${disk[0]}" "${disk[1]}"
run_ok pvmove -b -n vg/second "${disk[2]}" "${disk[3]}"
wait_until 50 pvmove_none
expect_on vg/first "${disk[1]}"
expect_on vg/second "${disk[3]}"
[ "$(lvpoll_runs)" -le 12 ] || fail "lvpoll ran $(lvpoll_runs) times for 10 segments"
uncollected=2
