# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# A snapshot whose origin is in use merges when the origin is next activated, in the background.
# pvmove: none
# lvm2: each

disks_make 1 64
vg_make vg "${disk[@]}"
lv_make vg data 16
run_ok lvcreate -qq -y -s -l 16 -n snap vg/data
data_spoil vg/data 8
daemon_start

exec 8</dev/vg/data
run_ok lvconvert --config activation/retry_deactivation=0 --merge -i1 vg/snap
expect_output "Merging of snapshot vg/snap will occur on next activation of vg/data"
expect_lvpoll_runs 0
expect_equal "the number of operations that the daemon knows" 0 "$(dump_count poll)"
exec 8<&-

run_ok lvchange -an vg/data
run_ok lvchange --config activation/polling_interval=1 -ay vg/data
wait_until 20 volume_is_gone vg/snap
expect_on vg/data "${disk[0]}"
expect_lvpoll_runs 1 "--polloperation merge vg/data"
uncollected=1
