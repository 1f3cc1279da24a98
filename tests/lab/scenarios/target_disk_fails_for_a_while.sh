# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# The disk that data moves to fails in part, and is whole again before the copying ends: what was not copied is not lost.
# stock: fails, because the kernel takes what could not be copied for copied, and so do lvm2 and stock's daemon

disks_make 2 64
disk_make_breakable "${disk[1]}"
vg_make vg "${disk[0]}" "$breakable"
lv_make vg data 48 "${disk[0]}"
daemon_start
disk_spoil 16384 8192

copy_slowly
job_start move pvmove -i1 "${disk[0]}" "$breakable"
wait_until 20 mirror_has_failed_leg
disk_mend
job_wait move 30
expect_status 5
run_ok pvmove --abort

wait_until 20 pvmove_none
expect_on vg/data "${disk[0]}"
