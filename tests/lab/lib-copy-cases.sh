# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# One case of tests/lab/copy_failures: "copy_case SIDE PLACE MIB SHAPE PACE". A segment of so many MiB is moved, and a place of
# 4 KiB in it cannot be copied.
#   SIDE   target: it cannot be written; of some cases, it cannot be read either. source: it cannot be read.
#   PLACE  first, middle or last: where in the segment it is
#   SHAPE  whole: the volume is one segment. fragmented: three, and the second is hit. atomic: two volumes are moved as one, and
#          the second is hit. beside: two other moves of the group are under way at the same time.
#   PACE   full_speed. throttled: copying takes seconds. daemon_dead: the copy fails while no daemon runs. log_full: the
#          kernel's log has no line about it.

# From so many MiB on, what is in no window below is a hole in the disks' files, or is not kept at all: there is not so much
# memory.
copy_case_large=128

copy_case() {
	case_side=$1 case_place=$2 case_mib=$3 case_shape=$4 case_pace=$5
	case_segments=1 case_hit=0 case_gap=0
	case $case_shape in
	fragmented) case_segments=3 case_hit=1 case_gap=1 ;;
	atomic) case_segments=2 case_hit=1 ;;
	esac
	copy_case_prepare
	copy_case_move
	copy_case_judge
}

# --- disks and volumes ------------------------------------------------------------------------------------------

copy_case_prepare() {
	echo 50 >/proc/sys/vm/dirty_expire_centisecs
	echo 50 >/proc/sys/vm/dirty_writeback_centisecs
	daemon_is_impatient
	disks_make 2 $((case_segments * (case_mib + case_gap) + 9))
	[ "$case_shape" != beside ] || disks_make 4 "$((case_mib + 5))"
	from=${disk[0]} to=${disk[1]}
	copy_case_layers
	vg_make vg "$from" "$to" "${disk[@]:2}"
	copy_case_volumes
	daemon_start
}

# The disk that fails is a layer; so is a target on which not all is kept.
copy_case_layers() {
	local target=()
	[ "$case_mib" -lt "$copy_case_large" ] || target=("$(copy_case_target_table)")
	if [ "$case_side" = source ]; then
		disk_make_breakable "$from"
		from=$breakable
		[ ${#target[@]} = 0 ] || layer_make /dev/mapper/loop_target "${target[@]}"
		[ ${#target[@]} = 0 ] || to=/dev/mapper/loop_target
	else
		disk_make_breakable "$to" "${target[@]}"
		to=$breakable
	fi
}

# Where in a segment of that size there is data, in MiB from its beginning.
copy_case_windows() {
	printf '%s\n' 0 $((case_mib / 2 - 1)) $((case_mib / 2)) $((case_mib - 1))
}

# Metadata and windows are kept, what lies between them reads as zeros. The first MiB is lvm2's.
copy_case_target_table() {
	local segment window mib=0 kept=(0)
	for ((segment = 0; segment < case_segments; segment++)); do
		for window in $(copy_case_windows); do
			kept+=($((1 + segment * case_mib + window)))
		done
	done
	for window in "${kept[@]}"; do
		[ "$window" = "$mib" ] || printf '%d %d zero\n' $((mib * 2048)) $(((window - mib) * 2048))
		printf '%d 2048 linear %s %d\n' $((window * 2048)) "$to" $(((window + 4) * 2048))
		mib=$((window + 1))
	done
	printf '%d %d linear %s %d\n' $((mib * 2048)) $((4 * 2048)) "$to" $(((mib + 4) * 2048))
}

# The extent, of 1 MiB, at which a segment begins on the source.
copy_case_extent() {
	echo $(($1 * (case_mib + case_gap)))
}

copy_case_volumes() {
	local segment first ranges=()
	for ((segment = 0; segment < case_segments; segment++)); do
		first=$(copy_case_extent "$segment")
		ranges+=("$from:$first-$((first + case_mib - 1))")
	done
	case $case_shape in
	atomic)
		copy_case_volume before 1 "${ranges[0]}"
		copy_case_volume data 1 "${ranges[1]}"
		;;
	beside)
		copy_case_volume data 1 "${ranges[0]}"
		lv_make vg second "$case_mib" "${disk[2]}"
		lv_make vg third "$case_mib" "${disk[4]}"
		;;
	*) copy_case_volume data "$case_segments" "${ranges[@]}" ;;
	esac
}

# copy_case_volume NAME SEGMENTS RANGE...
copy_case_volume() {
	local name=$1 segments=$2 segment window
	shift 2
	run_ok lvcreate -qq -y -Wn -Zn -l $((segments * case_mib)) -n "$name" vg "$@"
	expect_equal "the number of segments of vg/$name" "$segments" "$(lv_segments "vg/$name")"
	if [ "$case_mib" -lt "$copy_case_large" ]; then
		data_write "vg/$name"
		return
	fi
	for ((segment = 0; segment < segments; segment++)); do
		for window in $(copy_case_windows); do
			head -c 1M /dev/urandom |
				dd of="/dev/vg/$name" bs=1M seek=$((segment * case_mib + window)) iflag=fullblock oflag=direct conv=notrunc status=none
		done
	done
	data_sums["vg/$name"]=$(data_sum "vg/$name")
}

# --- the move ---------------------------------------------------------------------------------------------------

# The first of the eight sectors that fail, of the breakable disk. On an empty target segments lie one behind another.
copy_case_sector() {
	local extent offset=0
	extent=$(copy_case_extent "$case_hit")
	[ "$case_side" = source ] || extent=$((case_hit * case_mib))
	case $case_place in
	middle) offset=$((case_mib * 1024)) ;;
	last) offset=$((case_mib * 2048 - 8)) ;;
	esac
	echo $((2048 + extent * 2048 + offset))
}

