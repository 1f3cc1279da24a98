# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# log.cmd lets lvpoll print much before each of its lines: there is still one for each step of a fragmented move.
# daemon: own

disks_make 2 64
vg_make vg "${disk[@]}"
lv_make_fragmented vg data 4 "${disk[0]}"
daemon_start -l info,cmd

run_ok pvmove -b -n vg/data "${disk[0]}" "${disk[1]}"
wait_until 40 pvmove_none
expect_on vg/data "${disk[1]}"
expect_lvpoll_runs 4 "--polloperation pvmove vg/pvmove0 -An -vvvv"
uncollected=1
