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
kernel_log_flood
run pvmove -i1 -n vg/data "$from" "$to"
kernel_log_flood_end
expect_held
