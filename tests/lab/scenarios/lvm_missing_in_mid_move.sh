# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# The lvm command is gone while data is copied, and comes back after the step was due: the waiting pvmove ends well all the same.
# daemon: own

disks_make 2 64
vg_make vg "${disk[@]}"
lv_make vg data 48 "${disk[0]}"
daemon_is_patient
daemon_start
copy_slowly
job_start move pvmove -i1 "${disk[0]}" "${disk[1]}"
wait_until 10 mirror_is_half_way
copy_slower

mv "$lab/lvm" "$lab/lvm.away"
copy_fast
wait_until 20 mirror_is_in_sync
wait_until 20 grep -q "lvm cannot be executed: it stays in flight" "$lab/daemon.log"
[ "$(dump_count poll in_progress)" = 1 ] || fail "the move is no longer in flight"
mv "$lab/lvm.away" "$lab/lvm"

job_wait move 70
expect_status 0
expect_on vg/data "${disk[1]}"
