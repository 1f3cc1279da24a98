# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# What only a cache has is written back without a lock of lvm2's, and the cache is taken off: once the daemon is killed while
# the kernel writes, once it is stopped while lvchange changes the policy, which outlives it; and an abort brings policy and
# settings back, though the daemon is killed before. Stock's daemon has no such operation.
# pvmove: none
# daemon: own
# lvm2: each
# deadline: 280

tool=$(dirname "$(dirname "$LAB_DAEMON")")/ctl/lvmpollctl
[ -x "$tool" ] || skip "lvmpollctl was not built, since libsmartcols was missing"
export LVM_LVMPOLLD_SOCKET=$daemon_socket
dmsetup targets | grep -q "^cache " || skip "this kernel has no dm-cache"

# cache_make KIND [POLICY [SETTING]]: vg/data, 28 MiB of which are in its cache alone: its own disk is slow. By itself the kernel begins to write,
# and what is on its way is written before the policy changes.
cache_make() {
	run_ok lvcreate -qq -y -Wn -Zn -l 40 -n data vg "${disk[0]}"
	run_ok lvcreate -qq -y -Wn -Zn -l 40 -n fast vg "${disk[1]}"
	run_ok lvconvert -qq -y --type cache "--$1" vg/fast --cachepolicy "${2:-smq}" ${3:+--cachesettings "$3"} \
		--cachemode writeback --chunksize 32k vg/data
	disk_write_at "${disk[0]}" 768
	data_overwrite vg/data 28
	data_sums[vg/data]=$(data_sum vg/data)
	[ "$(cache_dirty)" != 0 ] || fail "nothing is left to be written back"
}

cache_dirty() {
	dmsetup status vg-data | cut -d' ' -f14
}

runs_of() {
	grep -c -- " $1 " "$lab/lvm.log" || true
}

has_run() { # COMMAND NUMBER
	[ "$(runs_of "$1")" = "$2" ]
}

has_policy() { # MODE POLICY
	dmsetup table vg-data | grep -q " $1 $2 "
}

policy_in_lvm2() {
	lvs --noheadings -o cache_policy,cache_settings vg/data | xargs
}

# The kernel's own arguments, the policy and its arguments.
policy_in_kernel() {
	dmsetup status vg-data | sed 's/.* writeback //'
}

# The only one that is in flight; the dump has what ended before, too.
is_copying() {
	[ "$("$tool" list -nr -o STATE)" = copying ]
}

disks_make 2 64
vg_make vg "${disk[@]}"
plugin_named uncache
daemon_start

cache_make cachepool
run_ok "$tool" start uncache vg/data
wait_until 60 operation_is copying
kill -KILL "$daemon_pid"
wait "$daemon_pid" || true
[ "$(cache_dirty)" != 0 ] || echo "all was written back before the daemon was killed"
daemon_start
disk_write_at "${disk[0]}" 0
wait_until 60 daemon_has_logged "vg/data .*ends well"
expect_equal "how often lvchange ran" 1 "$(runs_of lvchange)"
expect_equal "how often lvconvert ran" 1 "$(runs_of lvconvert)"
not kernel_has_target cache || fail "vg/data has its cache still"
data_check vg/data
run lvs vg/fast
[ "$status" != 0 ] || fail "the cache was not removed"
run_ok lvremove -qq -y vg/data

cache_make cachepool
# What lvchange writes and waits for takes longer than all that is done to the daemon meanwhile.
disk_write_at "${disk[0]}" 32
run_ok "$tool" start uncache vg/data --option how=splitcache
wait_until 30 has_run lvchange 2
held=$(awk '/ lvchange / { pid = $1 } END { print pid }' "$lab/lvm.log")
daemon_stop
kill -0 "$held" || fail "lvchange, process $held, did not outlive the daemon"
daemon_start
wait_until 30 daemon_has_logged "lvchange\\[$held\\] of a previous daemon still runs: it is left to end by itself first"
disk_write_at "${disk[0]}" 0
wait_until 60 daemon_has_logged "vg/data .*ends well" 2
expect_equal "how often lvchange ran" 2 "$(runs_of lvchange)"
expect_equal "how often lvconvert ran" 2 "$(runs_of lvconvert)"
not kernel_has_target cache || fail "vg/data has its cache still"
run_ok lvs vg/fast
run_ok lvremove -qq -y vg/fast vg/data

cache_make cachepool mq migration_threshold=4096
policy=$(policy_in_lvm2)
shown=$(policy_in_kernel)
run_ok "$tool" start uncache vg/data
wait_until 60 has_policy writethrough cleaner
wait_until 60 is_copying
kill -KILL "$daemon_pid"
wait "$daemon_pid" || true
daemon_start
wait_until 30 is_copying
run_ok "$tool" abort vg/data
disk_write_at "${disk[0]}" 0
wait_until 60 has_policy writeback mq
expect_equal "policy and settings of lvm2" "$policy" "$(policy_in_lvm2)"
expect_equal "policy and settings in the kernel" "$shown" "$(policy_in_kernel)"
wait_until 30 dump_is_finished 1 1
expect_equal "how often lvconvert ran" 2 "$(runs_of lvconvert)"
expect_lvpoll_runs 0
uncollected=1 uncollected_aborts=1
