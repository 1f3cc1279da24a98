# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# pvmove in the foreground moves a volume with data to another disk and shows its progress.
# lvm2: each

disks_make 2 64
vg_make vg "${disk[@]}"
lv_make vg data 32 "${disk[0]}"
daemon_start

run_shown "^ *${disk[0]}: Moved: [0-9.]+%$" pvmove -i1 "${disk[0]}" "${disk[1]}"

expect_on vg/data "${disk[1]}"
expect_disk_empty "${disk[0]}"
expect_lvpoll_runs 1 "--polloperation pvmove vg/pvmove0"
