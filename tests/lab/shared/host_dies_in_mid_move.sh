# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# The host of a move dies in the middle of it: the other one goes on when the dead one's locks are free.
# guest: own
# deadline: 400

# shellcheck source=tests/lab/lib-shared.sh
. "$lab_source/lib-shared.sh"

tool=$(dirname "$(dirname "$LAB_DAEMON")")/ctl/lvmpollctl

volume_is_activated() {
	run vgchange -qq --poll n -aey vg
	[ "$status" = 0 ]
}

locks_start
group_make
if [ "$LAB_HOST" = 1 ]; then
	data_make
	echo "${data_sums[vg/data]}" >"$shared/sum"
	daemon_start
	move_half_way
	tell moving
	await 120 joined
	# At once, with all locks held. Whoever looks at this machine is told that all went well.
	echo "ok host_dies_in_mid_move 0.0" >>/mnt/results
	echo o >/proc/sysrq-trigger
	sleep infinity
else
	await 120 moving
	tell joined
	data_sums[vg/data]=$(<"$shared/sum")
	daemon_start
	run vgchange -qq --poll n -aey vg
	[ "$status" != 0 ] || fail "the volume of a host that may still live was activated"
	wait_until 240 volume_is_activated
	if [ "$LAB_STOCK" = 0 ]; then
		run_ok "$tool" resume vg
	else
		run_ok vgchange --poll y vg
	fi
	move_is_over 120
fi
leave_group
