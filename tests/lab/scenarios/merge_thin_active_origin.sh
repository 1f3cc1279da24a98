# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# A thin snapshot replaces at once an origin that nobody uses: there is nothing to poll.
# pvmove: none
# lvm2: each

disks_make 1 128
vg_make vg "${disk[@]}"
run_ok lvcreate -qq -y --type thin-pool -Zn -l 48 -n pool vg
run_ok lvcreate -qq -y -V 16m --thinpool vg/pool -n data
data_write vg/data
run_ok lvcreate -qq -y -s -kn -n snap vg/data
data_spoil vg/data 8
daemon_start

run_ok lvconvert --merge vg/snap
expect_output "Volume vg/snap replaced origin vg/data"
volume_is_gone vg/snap || fail "the snapshot is still there after its merge"
run_ok lvchange -ay vg/data
expect_equal "the pool of vg/data" pool "$(lv_pool vg/data)"
expect_lvpoll_runs 0
