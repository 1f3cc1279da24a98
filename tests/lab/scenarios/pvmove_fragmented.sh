# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# A volume of many segments moves segment by segment; each is a step of its own for lvpoll.
# lvm2: each

disks_make 2 64
vg_make vg "${disk[@]}"
lv_make_fragmented vg data 6 "${disk[0]}"
daemon_start

run_ok pvmove -i1 -n vg/data "${disk[0]}" "${disk[1]}"

expect_output "^ *${disk[0]}: Moved: [0-9.]+%$"
expect_on vg/data "${disk[1]}"
expect_on vg/data_between "${disk[0]}"
