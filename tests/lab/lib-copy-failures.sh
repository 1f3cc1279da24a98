# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# What scenarios do with copies that fail: a move with a bad place, and what must be true of it afterwards.

# The first of two disks of 64 MiB, or the second ("source" or "target"), can break; $from and $to are what lvm2 sees.
# A difference between two copies settles soon, and those who wait are told soon.
failing_disks_make() {
	disks_make 2 64
	if [ "$1" = source ]; then
		disk_make_breakable "${disk[0]}"
		from=$breakable to=${disk[1]}
	else
		disk_make_breakable "${disk[1]}"
		from=${disk[0]} to=$breakable
	fi
	vg_make vg "$from" "$to"
	echo 50 >/proc/sys/vm/dirty_expire_centisecs
	echo 50 >/proc/sys/vm/dirty_writeback_centisecs
	daemon_is_impatient
}

# disk_take_no_writes START LENGTH HOW: from here on writes to these sectors of the breakable disk fail ("error_writes"), or
# are lost without a word ("drop_writes"); what lies there can be read.
disk_take_no_writes() {
	disk_replace "$(breakable_table_with "$1" "$2" flakey 0 1000000 1 "$3")"
}

# The log of the kernel tells of a copy that failed, COUNT times at least.
kernel_has_told() {
	[ "$(dmesg | grep -c 'device-mapper: raid1: ')" -ge "$1" ]
}

# The kernel writes ten lines about failures in five seconds, for all mirrors together. From here on another mirror, to a disk
# that takes nothing, has taken them all; its regions are small, so that it fails often.
kernel_log_flood() {
	truncate -s 16M "$lab/flood"
	flood=$(losetup --find --show "$lab/flood")
	layer_make /dev/mapper/nowhere "0 32768 error"
	dmesg --clear
	layer_make /dev/mapper/flood "0 32768 mirror core 1 64 2 $flood 0 /dev/mapper/nowhere 0"
	wait_until 10 kernel_has_told 10
}

kernel_log_flood_end() {
	layers_remove /dev/mapper/flood /dev/mapper/nowhere
	losetup -d "$flood"
}

# Whoever waited was not told that all is well.
expect_held() {
	[ "$status" != 0 ] || fail "pvmove ended with status 0"
	expect_data_held
}

# All data is as it was, and an abort lets what was not moved yet, the segment that failed among it, stay where it was.
expect_data_held() {
	disk_mend
	data_check vg/data
	run_ok pvmove --abort
	wait_until 20 pvmove_none
	[[ " $(lv_disks vg/data) " == *" $from "* ]] || fail "nothing of vg/data is in its old place: $(lv_disks vg/data)"
	data_check vg/data
}

# Sectors that were read from a disk so far.
sectors_read() {
	awk '{ print $3 }' "/sys/dev/block/$(mountpoint -x "$1")/stat"
}
