# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# The daemon is killed, a copy fails, and lvm2 finishes the move without any daemon: the next one does not say that all is
# well, and keeps no note, since nothing is left that could be aborted. As it says, the old place has the data.
# daemon: own

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
kernel_has_told 1 || fail "the kernel says nothing of the copy that failed"
run_ok pvmove -i1 --config global/use_lvmpolld=0
wait_until 20 pvmove_none
daemon_start_again

wait_until 30 grep -q "data may be lost: a command that is not the daemon's" "$lab/daemon.log"
grep "data may be lost: " "$lab/daemon.log" | grep -q 'since that began to be copied ("\[[0-9.]*\] .*"); ' ||
	fail "the kernel's line is not told"
grep "data may be lost: " "$lab/daemon.log" | grep -q "the operation is over; " || fail "it is said to go on"
[ -z "$(ls "${daemon_socket%.socket}.state.given_up" 2>/dev/null)" ] || fail "there is a note of it, which nothing clears"

disk_mend
! (data_check vg/data) 2>/dev/null || fail "nothing was lost, so the scenario shows nothing"
dd if="$from" of=/dev/vg/data bs=1M skip=1 count=32 conv=fsync status=none
data_check vg/data

# Nobody has asked this daemon for anything, so nobody hears what it has to tell.
daemon_stop
