# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# What goes on while data is copied: lvpoll processes, opened disks, locks of the VG.
# daemon: own
# deadline: 300
# shellcheck source=bench/lab/lib-bench.sh
. "$bench_lab/lib-bench.sh"

locks=/run/lock/lvm

count_of() {
	awk -v expression="$1" '$2 ~ expression { sum += $1 } END { print sum + 0 }' "$lab/opens"
}

# The first look, which is part of the start, is over: it has printed its progress, and ours then goes.
is_copying() {
	mirror_is_half_way && [ "$(lvpoll_count)" = "$1" ]
}

watch_a_copy() {
	local who=$1 lvpolls=$2 started counter
	bench_daemon_of "$who"
	run_ok pvmove -b "${disk[0]}" "${disk[1]}"
	wait_until 20 is_copying "$lvpolls"
	started=$(lvpoll_starts)
	"$tools/open_count" "${disk[@]}" "$locks" >"$lab/opens" &
	counter=$!
	sleep "$seconds"
	kernel_has_target mirror || fail "the copy ended while it was watched"
	figure "$who.processes" "$(lvpoll_count)"
	figure "$who.starts" "$(($(lvpoll_starts) - started))"
	kill "$counter"
	wait "$counter" || true
	figure "$who.disks" "$(count_of '^/dev/')"
	figure "$who.locks" "$(count_of '/lock/')"
	copy_fast
	wait_until 60 pvmove_none
	wait_until 10 lvpoll_none
	bench_daemon_stop
}

disks_make 2 500
vg_make vg "${disk[@]}"
run_ok lvcreate -qq -y -Wn -Zn -l 100%PVS -n data vg "${disk[0]}"
for who in "stock 1" "ours 0"; do
	copy_slowly
	# shellcheck disable=SC2086 # two words
	watch_a_copy $who
	disk=("${disk[1]}" "${disk[0]}")
done