# Of the sizes that a target fails with, some can then be read there, some cannot.
copy_case_break() {
	if [ "$case_side" = source ] || [[ $case_mib =~ ^(8|256)$ ]]; then
		disk_spoil "$(copy_case_sector)" 8
	else
		disk_take_no_writes "$(copy_case_sector)" 8 error_writes
	fi
}

# The status of who waits is in $status afterwards.
copy_case_move() {
	local options=(-i1)
	[ "$case_shape" != atomic ] || options+=(--atomic)
	if [ "$case_pace" = daemon_dead ]; then
		copy_case_move_without_daemon
		return
	fi
	copy_case_break
	[ "$case_pace" != throttled ] || copy_slowly
	[ "$case_pace" != log_full ] || kernel_log_flood
	if [ "$case_shape" = beside ]; then
		job_start second pvmove -i1 "${disk[2]}" "${disk[3]}"
		job_start third pvmove -i1 "${disk[4]}" "${disk[5]}"
	fi
	job_start move pvmove "${options[@]}" "$from" "$to"
	copy_case_wait_for_others
	job_wait move 90
	copy_fast
	[ "$case_pace" != log_full ] || kernel_log_flood_end
}

# The moves beside it end well, all of them.
copy_case_wait_for_others() {
	[ "$case_shape" = beside ] || return 0
	job_wait second 90
	expect_status 0
	expect_on vg/second "${disk[3]}"
	job_wait third 90
	expect_status 0
	expect_on vg/third "${disk[5]}"
}

# The next daemon is asked for the move by somebody who waits.
copy_case_move_without_daemon() {
	copy_slowly
	run_ok pvmove -b -i1 "$from" "$to"
	wait_until 10 mirror_is_half_way
	daemon_kill KILL
	copy_case_break
	copy_fast
	wait_until 30 copy_case_is_copied
	daemon_start_again
	job_start move pvmove -i1 "$from"
	job_wait move 60
}

# Without a daemon, stock's lvpoll may have ended it.
copy_case_is_copied() {
	mirror_is_in_sync || pvmove_none
}

# --- what came of it --------------------------------------------------------------------------------------------

# Sets $data to "kept" or "lost".
copy_case_look_at_data() {
	local volume
	data=kept
	for volume in "${!data_sums[@]}"; do
		[ "$(data_sum "$volume")" = "${data_sums[$volume]}" ] || data=lost
	done
}

# Whether the segment that was hit lies where it lay.
copy_case_is_in_old_place() {
	local extent=0 first
	first=$(copy_case_extent "$case_hit")
	[ "$case_shape" != fragmented ] || extent=$((case_hit * case_mib))
	lvs --noheadings -o seg_start_pe,seg_size_pe,devices --segments vg/data |
		awk -v extent="$extent" -v device="$from" -v first="$first" '
			$1 <= extent && extent < $1 + $2 { split($3, part, /[()]/); found = part[1] == device && part[2] + extent - $1 == first }
			END { exit !found }'
}

copy_case_judge() {
	local told=$status data place=old
	disk_mend
	copy_case_look_at_data
	if [ "$data" = kept ]; then
		run_ok pvmove --abort
		wait_until 20 pvmove_none
		copy_case_look_at_data
	fi
	copy_case_is_in_old_place || place=new
	echo "$scenario_name: $told $data $place"
	if [ "$LAB_STOCK" = 1 ]; then
		# What it has lost is counted, and is no reason for this scenario to fail.
		data_sums=()
		wait_until 20 pvmove_none
	else
		[ "$told" != 0 ] || fail "pvmove ended with status 0"
		[ "$data" = kept ] || fail "data is lost"
		[ "$place" = old ] || fail "the segment that failed is not in its old place"
	fi
}
