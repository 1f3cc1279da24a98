# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# pvmove -b -i0: no lvpoll waits in the kernel with the group's lock held, so that others change metadata in mid-move.
# stock: fails, because its lvpoll gets the interval of 0, with which it waits in the kernel while the group is locked
# lvm2: each

disks_make 2 96
vg_make vg "${disk[@]}"
lv_make_fragmented vg data 2 "${disk[0]}"
lv_make vg whole 48 "${disk[0]}"
daemon_start

copy_slowly
run_ok pvmove -b -i0 "${disk[0]}" "${disk[1]}"
wait_until 20 segment_is_half_way 98304
run_ok lvcreate -qq -y -Wn -Zn -l 4 -n new vg "${disk[1]}"
kernel_has_target mirror || fail "a volume could be made only after the move"
copy_fast

wait_until 30 pvmove_none
expect_moved vg/data
expect_moved vg/whole
expect_equal "the number of lvpolls with an interval of 0" 0 "$(lvpoll_runs "--interval 0")"
uncollected=1
