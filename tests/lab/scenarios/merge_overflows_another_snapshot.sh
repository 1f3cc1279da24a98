# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# What a merge overwrites goes into another snapshot of the same volume, which has no room for it: that one gets invalid in the
# middle of the merge, and the merge ends well.
# pvmove: none
# lvm2: each
# deadline: 120

disks_make 1 192
vg_make vg "${disk[@]}"
lv_make vg data 40
run_ok lvcreate -qq -y -s -l 48 -n snap vg/data
data_spoil vg/data 32
run_ok lvcreate -qq -y -s -l 8 -n other vg/data
daemon_start

run_ok lvconvert --merge -i1 vg/snap
volume_is_gone vg/snap || fail "the snapshot is still there after its merge"
data_check vg/data
expect_equal "what lvs says of the other snapshot" "snapshot invalid" \
	"$(lvs --noheadings -o lv_snapshot_invalid vg/other | sed 's/^ *//; s/ *$//')"

run_ok lvremove -y vg/other
