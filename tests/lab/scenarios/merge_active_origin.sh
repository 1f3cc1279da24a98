# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# A snapshot merges at once into an active origin that nobody uses; the origin is then as it was.
# pvmove: none
# lvm2: each

disks_make 1 64
vg_make vg "${disk[@]}"
lv_make vg data 16
run_ok lvcreate -qq -y -s -l 16 -n snap vg/data
data_spoil vg/data 8
daemon_start

run_shown "^ *vg/data: Merged: [0-9.]+%$" lvconvert --merge -i1 vg/snap

expect_output "Merging of volume vg/snap started"
volume_is_gone vg/snap || fail "the snapshot is still there after its merge"
expect_on vg/data "${disk[0]}"
expect_lvpoll_runs 1 "--polloperation merge vg/data"
