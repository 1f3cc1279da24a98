# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# On disks without errors no byte of the copies is read for a comparison, but with verify: always.
# daemon: own
# guest: own
# deadline: 90

failing_disks_make target
lv_make_fragmented vg data 4 "$from"
daemon_start
before=$(sectors_read "${disk[1]}")
run_ok pvmove -i1 -n vg/data "$from" "$to"
between=$(sectors_read "${disk[1]}")
# What lvm2 reads of its metadata is some hundred sectors; the data is 16384.
[ $((between - before)) -lt 8192 ] || fail "$((between - before)) sectors were read"
data_check vg/data
daemon_stop

echo "plugins: {pvmove: {verify: always}}" >"$lab/lvmpolld.yaml"
daemon_start
run_ok pvmove -i1 -n vg/data "$to" "$from"
after=$(sectors_read "${disk[1]}")
[ $((after - between)) -gt 24576 ] || fail "$((after - between)) sectors were read: nothing was compared"
data_check vg/data
