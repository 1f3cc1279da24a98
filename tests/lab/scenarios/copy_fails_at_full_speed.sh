# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# A place 1 MiB before the end of a segment of 48 MiB cannot be written, and nothing holds the copy up.
# stock: fails, because the kernel takes what could not be copied for copied, and so do lvm2 and stock's daemon
# deadline: 90

failing_disks_make target
lv_make vg data 48 "$from"
daemon_start
disk_spoil $((2048 + 47 * 2048)) 8

run pvmove -i1 "$from" "$to"
expect_held
