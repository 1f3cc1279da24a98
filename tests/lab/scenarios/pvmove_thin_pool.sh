# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# The data of a thin pool in use moves to another disk, watched like any other.
# lvm2: each

disks_make 2 128
vg_make vg "${disk[@]}"
run_ok lvcreate -qq -y --type thin-pool -Zn -l 40 -n pool vg "${disk[0]}"
run_ok lvcreate -qq -y -V 24m --thinpool vg/pool -n data
data_write vg/data
daemon_start

run_shown "^ *${disk[0]}: Moved: [0-9.]+%$" pvmove -i1 -n vg/pool_tdata "${disk[0]}" "${disk[1]}"

expect_on vg/pool_tdata "${disk[1]}"
expect_lvpoll_runs 1 "--polloperation pvmove vg/pvmove0"
