# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# What only a writecache has is written back without a lock of lvm2's, and the cache is taken off: once the daemon is killed
# while the kernel writes; once the cache's device fails first, and comes back; and an abort brings the settings back, when
# nothing is being written, though the daemon is killed before. Stock's daemon has no such operation.
# pvmove: none
# daemon: own
# lvm2: each
# deadline: 280

tool=$(dirname "$(dirname "$LAB_DAEMON")")/ctl/lvmpollctl
[ -x "$tool" ] || skip "lvmpollctl was not built, since libsmartcols was missing"
export LVM_LVMPOLLD_SOCKET=$daemon_socket
dmsetup targets | grep -q "^writecache " || skip "this kernel has no dm-writecache"

# writecache_make DISK: vg/data, 20 MiB of which are in its cache on DISK alone: its own disk is slow.
writecache_make() {
	run_ok lvcreate -qq -y -Wn -Zn -l 40 -n data vg "${disk[0]}"
	run_ok lvcreate -qq -y -Wn -Zn -an -l 40 -n fast vg "$1"
	run_ok lvconvert -qq -y --type writecache --cachevol vg/fast --cachesettings high_watermark=80 vg/data
	data_overwrite vg/data 20
	# Else what the cache has not noted yet is lost where its disk fails.
	run_ok sync /dev/vg/data
	data_sums[vg/data]=$(data_sum vg/data)
	disk_write_at "${disk[0]}" 384
}

blocks_of() { # error: 4, total: 5, free: 6, being written back: 7
	dmsetup status vg-data | cut -d' ' -f"$1"
}

# The kernel has all of it in hand.
expect_written_back_now() {
	[ "$(blocks_of 7)" != 0 ] || fail "nothing is being written back any more: $1"
}

runs_of() {
	grep -c -- " $1 " "$lab/lvm.log" || true
}

has_cleaner() {
	dmsetup table vg-data | grep -q " cleaner"
}

# Data that is there is written once more where the cache has nothing, which it cannot note.
writecache_fails() {
	dd if="$lab/piece" of=/dev/vg/data bs=1M seek=30 oflag=direct conv=notrunc,fsync status=none || true
	sync /dev/vg/data || true
	[ "$(blocks_of 4)" != 0 ]
}

bad_becomes() { # linear or error
	local table="0 126976 error"
	[ "$1" = error ] || table="0 126976 linear ${disk[2]} 2048"
	run_ok dmsetup suspend --noflush loop_bad
	run_ok dmsetup reload loop_bad --table "$table"
	run_ok dmsetup resume loop_bad
}

disks_make 3 64
layer_make /dev/mapper/loop_bad "0 126976 linear ${disk[2]} 2048"
vg_make vg "${disk[0]}" "${disk[1]}" /dev/mapper/loop_bad
plugin_named writecache_detach
daemon_start

writecache_make "${disk[1]}"
run_ok "$tool" start writecache_detach vg/data
wait_until 60 has_cleaner
wait_until 60 operation_is copying
began=${EPOCHREALTIME/./}
run_ok lvs vg
echo "lvs took $(((${EPOCHREALTIME/./} - began) / 1000)) ms"
expect_written_back_now "lvs had to wait for the end of that"
kill -KILL "$daemon_pid"
wait "$daemon_pid" || true
daemon_start
wait_until 30 operation_is copying
expect_equal "how often lvchange ran while the kernel wrote back" 1 "$(runs_of lvchange)"
expect_written_back_now "the next daemon has begun too late"
disk_write_at "${disk[0]}" 0
wait_until 60 daemon_has_logged "vg/data .*ends well"
expect_equal "how often lvchange ran" 2 "$(runs_of lvchange)"
expect_equal "how often lvconvert ran" 1 "$(runs_of lvconvert)"
not kernel_has_target writecache || fail "vg/data has its cache still"
data_check vg/data
run lvs vg/fast
[ "$status" != 0 ] || fail "the cache was not removed"
run_ok lvremove -qq -y vg/data

writecache_make /dev/mapper/loop_bad
dd if=/dev/vg/data of="$lab/piece" bs=1M skip=30 count=1 iflag=direct status=none
bad_becomes error
wait_until 20 writecache_fails
run_ok dmsetup status vg-data
run_ok "$tool" start writecache_detach vg/data --option how=splitcache
wait_until 30 daemon_has_logged "vg/data .*its cache has failed"
expect_equal "how often lvchange ran" 2 "$(runs_of lvchange)"
bad_becomes linear
disk_write_at "${disk[0]}" 0
run_ok lvchange -an vg/data
run_ok lvchange -ay vg/data
run_ok dmsetup status vg-data
wait_until 60 daemon_has_logged "vg/data .*ends well" 2
expect_equal "how often lvchange ran" 3 "$(runs_of lvchange)"
expect_equal "how often lvconvert ran" 2 "$(runs_of lvconvert)"
not kernel_has_target writecache || fail "vg/data has its cache still"
run_ok lvs vg/fast
data_check vg/data
run_ok lvremove -qq -y vg/fast vg/data

writecache_make "${disk[1]}"
run_ok "$tool" start writecache_detach vg/data
wait_until 60 has_cleaner
run_ok "$tool" abort vg/data
wait_until 30 daemon_has_logged "vg/data .*its cache is being written back: the abort waits"
kill -KILL "$daemon_pid"
wait "$daemon_pid" || true
daemon_start
wait_until 30 daemon_has_logged "vg/data .*its cache is being written back: the abort waits" 2
expect_equal "how often lvchange ran" 4 "$(runs_of lvchange)"
expect_written_back_now "the abort had to wait for the end of that"
disk_write_at "${disk[0]}" 0
wait_until 90 not has_cleaner
wait_until 30 dump_is_finished 1 1
expect_equal "how often lvchange ran" 5 "$(runs_of lvchange)"
expect_equal "how often lvconvert ran" 2 "$(runs_of lvconvert)"
expect_equal "the settings" high_watermark=80 "$(lvs --noheadings -o cachesettings vg/data | tr -d ' ')"
expect_lvpoll_runs 0
uncollected=1 uncollected_aborts=1
