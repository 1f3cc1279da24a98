# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# Moves, a conversion and a merge, again and again, while the daemon is killed at random moments. What tests/lab/chaos
# runs in a guest: "chaos_run SEED MOMENTS".

# After the last kill of a round its operations have this long to end by themselves, on an idle machine.
chaos_patience_s=60
# Where there has been neither a daemon nor an lvpoll for so long, on an idle machine, nothing will come of them.
chaos_silence_s=8
chaos_kills_a_round=8

# --- what is in flight ------------------------------------------------------------------------------------------

chaos_prepare() {
	disks_make 8 96
	vg_make fragmented "${disk[@]:0:2}"
	vg_make whole "${disk[@]:2:2}"
	vg_make mirrored "${disk[@]:4:2}"
	vg_make merged "${disk[@]:6:2}"
	lv_make_fragmented fragmented data 8 "${disk[0]}"
	lv_make whole first 40 "${disk[2]}"
	lv_make whole second 16 "${disk[2]}"
	lv_make mirrored data 40 "${disk[4]}"
	lv_make merged data 40 "${disk[6]}"
	chaos_from=0 chaos_to=1
}

# Begins a round's operations, in the background: each group has one.
chaos_begin() {
	run_ok lvcreate -qq -y -s -l 44 -n snap merged/data "${disk[7]}"
	data_spoil merged/data 32
	copy_slowly
	run_ok pvmove -b -i1 -n fragmented/data "${disk[chaos_from]}" "${disk[chaos_to]}"
	run_ok pvmove -b -i1 "${disk[2 + chaos_from]}" "${disk[2 + chaos_to]}"
	run_ok lvconvert -y -b -i1 --type mirror -m1 --mirrorlog core mirrored/data "${disk[5]}"
	run_ok lvconvert --merge -b -i1 merged/snap
	chaos_groups=(fragmented whole mirrored merged)
}

# Makes ready for the next round: data goes back where it came from.
chaos_turn() {
	local number=$chaos_from
	chaos_from=$chaos_to chaos_to=$number
	run_ok lvconvert -qq -y -m0 mirrored/data "${disk[5]}"
}

# The groups whose operation is not finished, by lvm2's metadata. A conversion is, when lvm2 calls the mirror converted.
chaos_unfinished() {
	lvs -a --noheadings --separator : -o vg_name,lv_name,lv_converting,lv_attr | tr -d ' []' | awk -F: '
		$2 ~ /^pvmove/ || $2 == "snap" || $3 == "converting" || $4 ~ /^[Oe]/ && $1 == "mirrored" { group[$1] }
		END { for (name in group) print name }' | sort
}

chaos_is_finished() {
	local unfinished
	unfinished=$(chaos_unfinished)
	! grep -qx "$1" <<<"$unfinished"
}

# By the kernel, which is asked quickly: something is left of a move or a merge, or a mirror has data to copy.
chaos_goes_on() {
	local names merges
	names=$(dmsetup ls)
	merges=$(dmsetup status --target snapshot-merge)
	[[ $names == *-pvmove* ]] || [ -n "$merges" ] || mirror_is_half_way
}

# --- killing ----------------------------------------------------------------------------------------------------

# chaos_choose MAXIMUM: a number from 0 up to that, in $chosen (a subshell would draw the same ones again).
chaos_choose() {
	chosen=$((RANDOM % ($1 + 1)))
}

# The daemon would execute itself anew: it blocks the signal, and reads it from a descriptor.
chaos_can_upgrade() {
	local mask
	mask=$(sed -n 's/^SigBlk:[ \t]*//p' "/proc/$1/status")
	[ -n "$mask" ] && ((0x$mask >> 11 & 1))
}

# The process ids of all lvpolls so far, in the array $polls. Without a child: the moment would be over.
chaos_read_polls() {
	local index
	mapfile -t polls <"$lab/lvm.log"
	for index in "${!polls[@]}"; do
		polls[index]=${polls[index]%% *}
	done
}

# One of the latest, of which there are no more than groups, runs.
chaos_is_in_step() {
	local polls pid
	chaos_read_polls
	for pid in "${polls[@]: -${#chaos_groups[@]}}"; do
		[ ! -d "/proc/$pid" ] || return 0
	done
	return 1
}

