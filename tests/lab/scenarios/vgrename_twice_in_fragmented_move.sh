# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# A group gets a new name twice while a volume of many segments moves: each step uses the name of its time.
# stock: fails, because its lvpoll asks for the old name, exits with 0, and the move is taken for finished
# deadline: 90

disks_make 2 64
vg_make vg "${disk[@]}"
lv_make_fragmented vg data 6 "${disk[0]}"
daemon_start

copy_slower
run_ok pvmove -b -n vg/data "${disk[0]}" "${disk[1]}"
run_ok vgrename vg second-name
run_ok vgrename second-name third
data_renamed vg/data third/data
data_renamed vg/data_between third/data_between
kernel_has_target mirror || fail "the move ended before its group was renamed"
copy_fast

wait_until 40 pvmove_none
expect_on third/data "${disk[1]}"
expect_on third/data_between "${disk[0]}"
uncollected=1
