# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# The target says that all is written, and has lost some of it: nothing tells of that, and a move that is verified finds it.
# daemon: own
# deadline: 90

failing_disks_make target
lv_make vg data 16 "$from"
echo "plugins: {pvmove: {verify: always}}" >"$lab/lvmpolld.yaml"
daemon_start
disk_take_no_writes $((2048 + 5 * 2048)) 64 drop_writes

run pvmove -i1 "$from" "$to"
expect_held
grep -q "data at risk: 32768 bytes" "$lab/daemon.log" || fail "the log does not tell what is at risk"
