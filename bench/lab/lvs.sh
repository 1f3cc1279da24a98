# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# How long lvs takes in a VG with 20 operations in flight; and what memory a sleeping lvpoll holds.
# daemon: own
# deadline: 600
# shellcheck source=bench/lab/lib-bench.sh
. "$bench_lab/lib-bench.sh"

moves=20

# Times lvs again and again for so many seconds.
time_lvs() {
	local name=$1 end=$((SECONDS + $2)) began
	while [ "$SECONDS" -lt "$end" ]; do
		began=$(now_us)
		lvs vg >/dev/null
		figure "$name" "$(($(now_us) - began))"
	done
}

lvpoll_memory() {
	local pid
	for pid in $(lvpoll_pids); do
		figure lvpoll_memory "$(awk '$1 == "Pss:" { print $2 }' "/proc/$pid/smaps_rollup")"
	done
}

# What was measured with much fewer would not count.
expect_still_moving() {
	local left
	left=$(dmsetup table --target mirror | wc -l)
	figure left "$left"
	[ "$left" -ge $((moves * 3 / 4)) ] || fail "only $left of $moves moves were left after measuring $1"
}

# A disk can have one move at a time. All share one target, whose metadata would wait behind what they write.
disks_make 1 1600
disks_make "$moves" 72
run_ok vgcreate -qq -y -s 4m vg "${disk[@]}"
run_ok pvchange -qq --metadataignore y "${disk[0]}"
for ((number = 1; number <= moves; number++)); do
	run_ok lvcreate -qq -y -Wn -Zn -l 16 -n "data$number" vg "${disk[number]}"
done
time_lvs none "$seconds"

copy_slowly
bench_daemon_of stock
for ((number = 1; number <= moves; number++)); do
	run_ok pvmove -b "${disk[number]}" "${disk[0]}"
done
time_lvs stock 16
lvpoll_memory
expect_still_moving stock
bench_daemon_stop

for ((round = 1; round <= rounds; round++)); do
	time_lvs unwatched "$seconds"
	bench_daemon_of ours
	run_ok lvchange --poll y vg
	wait_until 30 lvpoll_none
	time_lvs ours "$seconds"
	expect_still_moving ours
	[ "$round" = "$rounds" ] || bench_daemon_stop
done

# There is no memory for all of what was to be moved: the copies stay slow, but an abort must not wait for long.
write_at 32768
run_ok pvmove --abort
wait_until 60 pvmove_none
wait_until 10 lvpoll_none
bench_daemon_stop
