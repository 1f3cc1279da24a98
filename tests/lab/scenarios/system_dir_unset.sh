# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# Where a client has no LVM_SYSTEM_DIR, lvpoll has none either, whatever the daemon's own environment says.

disks_make 2 64
vg_make vg "${disk[@]}"
lv_make vg data 48 "${disk[0]}"
LVM_SYSTEM_DIR=/nowhere daemon_start

copy_slowly
run_ok pvmove -b -i1 "${disk[0]}" "${disk[1]}"
wait_until 10 polled_are 1
expect_equal "LVM_SYSTEM_DIR in the dump" "<undefined>" "$(dump_value LVM_SYSTEM_DIR)"
copy_fast

wait_until 20 pvmove_none
expect_equal "LVM_SYSTEM_DIR of lvpoll" "sysdir=unset" "$(cut -d' ' -f2 "$lab/lvm.log")"
expect_lvpoll_runs 1
expect_on vg/data "${disk[1]}"
uncollected=1
