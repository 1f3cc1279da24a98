# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# The disk of a snapshot breaks in the middle of its merge: lvconvert hears that the merge failed, lvs shows it, nothing is
# tried again; and when the disk is back, activating the volume lets the merge go on, with all its data.
# pvmove: none
# lvm2: each
# deadline: 120

disks_make 2 128
disk_make_breakable "${disk[1]}"
vg_make vg "${disk[0]}" "$breakable"
lv_make vg data 40 "${disk[0]}"
run_ok lvcreate -qq -y -s -l 48 -n snap vg/data "$breakable"
data_spoil vg/data 32
daemon_start

copy_slowly
job_start merge lvconvert --merge -i1 vg/snap
wait_until 10 kernel_has_target snapshot-merge
disk_break
job_wait merge 60
expect_status 5
expect_output "Merge failed|LVM command executed by lvmpolld failed"
copy_fast

disk_mend
expect_equal "what lvs says" "merge failed" "$(lvs --noheadings -o lv_merge_failed vg/data | sed 's/^ *//; s/ *$//')"
run_ok lvchange -an vg/data
run_ok lvchange -ay vg/data
wait_until 40 volume_is_gone vg/snap
data_check vg/data
uncollected=$(dump_count poll)
