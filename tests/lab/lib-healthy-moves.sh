# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# What tests/lab/healthy_moves runs in a guest: "healthy_run MOVES". Three volumes move from disk to disk and back, with
# verify: always, while one is written to, one holds a file that a program has in its memory, and one is swap.

healthy_mib=8

healthy_prepare() {
	command -v mkfs.ext4 >/dev/null || skip "mkfs.ext4 is not installed (Debian's package e2fsprogs)"
	# A page that was changed while it was written is written again after three seconds at most.
	echo 200 >/proc/sys/vm/dirty_expire_centisecs
	echo 100 >/proc/sys/vm/dirty_writeback_centisecs
	disks_make 2 64
	healthy_slow_down "${disk[0]}" 16
	vg_make vg "${disk[@]}"
	# Two segments, until the first move puts them side by side.
	run_ok lvcreate -qq -y -Wn -Zn -l 12 -n written vg "${disk[0]}:0-5" "${disk[0]}:7-12"
	run_ok lvcreate -qq -y -Wn -Zn -l 24 -n files vg "${disk[0]}"
	run_ok lvcreate -qq -y -Wn -Zn -l $((healthy_mib + 4)) -n swap vg "${disk[0]}"
	run_ok mkfs.ext4 -q /dev/vg/files
	mkdir -p "$lab/files"
	run_ok mount /dev/vg/files "$lab/files"
	run_ok mkswap -q /dev/vg/swap
	run_ok swapon /dev/vg/swap
	echo "plugins: {pvmove: {verify: always}}" >"$lab/lvmpolld.yaml"
	[ "$LAB_STOCK" = 1 ] || daemon_options=(-c "$lab/lvmpolld.yaml")
}

# healthy_slow_down DISK MIB: what is written to it takes longer than to the other one, so that a page that is changed meanwhile
# is not the same on both.
healthy_slow_down() {
	echo "$(<"/sys/block/${1##*/}/dev") $(($2 << 20))" >/run/blkio/blkio.throttle.write_bps_device
}

healthy_begin_writes() {
	local writes="$LAB_PROGRAMS/random-writes"
	job_start written "$writes" disk /dev/vg/written
	job_start mapped "$writes" mapped "$lab/files/file" "$healthy_mib"
	job_start swapped "$writes" swapped - "$healthy_mib"
	healthy_writes=0
	wait_until 20 healthy_writes_go_on
}

# All of them are at work, and pages have gone into the swap.
healthy_writes_go_on() {
	local name
	for name in written mapped swapped; do
		! job_has_ended "$name" || fail "$name: $(<"$lab/job.$name.output")"
	done
	[ "$(awk '$1 == "pswpout" { print $2 }' /proc/vmstat)" -gt 1000 ]
}

# Each has read what it wrote, all along and in the end.
healthy_end_writes() {
	local name
	pkill -TERM -x random-writes
	for name in written mapped swapped; do
		job_wait "$name" 60
		expect_status 0 "$name"
		healthy_writes=$((healthy_writes + output))
	done
	run_ok swapoff /dev/vg/swap
	run_ok umount "$lab/files"
}

healthy_move() {
	local from=$healthy_from
	run_ok pvmove -i1 "${disk[healthy_from]}" "${disk[healthy_to]}"
	expect_disk_empty "${disk[healthy_from]}"
	healthy_writes_go_on
	healthy_expect_no_alarm
	healthy_done=$((healthy_done + 1))
	healthy_from=$healthy_to healthy_to=$from
}

healthy_expect_no_alarm() {
	local alarms
	[ "$LAB_STOCK" = 0 ] || return 0
	# That the kernel takes its time to answer says nothing of the data: on a busy machine it may.
	alarms=$(grep -aE 'data at risk|cannot be compared|given up| (error|warn): ' "$lab/daemon.log" |
		grep -v 'device-mapper does not answer: ' | head -n 5 || true)
	[ -z "$alarms" ] || fail "a false alarm in move $((healthy_done + 1)): $alarms"
}

healthy_run() {
	local comparisons
	healthy_from=0 healthy_to=1 healthy_done=0
	healthy_prepare
	daemon_start
	healthy_begin_writes
	while [ "$healthy_done" -lt "$1" ]; do
		healthy_move
	done
	healthy_end_writes
	comparisons=$(grep -ac 'the copies are the same' "$lab/daemon.log" || true)
	echo "healthy: $healthy_done $comparisons $healthy_writes"
	[ "$LAB_STOCK" = 1 ] || [ "$comparisons" -ge $((3 * healthy_done)) ] || fail "only $comparisons segments were compared"
}