chaos_wait_for_step() {
	local polls before end=$((SECONDS + 3))
	chaos_read_polls
	before=${#polls[@]}
	while [ "${#polls[@]}" = "$before" ] && [ "$SECONDS" -lt "$end" ]; do
		sleep 0.01
		chaos_read_polls
	done
}

# Any moment; or, two times of three, one soon after an lvpoll has been started, if one is.
chaos_wait_for_moment() {
	local most_ms=900
	chaos_choose 2
	if [ "$chosen" != 0 ]; then
		most_ms=100
		chaos_wait_for_step
	fi
	chaos_choose "$most_ms"
	sleep "$(printf '0.%03d' "$chosen")"
}

# Sets $pid to the daemon that is there, or will be in a moment; 0 where there is none, as with stock after the first kill.
chaos_find_daemon() {
	local end=$((SECONDS + 2))
	pid=$(daemon_main_pid)
	while [ "$pid" = 0 ] && [ "$SECONDS" -lt "$end" ]; do
		sleep 0.1
		pid=$(daemon_main_pid)
	done
}

# The next fate in turn; the moment, and what is under way then, is chance.
chaos_kill() {
	local pid fate
	chaos_find_daemon
	chaos_wait_for_moment
	[ "$pid" != 0 ] || return 0
	fate=${chaos_fates[chaos_moments % ${#chaos_fates[@]}]}
	if [ "$fate" = USR2 ] && ! chaos_can_upgrade "$pid"; then
		fate=KILL
	fi
	if chaos_is_in_step; then
		chaos_kills_in_steps=$((chaos_kills_in_steps + 1))
	fi
	if [ "$fate" = restart ]; then
		systemctl restart "$service" || true
	else
		kill -s "$fate" "$pid" 2>/dev/null || return 0
	fi
	chaos_kills=$((chaos_kills + 1))
	echo "kill $chaos_kills: $fate of $pid"
}

chaos_kill_in_round() {
	local last=$((chaos_moments + chaos_kills_a_round))
	while [ "$chaos_moments" -lt "$last" ] && [ "$chaos_moments" -lt "$chaos_moments_wanted" ]; do
		chaos_moments=$((chaos_moments + 1))
		chaos_kill
		chaos_goes_on || break
	done
}

# --- the end of a round -----------------------------------------------------------------------------------------

chaos_nobody_polls() {
	[ "$(daemon_main_pid)" = 0 ] && lvpoll_none
}

chaos_wait_for_end() {
	local end=$((SECONDS + chaos_patience_s * patience)) heard=$SECONDS
	while [ "$SECONDS" -lt "$end" ] && [ $((SECONDS - heard)) -lt $((chaos_silence_s * patience)) ]; do
		[ -n "$(chaos_unfinished)" ] || return 0
		chaos_nobody_polls || heard=$SECONDS
		sleep 0.2
	done
}

# What is not finished is named, counted, and helped on, so that the next round can begin.
chaos_count() {
	local unfinished group
	mapfile -t unfinished < <(chaos_unfinished)
	chaos_begun=$((chaos_begun + ${#chaos_groups[@]}))
	chaos_finished=$((chaos_finished + ${#chaos_groups[@]} - ${#unfinished[@]}))
	for group in "${unfinished[@]}"; do
		echo "not finished without help: $group"
	done
	[ ${#unfinished[@]} -gt 0 ] || return 0
	chaos_show
	# Where nothing but lvpoll looks, a move of many segments would take as many of lvm2's own intervals of 15 s.
	run vgchange --poll y --config activation/polling_interval=1
	for group in "${unfinished[@]}"; do
		wait_until "$chaos_patience_s" chaos_is_finished "$group"
	done
}

chaos_show() {
	dmsetup status
	lvs -a -o lv_name,vg_name,lv_attr,copy_percent
	tail -n 20 "$lab/lvm.log"
	ls "$state_directory" 2>/dev/null || true
}

chaos_check_data() {
	local volume
	for volume in "${!data_sums[@]}"; do
		if [ "$(data_sum "$volume")" != "${data_sums[$volume]}" ]; then
			echo "the data of $volume is wrong"
			chaos_wrong=$((chaos_wrong + 1))
		fi
	done
}

# Nothing of a round may be left: no process, no record, no device that waits.
chaos_check_leftovers() {
	if [ "$LAB_STOCK" = 0 ]; then
		expect_survived
	fi
	wait_until 10 lvpoll_none
	kernel_has_none_suspended || fail "a device is left suspended: $(dmsetup info -c)"
	expect_equal "where fragmented/data lies" "${disk[chaos_to]}" "$(lv_disks fragmented/data)"
	expect_equal "where whole/first lies" "${disk[2 + chaos_to]}" "$(lv_disks whole/first)"
}

chaos_round() {
	chaos_begin
	chaos_kill_in_round
	copy_fast
	chaos_wait_for_end
	chaos_count
	chaos_check_leftovers
	chaos_check_data
	chaos_turn
}

chaos_run() {
	RANDOM=$1
	chaos_moments_wanted=$2
	chaos_fates=(KILL TERM ABRT restart USR2)
	chaos_begun=0 chaos_finished=0 chaos_wrong=0 chaos_moments=0 chaos_kills=0 chaos_kills_in_steps=0
	daemon_is_systemds
	lvpolls_note_overlaps
	chaos_prepare
	daemon_start
	while [ "$chaos_moments" -lt "$chaos_moments_wanted" ]; do
		chaos_round
	done
	echo "chaos: $chaos_begun $chaos_finished $chaos_wrong $chaos_kills $chaos_kills_in_steps"
	chaos_drop_results
}

# Nobody asks for the results of commands in the background.
chaos_drop_results() {
	run_ok systemctl stop "$service"
}
