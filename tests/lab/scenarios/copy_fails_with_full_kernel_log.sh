# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# The kernel writes ten lines about failures in five seconds, for all mirrors together. Another mirror takes them all, and
# the failure of the move is in no line.
# stock: fails, because the kernel takes what could not be copied for copied, and so do lvm2 and stock's daemon
# deadline: 120

failing_disks_make target
lv_make_fragmented vg data 3 "$from"
daemon_start
disk_take_no_writes 8192 8 error_writes
# Another mirror, to a disk that takes nothing; its regions are small, so that it fails often.
truncate -s 16M "$lab/other"
other=$(losetup --find --show "$lab/other")
run_ok dmsetup create nowhere --table "0 32768 error"
run_ok dmsetup mknodes --noudevrules nowhere
dmesg --clear
run_ok dmsetup create flood --table "0 32768 mirror core 1 64 2 $other 0 /dev/mapper/nowhere 0"
wait_until 10 kernel_has_told 10

run pvmove -i1 -n vg/data "$from" "$to"
dmsetup remove flood
dmsetup remove nowhere
losetup -d "$other"
expect_held
