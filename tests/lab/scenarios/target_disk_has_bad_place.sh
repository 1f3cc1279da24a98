# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# The disk that data moves to has a place that cannot be written: the move is given up before data is lost.
# stock: fails, because the kernel takes what could not be copied for copied, and so do lvm2 and stock's daemon
# lvm2: each

disks_make 2 64
disk_make_breakable "${disk[1]}"
vg_make vg "${disk[0]}" "$breakable"
lv_make vg data 48 "${disk[0]}"
daemon_start
disk_spoil 16384 8192

copy_slowly
job_start move pvmove -i1 "${disk[0]}" "$breakable"
job_wait move 30
expect_status 5
run_ok pvmove --abort

wait_until 20 pvmove_none
expect_on vg/data "${disk[0]}"
