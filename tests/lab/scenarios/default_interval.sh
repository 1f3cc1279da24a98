# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# A volume of many segments moves in less than a fifth of stock's time with an interval without "+"; lvm2's own is 15 s.
# stock: fails, because it goes on to the next segment only when an interval has passed
# lvm2: each

segments=6
# Stock's daemon waits so often at least.
waits=$((segments - 1))
interval=15

disks_make 2 64
vg_make vg "${disk[@]}"
lv_make_fragmented vg data $segments "${disk[0]}"
daemon_start

# With an idle machine in seconds; how slow this one is must not matter.
run_ok pvmove -b -n vg/data "${disk[0]}" "${disk[1]}"
wait_until $((waits * interval * 4 / 5)) pvmove_none
expect_on vg/data "${disk[1]}"
expect_on vg/data_between "${disk[0]}"

# So long an interval that the copying itself does not count.
interval=$((interval * 10))
run_ok pvmove -b -i $interval -n vg/data "${disk[1]}" "${disk[0]}"
wait_until $((waits * interval / 5)) pvmove_none
expect_on vg/data "${disk[0]}"
uncollected=2
