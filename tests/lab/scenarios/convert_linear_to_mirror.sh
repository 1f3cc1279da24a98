# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# lvconvert makes a mirror of a linear volume and waits until both legs hold the data.
# pvmove: none
# lvm2: each

disks_make 3 64
vg_make vg "${disk[@]}"
lv_make vg data 24 "${disk[0]}"
daemon_start

run_shown "^ *vg/data: Converted: [0-9.]+%$" lvconvert -y -i1 --type mirror -m1 --mirrorlog core vg/data "${disk[1]}"

expect_mirror_legs vg/data "${disk[0]}" "${disk[1]}"
expect_lvpoll_runs 1 "--polloperation convert vg/data"
