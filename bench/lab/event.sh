# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# How long it takes from the kernel's event, when a segment is in sync, to the start of lvpoll.
# daemon: own
# deadline: 900
# shellcheck source=bench/lab/lib-bench.sh
. "$bench_lab/lib-bench.sh"

# The time of each start of lvpoll since the latest event of the move's device before it; the copies are slow
# enough that the lvpoll before has ended by then.
print_delays() {
	sort -n "$lab/events" <(grep ' lvpoll ' "$starts" | sed 's/ .* lvpoll .*/ start/') | awk '
		$2 == "start" { if (event) print "FIGURE delay", $1 - event; event = 0; next }
		$2 ~ /-pvmove/ { event = $1 }'
}

disks_make 2 512
run_ok vgcreate -qq -y -s 4m vg "${disk[@]}"
copy_slowly
for ((round = 1; round <= rounds; round++)); do
	bench_fragmented vg/data 10 4 "${disk[0]}"
	bench_daemon_of ours
	"$tools/dm_watch" events >"$lab/events" &
	events=$!
	run_ok pvmove -b "${disk[0]}" "${disk[1]}"
	dm_watch gone vg-pvmove0 >/dev/null
	kill "$events"
	wait "$events" || true
	wait_until 10 lvpoll_none
	print_delays
	bench_daemon_stop
	run_ok lvremove -qq -y vg/data
done
