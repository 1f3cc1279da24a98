# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# Somebody replaces the table of a move by errors: lvm2, asked at once what that means, puts it right, and the move goes on.
# lvm2: each

disks_make 2 64
vg_make vg "${disk[@]}"
lv_make vg data 48 "${disk[0]}"
daemon_start

copy_slowly
job_start move pvmove -i1 "${disk[0]}" "${disk[1]}"
wait_until 10 mirror_is_half_way
run_ok dmsetup wipe_table vg-pvmove0
# Whoever reads it meanwhile, as lvm2 and udev may, lets the kernel tell of errors: of no copy.
run dd if=/dev/mapper/vg-pvmove0 of=/dev/null bs=4096 count=1
wait_until 20 kernel_has_target mirror
copy_fast

job_wait move 30
expect_status 0
expect_moved vg/data
