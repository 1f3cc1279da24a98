# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# How long pvmove -b of 20 MiB in 10 segments takes at the default interval.
# daemon: own
# deadline: 1800
# shellcheck source=bench/lab/lib-bench.sh
. "$bench_lab/lib-bench.sh"

# Begins the move; from its return to the end of the pvmove device is what is measured.
move_with_daemon() {
	local began
	bench_daemon_of "$1"
	run_ok pvmove -b "${disk[0]}" "${disk[1]}"
	began=$(dm_watch now)
	figure "$1" "$(($(dm_watch gone vg-pvmove0) - began))"
	wait_until 10 lvpoll_none
	figure "$1.lvpolls" "$(lvpoll_starts)"
	bench_daemon_stop
}

# The same without any daemon: an lvpoll as soon as a segment is in sync, one after another. The request of pvmove goes
# to a daemon whose lvm does nothing.
move_with_bare_lvpolls() {
	local began runs=0
	bench_daemon "$stock" -B /bin/true
	run_ok pvmove -b "${disk[0]}" "${disk[1]}"
	began=$(dm_watch now)
	while [ "$(dm_watch exists vg-pvmove0)" = 1 ]; do
		dm_watch synced vg-pvmove0 >/dev/null
		"$tools/lvpoll_once" /sbin/lvm lvpoll --interval 15 --polloperation pvmove vg/pvmove0 -An || true
		runs=$((runs + 1))
	done
	figure bare "$(($(dm_watch gone vg-pvmove0) - began))"
	figure bare.lvpolls "$runs"
	bench_daemon_stop
}

moved() {
	bench_fragmented vg/data 10 2 "${disk[0]}"
	"$@"
	pvmove_none || fail "a pvmove volume is left after $*"
	expect_on vg/data "${disk[1]}"
	run_ok lvremove -qq -y vg/data
}

disks_make 2 64
vg_make vg "${disk[@]}"
for ((round = 1; round <= rounds; round++)); do
	moved move_with_daemon ours
	moved move_with_bare_lvpolls
	if [ "$round" -le "$stock_rounds" ]; then
		moved move_with_daemon stock
	fi
done
