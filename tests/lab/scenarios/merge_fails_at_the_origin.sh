# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# The disk of the origin refuses writes in the middle of a merge: lvconvert hears that the merge failed, what is not merged stays
# in the snapshot and is read there; and when the disk takes writes, activating the volume lets the merge go on.
# pvmove: none
# lvm2: each
# deadline: 120

disks_make 2 128
disk_make_breakable "${disk[0]}"
vg_make vg "$breakable" "${disk[1]}"
lv_make vg data 40 "$breakable"
run_ok lvcreate -qq -y -s -l 48 -n snap vg/data "${disk[1]}"
data_spoil vg/data 32
daemon_start

copy_slowly
job_start merge lvconvert --merge -i1 vg/snap
wait_until 10 kernel_has_target snapshot-merge
# The first 32 MiB of the volume, all that is to be merged.
disk_take_no_writes 2048 65536 error_writes
job_wait merge 60
expect_status 5
expect_output "Merge failed|LVM command executed by lvmpolld failed"
copy_fast
data_check vg/data

disk_mend
expect_equal "what lvs says" "merge failed" "$(lvs --noheadings -o lv_merge_failed vg/data | sed 's/^ *//; s/ *$//')"
run_ok lvchange -an vg/data
run_ok lvchange -ay vg/data
wait_until 40 volume_is_gone vg/snap
data_check vg/data
uncollected=$(dump_count poll)
