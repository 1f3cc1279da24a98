# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# What tests/lab/longest_lvs runs in a guest: "longest_lvs_run MIB". A cache of which so much is dirty is taken off by stock's
# lvconvert, and one like it by the daemon, while lvs runs again and again.

# What is written back to the volume's own disk, in KiB a second.
longest_lvs_speed=1024

# --- the caches -----------------------------------------------------------------------------------------------

# longest_lvs_cache MIB: vg/data, MIB of which are in its cache alone, since its own disk is slow from then on.
longest_lvs_cache() {
	run_ok lvcreate -qq -y -Wn -Zn -l 40 -n data vg "${disk[0]}"
	# With its metadata: on the slow disk that would wait behind data.
	run_ok lvcreate -qq -y --type cache-pool -l 40 --poolmetadatasize 4m --chunksize 32k -n fast vg "${disk[1]}"
	run_ok lvconvert -qq -y --type cache --cachepool vg/fast --cachepolicy smq --cachemode writeback vg/data
	disk_write_at "${disk[0]}" "$longest_lvs_speed"
	data_overwrite vg/data "$1"
	# By itself the kernel begins to write back: it does not get far while it is looked at.
	disk_write_at "${disk[0]}" 64
	longest_lvs_dirty=$(longest_lvs_dirty_blocks)
	data_sums[vg/data]=$(data_sum vg/data)
	[ "$longest_lvs_dirty" -ge $(($1 * 32 / 2)) ] || fail "only $longest_lvs_dirty blocks of $1 MiB are dirty"
	[ "$(data_sum mapper/vg-data_corig)" != "${data_sums[vg/data]}" ] || fail "the volume has all of the data without its cache"
	disk_write_at "${disk[0]}" "$longest_lvs_speed"
}

longest_lvs_dirty_blocks() {
	dmsetup status vg-data | cut -d' ' -f14
}

# All that only the cache had is on the volume's own disk, and the cache is gone.
longest_lvs_expect_uncached() {
	disk_write_at "${disk[0]}" 0
	not kernel_has_target cache || fail "vg/data has its cache still"
	expect_on vg/data "${disk[0]}"
	data_check vg/data
	run lvs vg/fast
	[ "$status" != 0 ] || fail "the cache was not removed"
	run_ok lvremove -qq -y vg/data
	unset "data_sums[vg/data]"
}

# --- lvs, again and again -------------------------------------------------------------------------------------------

# Each run's milliseconds are a line of a file.
longest_lvs_ask() {
	local began
	until [ -e "$lab/asked_enough" ]; do
		began=${EPOCHREALTIME/./}
		lvs vg || return
		echo $(((${EPOCHREALTIME/./} - began) / 1000)) >>"$lab/asked"
		sleep 0.2
	done
}

longest_lvs_has_asked() {
	[ "$(wc -l <"$lab/asked")" -ge "$1" ]
}

# longest_lvs_measure WHO COMMAND...: takes the cache off by a command, and prints how long that, the longest and the shortest
# lvs took, how many of them there were, and how many blocks were dirty.
longest_lvs_measure() {
	local who=$1 began duration shortest longest
	shift
	rm -f "$lab/asked_enough" "$lab"/job.lvs.*
	: >"$lab/asked"
	job_start lvs longest_lvs_ask
	wait_until 20 longest_lvs_has_asked 1
	began=${EPOCHREALTIME/./}
	"$@"
	duration=$(((${EPOCHREALTIME/./} - began) / 1000))
	: >"$lab/asked_enough"
	job_wait lvs 60
	expect_status 0 "lvs"
	shortest=$(sort -n "$lab/asked" | head -n 1)
	longest=$(sort -n "$lab/asked" | tail -n 1)
	echo "each lvs, in ms: $(xargs <"$lab/asked")"
	echo "longest_lvs: $who $duration $longest $shortest $(wc -l <"$lab/asked") $longest_lvs_dirty"
}

longest_lvs_by_stock() {
	run_ok lvconvert -y --uncache vg/data
}

longest_lvs_by_ours() {
	run_ok "$longest_lvs_tool" start uncache vg/data
	wait_until 120 daemon_has_logged "vg/data .*ends well"
}

longest_lvs_run() {
	longest_lvs_tool=$(dirname "$(dirname "$LAB_DAEMON")")/ctl/lvmpollctl
	[ -x "$longest_lvs_tool" ] || skip "lvmpollctl was not built, since libsmartcols was missing"
	export LVM_LVMPOLLD_SOCKET=$daemon_socket
	dmsetup targets | grep -q "^cache " || skip "this kernel has no dm-cache"
	disks_make 2 64
	vg_make vg "${disk[@]}"
	# What lvm2 writes of its own does not wait behind data on the slow disk: only the lock is to hold lvs up.
	run_ok pvchange -qq --metadataignore y "${disk[0]}"
	plugin_named uncache
	daemon_start

	longest_lvs_cache "$1"
	longest_lvs_measure stock longest_lvs_by_stock
	longest_lvs_expect_uncached

	longest_lvs_cache "$1"
	longest_lvs_measure ours longest_lvs_by_ours
	longest_lvs_expect_uncached
	expect_lvpoll_runs 0
	uncollected=1
}
