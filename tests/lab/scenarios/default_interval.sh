# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# A volume of many segments moves in less than a fifth of stock's time with an interval without "+"; lvm2's own is 15 s.
# stock: fails, because it goes on to the next segment only when an interval has passed
# lvm2: each
# deadline: 150

segments=6
# Stock's daemon waits so often at least.
waits=$((segments - 1))
interval=15

disks_make 2 64
vg_make vg "${disk[@]}"
lv_make_fragmented vg data $segments "${disk[0]}"
daemon_start

# move_within SECONDS OPTION...: less than that, by the clock. On an idle machine it takes some ten seconds.
move_within() {
	local seconds=$1 began=$SECONDS
	shift
	run_ok pvmove -b -n vg/data "$@"
	wait_until "$seconds" pvmove_none
	[ $((SECONDS - began)) -lt "$seconds" ] || fail "it took $((SECONDS - began)) s, which is not less than $seconds"
}

# Here the copying itself counts as well, on a busy machine above all: less than stock's time. The fifth is asserted below.
move_within $((waits * interval)) "${disk[0]}" "${disk[1]}"
expect_on vg/data "${disk[1]}"
expect_on vg/data_between "${disk[0]}"

# So long an interval that the copying itself does not count.
interval=$((interval * 10))
move_within $((waits * interval / 5)) -i $interval "${disk[1]}" "${disk[0]}"
expect_on vg/data "${disk[0]}"
uncollected=2
