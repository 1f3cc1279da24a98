# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# The disk that data moves to breaks in mid-move: pvmove fails, and when the disk is back, pvmove --abort brings all back.
# lvm2: each

daemon_is_impatient
disks_make 2 64
disk_make_breakable "${disk[1]}"
vg_make vg "${disk[0]}" "$breakable"
lv_make vg data 48 "${disk[0]}"
daemon_start

copy_slowly
job_start move pvmove -i1 "${disk[0]}" "$breakable"
wait_until 10 mirror_is_half_way
disk_break
job_wait move 30
expect_status 5
data_check vg/data

disk_mend
run_ok pvmove --abort
wait_until 20 pvmove_none
expect_on vg/data "${disk[0]}"
