# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# lvm.conf changes what lvpoll prints, or lets it print nothing: a fragmented move waits for no interval, as without.
# daemon: own
# deadline: 200

disks_make 2 96
vg_make vg "${disk[@]}"
for name in usual names silent prefix; do
	lv_make_fragmented vg "$name" 3 "${disk[0]}"
done
daemon_start
cp /etc/lvm/lvm.conf "$lab/lvm.conf"
uncollected=0

# So long that the copying itself, on a busy machine, too, does not count. An lvpoll that goes on polling waits for it twice.
interval=150

# move NAME [SETTING]: in less than one interval.
move() {
	local began took
	: >"$lab/lvm.log"
	[ $# -eq 1 ] || printf 'log {\n %s\n}\n' "$2" >>/etc/lvm/lvm.conf
	began=$SECONDS
	run_ok pvmove -b -i $interval -n "vg/$1" "${disk[0]}" "${disk[1]}"
	wait_until 60 pvmove_none
	took=$((SECONDS - began))
	[ "$took" -lt $interval ] || fail "${2:-the usual} takes $took s, which is not less than an interval"
	cp "$lab/lvm.conf" /etc/lvm/lvm.conf
	uncollected=$((uncollected + 1))
	expect_on "vg/$1" "${disk[1]}"
	expect_lvpoll_runs 3 "--polloperation pvmove vg/pvmove0"
}

move usual
for setting in names:'command_names = 1' silent:'silent = 1' prefix:'prefix = "lvm2: "'; do
	move "${setting%%:*}" "${setting#*:}"
done
