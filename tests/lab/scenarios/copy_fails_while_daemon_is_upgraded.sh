# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# The daemon is upgraded in mid-move, and then a copy fails: what it knows of the kernel's log is handed over.
# daemon: own

failing_disks_make target
lv_make vg data 32 "$from"
daemon_start
copy_slowly
run_ok pvmove -b -i1 "$from" "$to"
wait_until 10 mirror_is_half_way
copy_slower
disk_take_no_writes $((2048 + 30 * 2048)) 2048 error_writes
kill -USR2 "$daemon_pid"
copy_fast
wait_until 20 grep -q "has taken over" "$lab/daemon.log"

wait_until 30 grep -q "data at risk: 1048576 bytes" "$lab/daemon.log"
# Without a name it ends with status 0 whatever it hears.
run pvmove -i1
expect_output "polling of lvm command failed"
expect_data_held
