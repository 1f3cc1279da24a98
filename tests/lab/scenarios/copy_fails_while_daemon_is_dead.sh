# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# The daemon is killed, a copy fails, and all is in sync when the next daemon looks: it reads the kernel's log from where
# the former one was.
# stock: fails, because its lvpoll goes on alone, and nobody looks at the copy

failing_disks_make target
lv_make vg data 32 "$from"
daemon_start
copy_slowly
run_ok pvmove -b -i1 "$from" "$to"
wait_until 10 mirror_is_half_way
copy_slower
daemon_kill KILL
disk_take_no_writes $((2048 + 30 * 2048)) 2048 error_writes
copy_fast
wait_until 30 mirror_is_in_sync
daemon_start_again

wait_until 30 grep -q "data at risk: 1048576 bytes" "$lab/daemon.log"
# Without a name it ends with status 0 whatever it hears.
run pvmove -i1
expect_output "polling of lvm command failed"
expect_data_held
