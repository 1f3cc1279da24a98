# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# What scenarios do while an operation is under way: holding it up, renaming, breaking a disk.

# --- an operation in its middle -----------------------------------------------------------------------------

# slow_move_start [OPTION...]: vg/data, 48 MiB, moves in the background from the first disk to the second, and is in
# the middle when this returns; it then goes on slowly until copy_fast.
slow_move_start() {
	disks_make 2 64
	vg_make vg "${disk[@]}"
	lv_make vg data 48 "${disk[0]}"
	daemon_start
	copy_slowly
	run_ok pvmove -b -i1 "$@" "${disk[0]}" "${disk[1]}"
	wait_until 10 mirror_is_half_way
	copy_slower
	uncollected=1
}

# A snapshot of which 32 MiB are used merges in the background into vg/data, with lvm2's own interval of 15 s, and is in
# the middle when this returns; it then goes on slowly until copy_fast.
slow_merge_start() {
	disks_make 1 128
	vg_make vg "${disk[@]}"
	lv_make vg data 40
	run_ok lvcreate -qq -y -s -l 48 -n snap vg/data
	data_spoil vg/data 32
	daemon_start
	write_at 1024
	run_ok lvconvert --merge -b vg/snap
	wait_until 5 kernel_has_target snapshot-merge
	copy_slower
	uncollected=1
}

# Every mirror of the kernel has copied all that it has to copy.
mirror_is_in_sync() {
	dmsetup status --target mirror | awk '
		{ for (i = 1; i <= NF; i++) if (split($i, part, "/") == 2) { mirrors++; copied += part[1] == part[2] } }
		END { exit !(mirrors > 0 && copied == mirrors) }'
}

# segment_is_half_way SECTORS: a mirror of this length has copied some of its data, and has some still to copy.
segment_is_half_way() {
	dmsetup status --target mirror | awk -v sectors="$1" '
		$3 == sectors { split($8, part, "/"); found = part[1] > 0 && part[1] < part[2] } END { exit !found }'
}

# first_segment_is_mirrored VG/NAME: the first line of its table is a mirror, as at the beginning of a move.
first_segment_is_mirrored() {
	dmsetup table "${1/\//-}" | head -n 1 | grep -q ' mirror '
}

# The kernel's merge has put everything back: only the snapshot's own metadata is left in it.
merge_has_copied_all() {
	dmsetup status --target snapshot-merge | awk '{ split($5, used, "/"); found = used[1] == $6 } END { exit !found }'
}

# vg/data, a mirror of 24 MiB on the first two of four disks, with a log on the last.
mirror_make() {
	disks_make 4 64
	vg_make vg "${disk[@]}"
	lv_make vg data 24 "${disk[0]}"
	daemon_start
	run_ok lvconvert -y -i1 --type mirror -m1 --mirrorlog disk vg/data "${disk[1]}" "${disk[3]}"
	: >"$lab/lvm.log"
}

# A third leg for that mirror is made on the third disk, in the background; it is in the middle when this returns, and
# goes on slowly until copy_fast.
slow_conversion_start() {
	write_at 1024
	run_ok lvconvert -y -b -i1 --type mirror -m2 vg/data "${disk[2]}"
	wait_until 10 mirror_is_half_way
	copy_slower
	uncollected=1
}

# lvm2 makes a further leg by a layer over the mirror, which is there until the conversion is over.
conversion_is_over() {
	local names
	names=$(lvs -a --noheadings -o lv_name) || return 1
	[[ $names != *mimagetmp* ]]
}

# expect_moved VG/NAME: the move from the first disk to the second is over, and has left nothing on the first.
expect_moved() {
	expect_on "$1" "${disk[1]}"
	expect_disk_empty "${disk[0]}"
}

# What pvmove in the foreground says is true: it may give up, since it reads the metadata itself, but not say that all is
# well before it is.
expect_no_false_end() {
	if [ "$status" = 0 ]; then
		pvmove_none || fail "pvmove ended with status 0 before the move was finished"
	else
		expect_output "Can't reread VG"
		uncollected=1
	fi
}

# A volume or its group has another name now: its data must still be the same.
data_renamed() {
	data_sums[$2]=${data_sums[$1]}
	unset "data_sums[$1]"
}

# --- holding lvpoll up --------------------------------------------------------------------------------------

# From here on each lvpoll that the daemon starts waits before it does anything.
lvpolls_hold() {
	: >"$lab/hold"
}

lvpolls_release() {
	rm "$lab/hold"
}

# A mirror is in sync and its step begins: it will hold the lock of its group for long, since until copy_fast the metadata take
# their time to be written.
step_held_in_lock() {
	local runs
	runs=$(lvpoll_runs)
	lvpolls_hold
	copy_fast
	wait_until 20 step_is_held "$runs"
	write_at 8
	lvpolls_release
}

