# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# pvmove -n moves one volume; what else lies on the disk stays.
# lvm2: each

disks_make 2 64
vg_make vg "${disk[@]}"
lv_make vg moved 16 "${disk[0]}"
lv_make vg left 16 "${disk[0]}"
daemon_start

run_shown "^ *${disk[0]}: Moved: [0-9.]+%$" pvmove -i1 -n vg/moved "${disk[0]}" "${disk[1]}"

expect_on vg/moved "${disk[1]}"
expect_on vg/left "${disk[0]}"
expect_lvpoll_runs 1 "--polloperation pvmove vg/pvmove0"
