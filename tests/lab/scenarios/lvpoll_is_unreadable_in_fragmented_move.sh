# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# lvm.conf changes what lvpoll prints, or lets it print nothing: a fragmented move is as quick as without.
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

# move NAME [SETTING]: with lvm2's own interval of 15 s; milliseconds in $took.
move() {
	local begin
	: >"$lab/lvm.log"
	[ $# -eq 1 ] || printf 'log {\n %s\n}\n' "$2" >>/etc/lvm/lvm.conf
	begin=$(date +%s%N)
	run_ok pvmove -b -n "vg/$1" "${disk[0]}" "${disk[1]}"
	wait_until 60 pvmove_none
	took=$((($(date +%s%N) - begin) / 1000000))
	cp "$lab/lvm.conf" /etc/lvm/lvm.conf
	uncollected=$((uncollected + 1))
	expect_on "vg/$1" "${disk[1]}"
	expect_lvpoll_runs 3 "--polloperation pvmove vg/pvmove0"
}

move usual
usual=$took
for setting in names:'command_names = 1' silent:'silent = 1' prefix:'prefix = "lvm2: "'; do
	move "${setting%%:*}" "${setting#*:}"
	[ "$took" -lt $((2 * usual + 1000)) ] || fail "with $setting it takes $took ms, and $usual ms without"
done
