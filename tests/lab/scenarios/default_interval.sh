# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# A volume of many segments moves within seconds with lvm2's own interval of 15 s.
# stock: fails, because it goes on to the next segment only when an interval has passed
# lvm2: each

disks_make 2 64
vg_make vg "${disk[@]}"
lv_make_fragmented vg data 6 "${disk[0]}"
daemon_start

run_ok pvmove -b -n vg/data "${disk[0]}" "${disk[1]}"
wait_until 20 pvmove_none
expect_on vg/data "${disk[1]}"
expect_on vg/data_between "${disk[0]}"
uncollected=1