step_is_held() {
	mirror_is_in_sync && [ "$(lvpoll_runs)" -gt "$1" ]
}

# Without a pause, or the moment would be over.
await_lvpoll_in_lock() {
	local end=$((SECONDS + 30 * patience))
	until lvpoll_in_lock; do
		[ "$SECONDS" -lt "$end" ] || fail "no moment was found in which an lvpoll had the lock"
	done
}

# Without a child, for the same reason: $lvpoll_in_lock is the lvpoll that has the lock of its group for writing.
lvpoll_in_lock() {
	local kind mode pid command
	while read -r _ kind _ mode pid _; do
		if [ "$kind $mode" = "FLOCK WRITE" ] && read -r command <"/proc/$pid/comm" && [ "$command" = lvm ]; then
			lvpoll_in_lock=$pid
			return 0
		fi
	done </proc/locks
	return 1
} 2>/dev/null

# From here on each lvm command of the daemon does nothing and ends with a status, until lvm_works.
lvm_fails() {
	mv "$lab/lvm" "$lab/lvm.works"
	printf '#!/bin/sh\nexit %s\n' "$1" >"$lab/lvm.new"
	chmod +x "$lab/lvm.new"
	mv "$lab/lvm.new" "$lab/lvm"
}

lvm_works() {
	mv "$lab/lvm.works" "$lab/lvm"
}

# vg_lock_take VG: another command has the group's lock, as one that writes metadata does.
vg_lock_take() {
	wait_until 20 vg_lock_is_taken "$1"
}

# lvm2 removes the file when it lets go of the lock: whoever has waited for it may then have one that keeps nobody out, and takes
# it anew.
vg_lock_is_taken() {
	local descriptor
	flock --no-fork "/run/lock/lvm/V_$1" sleep 600 &
	vg_lock_pid=$!
	wait_until 20 vg_lock_is_had
	for descriptor in "/proc/$vg_lock_pid/fd"/*; do
		[ ! "/run/lock/lvm/V_$1" -ef "$descriptor" ] || return 0
	done
	vg_lock_release
	return 1
}

# With it flock becomes the command that keeps it.
vg_lock_is_had() {
	[ "$(<"/proc/$vg_lock_pid/comm")" = sleep ]
}

vg_is_locked() {
	! flock --nonblock "/run/lock/lvm/V_$1" true
}

vg_lock_release() {
	kill "$vg_lock_pid"
	wait "$vg_lock_pid" 2>/dev/null || true
}

# --- disks that break ---------------------------------------------------------------------------------------

# disk_make_breakable DISK [TABLE]: puts a layer over a disk, all but its first 4 MiB, or as TABLE says, which lvm2 then sees
# as another disk: it can break. $breakable is its name.
disk_make_breakable() {
	breakable=/dev/mapper/loop_breakable
	breakable_table=${2:-"0 $(($(blockdev --getsz "$1") - 8192)) linear $1 8192"}
	layer_make "$breakable" "$breakable_table"
}

# From here on all I/O to it fails.
disk_break() {
	disk_replace "0 $(blockdev --getsz "$breakable") error"
}

# disk_spoil START LENGTH: from here on I/O fails to these sectors of it.
disk_spoil() {
	disk_replace "$(breakable_table_with "$1" "$2" error)"
}

# breakable_table_with START LENGTH TYPE [ARGUMENT...]: its table with these sectors, which lie in one line of it, as another
# target. One with arguments gets the place of what lies there before them.
breakable_table_with() {
	awk -v bad="$1" -v sectors="$2" -v type="$3" -v arguments="${*:4}" '
		$1 > bad || bad >= $1 + $2 { print; next }
		{
			before = bad - $1
			after = $2 - before - sectors
			place = arguments == "" ? "" : " " $4 " " ($5 + before) " " arguments
			if (before > 0)
				print $1, before, $3, $4, $5
			print bad, sectors, type place
			if (after > 0)
				print bad + sectors, after, $3, $4, $5 + before + sectors
		}' <<<"$breakable_table"
}

disk_mend() {
	disk_replace "$breakable_table"
}

disk_replace() {
	run_ok dmsetup suspend --noflush --nolockfs "$breakable"
	printf "%s\n" "$1" >"$lab/table"
	run_ok dmsetup load "$breakable" "$lab/table"
	run_ok dmsetup resume "$breakable"
}

mirror_has_failed_leg() {
	dmsetup status --target mirror | grep -Eq ' [0-9]+/[0-9]+ 1 [A-Z]*[FDSRU]'
}
