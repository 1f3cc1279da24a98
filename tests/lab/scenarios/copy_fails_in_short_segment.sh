# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# A segment of 2 MiB in the middle of a fragmented move has a place on the target that cannot be written.
# stock: fails, because the kernel takes what could not be copied for copied, and so do lvm2 and stock's daemon
# lvm2: each
# deadline: 90

failing_disks_make target
lv_make_fragmented vg data 5 "$from"
daemon_start
# Each of the segments is 4096 sectors, one behind the other; the third is hit, in its first region.
disk_spoil 10240 8

run pvmove -i1 -n vg/data "$from" "$to"
expect_held
expect_lvpoll_runs 3 "--polloperation pvmove vg/pvmove0"
# This kernel's lines are those that the plugin knows.
grep -q "the kernel's log tells of a failure: device-mapper: raid1: " "$lab/daemon.log" || fail "the line of the kernel was not recognised"
