# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# A disk with another group of the same name appears in mid-move, and goes again: nobody is told that the move is over before it is.
# stock: fails, because its lvpoll exits with 0 where it finds two groups
# lvm2: each
# deadline: 150

disks_make 3 64
vg_make vg "${disk[2]}"
run_ok lvcreate -qq -y -Wn -Zn -l 4 -n other vg
run_ok vgchange -qq -an vg
losetup -d "${disk[2]}"
vg_make vg "${disk[@]:0:2}"
lv_make_fragmented vg data 3 "${disk[0]}"
lv_make vg large 36 "${disk[0]}"
daemon_is_patient
daemon_start

copy_slowly
job_start move pvmove -i1 "${disk[0]}" "${disk[1]}"
wait_until 20 mirror_is_half_way
copy_slower
losetup "${disk[2]}" "$lab/disk2"
copy_fast
wait_until 30 operation_has_failed 3
losetup -d "${disk[2]}"
unset 'disk[2]'

job_wait move 40
expect_no_false_end
wait_until 40 pvmove_none
expect_moved vg/data
expect_on vg/large "${disk[1]}"
expect_survived
