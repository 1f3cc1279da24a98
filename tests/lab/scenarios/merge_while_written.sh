# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# The origin is written in the middle of a merge, more than the snapshot has room for: it does not overflow, since what is
# not in it goes to the origin alone; the merge ends well.
# pvmove: none
# lvm2: each
# deadline: 120

disks_make 1 128
vg_make vg "${disk[@]}"
lv_make vg data 40
run_ok lvcreate -qq -y -s -l 14 -n snap vg/data
data_spoil vg/data 12
daemon_start

write_at 256
run_ok lvconvert --merge -b vg/snap
wait_until 10 kernel_has_target snapshot-merge
copy_fast
# The last 28 MiB, which the snapshot has not: with what is there already.
dd if=/dev/vg/data of=/dev/vg/data bs=1M skip=12 seek=12 count=28 iflag=direct oflag=direct conv=notrunc status=none
wait_until 60 volume_is_gone vg/snap
data_check vg/data
uncollected=1
