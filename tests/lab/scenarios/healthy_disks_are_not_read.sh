# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# On disks without errors no byte of the copies is read for a comparison, but with verify: always.
# daemon: own
# guest: own
# deadline: 90

# What is behind the metadata of the target is a device by itself, which lvm2 does not know of: what is read there is counted.
disks_make 3 64
data=/dev/mapper/data
layer_make "$data" "0 114688 linear ${disk[2]} 8192"
disk_make_breakable "${disk[1]}" "0 2048 linear ${disk[1]} 8192
2048 114688 linear $data 0"
vg_make vg "${disk[0]}" "$breakable"
lv_make_fragmented vg data 4 "${disk[0]}"
daemon_start
before=$(sectors_read "$data")
run_ok pvmove -i1 -n vg/data "${disk[0]}" "$breakable"
expect_equal "the number of sectors read of the copies" 0 $(($(sectors_read "$data") - before))
data_check vg/data
daemon_stop

echo "plugins: {pvmove: {verify: always}}" >"$lab/lvmpolld.yaml"
daemon_options=(-c "$lab/lvmpolld.yaml")
daemon_start
before=$(sectors_read "$data")
run_ok pvmove -i1 -n vg/data "$breakable" "${disk[0]}"
# Once to be copied, and once to be compared.
expect_equal "the number of sectors read of the copies" 32768 $(($(sectors_read "$data") - before))
data_check vg/data
