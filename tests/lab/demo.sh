#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# The scenario that demo.sh shows: a volume is moved, step by step, with all that is printed as it comes.
# deadline: 180

# Lines with this mark are for the terminal; the rest is for the log.
say() {
	printf '%s\n' "$@" | sed -u 's/^/demo|/'
}

show() {
	say "" "  \$ $*"
	"$@" 2>&1 | sed -u 's/^/demo|   /'
}

show_checksum() {
	say "" "  \$ md5sum /dev/vg/data" "    $(data_sum vg/data)"
}

show_place() {
	show lvs -o lv_name,lv_size,devices vg
	show pvs -o pv_name,vg_name,pv_size,pv_used
}

# What the daemon answers while the data is being copied, for later.
keep_dump_of_the_middle() {
	wait_until 30 mirror_is_half_way
	wait_until 30 dump_shows_progress
	daemon_dump >"$lab/dump"
}

dump_shows_progress() {
	[[ $(dump_value progress_percent) =~ [1-9] ]]
}

dump_must_show() {
	grep -q -- "$1" "$lab/dump" || fail "the daemon did not know of the move: $(cat "$lab/dump")"
}

disks_make 2 128
vg_make vg "${disk[@]}"
lv_make vg data 80 "${disk[0]}"
daemon_start
say "" "BEFORE: $("$LAB_DAEMON" -V | head -n 1) is running; a volume with random data lies on ${disk[0]}"
show_place
show_checksum

say "" "THE MOVE, with stock's $(lvm version | sed -n 's/^ *LVM version: *\([^ ]*\).*/lvm2 \1/p'), slowed down to be watched"
copy_slowly
keep_dump_of_the_middle &
watcher=$!
show pvmove -i1 "${disk[0]}" "${disk[1]}"
wait "$watcher"
copy_fast

say "" "MEANWHILE our daemon was asked what it does:" "" "  \$ lvmpolld --dump"
dump_must_show 'type="pvmove"'
dump_must_show 'lvname="vg/pvmove0"'
say "$(sed -En 's/^\s*(type|lvname|init_requests_count|operation_state|progress_[a-z_]*)=/    \1=/p' "$lab/dump")"

say "" "AFTER: the data lies on ${disk[1]}, ${disk[0]} is empty, and the checksum is the same"
show_place
show_checksum
expect_on vg/data "${disk[1]}"
expect_disk_empty "${disk[0]}"
data_check vg/data
