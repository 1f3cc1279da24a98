# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# A segment of 2 MiB has a place on the source that cannot be read.
# stock: fails, because the kernel takes what could not be copied for copied, and so do lvm2 and stock's daemon
# deadline: 90

failing_disks_make source
lv_make_fragmented vg data 3 "$from"
daemon_start
# The first extent of 1 MiB begins at sector 2048; segments of 2 MiB of both volumes take turns.
disk_spoil 12288 8

run pvmove -i1 -n vg/data "$from" "$to"
expect_held
