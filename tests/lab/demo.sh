#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# The scenario that demo.sh shows: a volume in four pieces is moved through our daemon, another one like it through stock's.
# deadline: 240

segments=4
segment_mib=6
stock_daemon=/sbin/lvmpolld
# Commands are run as they are shown.
PATH=${LAB_DAEMON%/*}:${LAB_DAEMON%/*/*}/ctl:$PATH
command -v lvmpollctl >/dev/null || fail "lvmpollctl was not built, since libsmartcols was missing"
export LVM_LVMPOLLD_SOCKET=$daemon_socket

# Lines with this mark are for the terminal; the rest is for the log.
say() {
	printf '%s\n' "$@" | sed -u 's/^/demo|/'
}

# show COMMAND: a line of shell, and what it prints.
show() {
	say "" "  \$ $1"
	bash -o pipefail -c "$1" 2>&1 | sed -u 's/^/demo|   /'
}

# Two volumes that lie on the first disk in turns, a piece of each.
volumes_make() {
	local piece volume
	for volume in data other; do
		run_ok lvcreate -qq -y -Wn -Zn -l "$segment_mib" -n "$volume" vg "${disk[0]}"
	done
	for ((piece = 1; piece < segments; piece++)); do
		for volume in data other; do
			run_ok lvextend -qq -l "+$segment_mib" "vg/$volume" "${disk[0]}"
		done
	done
	for volume in data other; do
		expect_equal "the number of segments of vg/$volume" "$segments" "$(lv_segments "vg/$volume")"
		data_write "vg/$volume"
	done
}

# Past the page cache, which would show old data whatever the disk holds.
show_checksum() {
	show "dd if=/dev/vg/$1 bs=1M iflag=direct status=none | md5sum"
}

show_place() {
	show "lvs -o lv_name,lv_size,devices vg"
}

# Half of the data is moved, or more.
half_is_moved() {
	percent=$(lvmpollctl list --raw --noheadings --output PERCENT | cut -d . -f 1)
	[ "${percent:-0}" -ge 50 ]
}

move_is_over() {
	! dmsetup info vg-pvmove0 >/dev/null 2>&1
}

# The watch sees the whole of the move, and ends with it.
watch_begin() {
	say "" "  \$ lvmpollctl watch | cat        # a line for each change; on a terminal a bar, which moves"
	lvmpollctl watch >"$lab/watch" 2>&1 &
	watch=$!
	tail --pid "$watch" -f "$lab/watch" | sed -u 's/^/demo|   /' &
	watch_shown=$!
}

watch_end() {
	wait "$watch" || fail "lvmpollctl watch ended with status $?: $(cat "$lab/watch")"
	wait "$watch_shown"
	grep -q 'vg/pvmove0 pvmove copying .*%' "$lab/watch" || fail "lvmpollctl watch has shown no progress: $(cat "$lab/watch")"
	grep -q 'vg/pvmove0 pvmove is finished after' "$lab/watch" || fail "lvmpollctl watch has shown no end: $(cat "$lab/watch")"
}

# move_begin VOLUME: at lvm2's own interval of 15 s.
move_begin() {
	moved=$1 began=${EPOCHREALTIME/./}
	show "pvmove -b -n $moved ${disk[0]} ${disk[1]}"
}

# Sets $seconds to what the move took.
move_end() {
	wait_until 120 move_is_over
	seconds=$(((${EPOCHREALTIME/./} - began) / 100000))
	seconds=$((seconds / 10)).$((seconds % 10))
	wait_until 10 pvmove_none
	expect_on "vg/$moved" "${disk[1]}"
	data_check "vg/$moved"
}

disks_make 2 128
vg_make vg "${disk[@]}"
volumes_make
daemon_start
lvm2=$(lvm version | sed -n 's/^ *LVM version: *\([^ ]*\).*/\1/p')
say "" "BEFORE: two volumes with random data, each in $segments pieces of $segment_mib MiB, lie on ${disk[0]}"
show_place
show_checksum data

say "" "OURS: lvm2 $lvm2 moves one of them through our daemon, $(lvmpolld -V | head -n 1). The disks are slowed down, to be watched."
copy_slowly
move_begin data
watch_begin
wait_until 30 half_is_moved
show "lvmpollctl status vg/pvmove0"
move_end
watch_end
ours=$seconds
say "" "It was over after $ours s: $segments pieces, one after another. The checksum is the same:"
show_checksum data
show "lvmpollctl history"
daemon_stop

say "" "STOCK: the same with the other one, through the daemon of the package lvm2, $stock_daemon"
LAB_DAEMON=$stock_daemon daemon_start
move_begin other
say "" "  (it looks once in 15 s whether a piece is done)"
move_end
daemon_stop
copy_fast

say "" "AFTER: both lie on ${disk[1]}, and ${disk[0]} is empty"
show_place
expect_disk_empty "${disk[0]}"
say "" "  through ours:    $ours s" "  through stock's: $seconds s"
