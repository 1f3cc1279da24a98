# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# A client's LVM_SYSTEM_DIR reaches the daemon, its lvpoll and its dump, and the client learns of the progress.
# lvm2: each

mkdir "$lab/etc-lvm"
lvm_configure "$lab/etc-lvm"
disks_make 2 64
vg_make vg "${disk[@]}"
lv_make vg data 48 "${disk[0]}"
daemon_start

copy_slowly
job_start move env LVM_SYSTEM_DIR="$lab/etc-lvm" pvmove -i1 "${disk[0]}" "${disk[1]}"
wait_until 10 polled_are 1
expect_equal "LVM_SYSTEM_DIR in the dump" "$lab/etc-lvm" "$(dump_value LVM_SYSTEM_DIR)"
copy_fast

job_wait move 20
expect_status 0
expect_output "^ *${disk[0]}: Moved: [0-9.]+%$"
expect_equal "LVM_SYSTEM_DIR of lvpoll" "sysdir=$lab/etc-lvm" "$(cut -d' ' -f2 "$lab/lvm.log")"
expect_lvpoll_runs 1
expect_on vg/data "${disk[1]}"
