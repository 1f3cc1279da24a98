# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# A client's LVM_SYSTEM_DIR reaches the daemon, its lvpoll and its dump.

mkdir "$lab/etc-lvm"
lvm_configure "$lab/etc-lvm"
disks_make 2 64
vg_make vg "${disk[@]}"
lv_make vg data 32 "${disk[0]}"
daemon_start

copy_slowly
run_ok env LVM_SYSTEM_DIR="$lab/etc-lvm" pvmove -b -i1 "${disk[0]}" "${disk[1]}"
wait_until 10 lvpoll_has_run "vg/pvmove0"
expect_equal "LVM_SYSTEM_DIR in the dump" "$lab/etc-lvm" "$(dump_value LVM_SYSTEM_DIR)"
copy_fast

wait_until 20 pvmove_none
grep -q "^[0-9]* sysdir=$lab/etc-lvm lvpoll" "$lab/lvm.log" || fail "lvpoll did not see the client's LVM_SYSTEM_DIR: $(<"$lab/lvm.log")"
expect_lvpoll_runs 1
expect_on vg/data "${disk[1]}"
uncollected=1
