# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# lvconvert adds a third leg to a mirror, and waits until it holds the data.
# pvmove: none
# lvm2: each

disks_make 3 64
vg_make vg "${disk[@]}"
lv_make vg data 24 "${disk[0]}"
daemon_start
run_ok lvconvert -y -i1 --type mirror -m1 --mirrorlog core vg/data "${disk[1]}"

run_shown "^ *vg/data: Converted: [0-9.]+%$" lvconvert -y -i1 --type mirror -m2 --mirrorlog core vg/data "${disk[2]}"

expect_mirror_legs vg/data "${disk[@]}"
expect_lvpoll_runs 2 "--polloperation convert vg/data"
