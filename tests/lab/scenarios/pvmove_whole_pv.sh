# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# pvmove of a whole physical volume empties it: all its volumes move, data on other disks stays where it is.
# lvm2: each

disks_make 3 64
vg_make vg "${disk[@]}"
lv_make vg first 12 "${disk[0]}"
lv_make vg second 8 "${disk[0]}"
lv_make vg third 4 "${disk[0]}"
lv_make vg elsewhere 8 "${disk[2]}"
daemon_start

run_ok pvmove -i1 "${disk[0]}"

expect_output "^ *${disk[0]}: Moved: [0-9.]+%$"
expect_disk_empty "${disk[0]}"
expect_on vg/elsewhere "${disk[2]}"
expect_lvpoll_runs 1 "--polloperation pvmove vg/pvmove0" 3
