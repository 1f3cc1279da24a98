# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# How long the process that compares both copies of a segment takes, beside cmp of the same two places.
# daemon: own
# deadline: 900
# shellcheck source=bench/lab/lib-bench.sh
. "$bench_lab/lib-bench.sh"

# What is read from each disk is limited to so many KiB a second (0: without a limit).
read_at() {
	local device
	for device in /sys/block/loop*/dev; do
		echo "$(<"$device") $(($1 << 10))" >/run/blkio/blkio.throttle.read_bps_device
	done
}

# As the daemon runs it, whose child it is.
compare_with_ours() {
	"$our_daemon" --compare-copies "$BASHPID" \
		"$(mountpoint -x "${disk[0]}"):2048,$(mountpoint -x "${disk[1]}"):2048,$((mib * 2048))" ||
		fail "the copies are not the same for ours"
}

# Both read the disks themselves: nothing of them is in the page cache.
compare_with_cmp() {
	echo 3 >/proc/sys/vm/drop_caches
	cmp -n $((mib << 20)) -i $((1 << 20)) "${disk[0]}" "${disk[1]}" || fail "the copies are not the same for cmp"
}

# time_both SUFFIX: in turn.
time_both() {
	local who began
	for ((round = 1; round <= rounds; round++)); do
		for who in ours cmp; do
			began=$(now_us)
			"compare_with_$who"
			figure "$who$1" "$(($(now_us) - began))"
		done
	done
}

disks_make 2 $((mib + 1))
head -c "$((mib + 1))M" /dev/urandom >"$lab/disk0"
cp "$lab/disk0" "$lab/disk1"
time_both ""
read_at $((100 * 1024))
time_both .limited
read_at 0
