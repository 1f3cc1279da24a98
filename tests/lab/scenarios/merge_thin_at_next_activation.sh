# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# A thin snapshot whose origin is in use merges when the origin is next activated.
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

exec 8</dev/vg/data
run_ok lvconvert --config activation/retry_deactivation=0 --merge vg/snap
expect_output "Merging of thin snapshot vg/snap will occur on next activation of vg/data"
exec 8<&-

run_ok lvchange -an vg/data
run_ok lvchange --config activation/polling_interval=1 -ay vg/data
wait_until 20 volume_is_gone vg/snap
expect_equal "the pool of vg/data" pool "$(lv_pool vg/data)"
expect_lvpoll_runs 1 "--polloperation merge_thin vg/data"
uncollected=1
