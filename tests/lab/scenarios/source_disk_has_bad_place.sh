# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# The disk that data moves from has a place that cannot be read for a while: nothing takes the place of what is there.
# stock: fails, because the kernel takes what could not be copied for copied, and so do lvm2 and stock's daemon

disks_make 2 64
disk_make_breakable "${disk[0]}"
vg_make vg "$breakable" "${disk[1]}"
lv_make vg data 48 "$breakable"
daemon_start
disk_spoil 16384 8192

copy_slowly
job_start move pvmove -i1 "$breakable" "${disk[1]}"
job_wait move 30
expect_status 5
disk_mend
run_ok pvmove --abort

wait_until 20 pvmove_none
expect_equal "where vg/data lies by the metadata" "$breakable" "$(lv_disks vg/data)"
