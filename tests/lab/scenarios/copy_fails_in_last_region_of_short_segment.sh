# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# Writes to the last sectors of a segment of 2 MiB fail, and what lies there can be read: both copies are compared.
# stock: fails, because the kernel takes what could not be copied for copied, and so do lvm2 and stock's daemon
# deadline: 90

failing_disks_make target
lv_make_fragmented vg data 3 "$from"
daemon_start
disk_take_no_writes 10232 8 error_writes

run pvmove -i1 -n vg/data "$from" "$to"
expect_held
grep -q "data at risk: 4096 bytes" "$lab/daemon.log" || fail "the log does not tell what is at risk"
