# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# The disk refuses to take metadata when a thin merge is to be cleared up after: it is tried again, and is over when the disk
# takes it.
# pvmove: none
# stock: fails, because its lvpoll is run once

daemon_is_impatient
disks_make 1 128
disk_make_breakable "${disk[0]}"
vg_make vg "$breakable"
run_ok lvcreate -qq -y --type thin-pool -Zn -l 48 -n pool vg
run_ok lvcreate -qq -y -V 16m --thinpool vg/pool -n data
data_write vg/data
run_ok lvcreate -qq -y -s -kn -n snap vg/data
data_spoil vg/data 8
daemon_start

exec 8</dev/vg/data
run_ok lvconvert --config activation/retry_deactivation=0 --merge vg/snap
exec 8<&-
lvpolls_hold
run_ok lvchange -an vg/data
run_ok lvchange --config activation/polling_interval=1 -ay vg/data
wait_until 20 lvpoll_has_run "--polloperation merge_thin vg/data"
# lvm2's metadata is in front of the first extent, all but its label.
disk_take_no_writes 8 2040 error_writes
lvpolls_release
wait_until 20 operation_has_failed 2
data_check vg/data

disk_mend
wait_until 20 volume_is_gone vg/snap
expect_equal "the pool of vg/data" pool "$(lv_pool vg/data)"
uncollected=1
