# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# What the lab's rows are measured with, on top of the functions that scenarios have. A figure is a
# line "FIGURE NAME VALUE" in the scenario's log.

stock=/sbin/lvmpolld
tools=${LAB_DAEMON%/core/*}/bench
starts=/run/lab/starts.log

figure() {
	echo "FIGURE $1 $2"
}

# dm_watch VERB [DEVICE]: as bench/dm_watch, but not for ever.
dm_watch() {
	timeout 600 "$tools/dm_watch" "$@" || fail "dm_watch $* did not succeed in 600 s"
}

now_us() {
	echo "${EPOCHREALTIME/./}"
}

# bench_daemon PATH [OPTION...]: starts a daemon as a distribution would, with nothing logged but warnings.
bench_daemon() {
	local path=$1
	shift
	LAB_DAEMON=$path
	: >"$starts"
	"$path" -f -s "$daemon_socket" -p "$daemon_pid_file" -B "$tools/lvm_note" "$@" \
		</dev/null >>"$lab/daemon.log" 2>&1 &
	daemon_pid=$!
	wait_until 10 daemon_answers_or_ended
	daemon_is_alive || fail "$path ended at its start: $(tail -n 3 "$lab/daemon.log")"
}

bench_daemon_of() {
	if [ "$1" = ours ]; then
		bench_daemon "$our_daemon"
	else
		bench_daemon "$stock"
	fi
}
our_daemon=$LAB_DAEMON

# bench_daemon_stop: what an operation left in the kernel stays for the next daemon, but not in any record.
bench_daemon_stop() {
	daemon_stop
	rm -rf "${daemon_socket%.socket}.state"
}

lvpoll_starts() {
	grep -c ' lvpoll ' "$starts" || true
}

# bench_fragmented VG/NAME SEGMENTS EXTENTS DISK: a volume of so many segments of so many extents each.
bench_fragmented() {
	local ranges=() number
	for ((number = 0; number < $2; number++)); do
		ranges+=("$4:$((2 * number * $3))-$((2 * number * $3 + $3 - 1))")
	done
	run_ok lvcreate -qq -y -Wn -Zn -l "$(($2 * $3))" -n "${1#*/}" "${1%/*}" "${ranges[@]}"
	expect_equal "the number of segments of $1" "$2" "$(lv_segments "$1")"
}
