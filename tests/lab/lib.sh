# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# What scenarios are written with: running commands, waiting, asserting, and what every scenario ends with.

lab=/run/lab
lab_source=$(dirname "${BASH_SOURCE[0]}")
scenario_name=$(basename "${scenario:-scenario}" .sh)
export LC_ALL=C

# shellcheck disable=SC1091 # written by the host for each guest
. /mnt/settings
# shellcheck source=tests/lab/lib-daemon.sh
. "$lab_source/lib-daemon.sh"
# shellcheck source=tests/lab/lib-volumes.sh
. "$lab_source/lib-volumes.sh"
# shellcheck source=tests/lab/lib-mid-move.sh
. "$lab_source/lib-mid-move.sh"
# shellcheck source=tests/lab/lib-systemd.sh
. "$lab_source/lib-systemd.sh"
# shellcheck source=tests/lab/lib-survival.sh
. "$lab_source/lib-survival.sh"
# shellcheck source=tests/lab/lib-copy-failures.sh
. "$lab_source/lib-copy-failures.sh"

# --- ending early -------------------------------------------------------------------------------------------

scenario_set_reason() {
	[ -e "$lab/reason" ] || printf '%s\n' "$*" >"$lab/reason"
}

fail() {
	scenario_set_reason "$*"
	echo "FAILED: $*"
	exit 1
}

skip() {
	scenario_set_reason "$*"
	exit 77
}

scenario_note_error() {
	scenario_set_reason "'$3' ended with status $1 (line $2)"
}

# What one would look at by hand, into the log of a scenario that failed.
scenario_show_state() {
	[ "$1" != 0 ] && [ "$1" != 77 ] || return 0
	set +e
	echo "--- processes"
	# shellcheck disable=SC2009 # pgrep shows less
	ps -eo pid,ppid,stat,etime,args | grep -E '[l]vm|[p]vmove|[d]msetup'
	echo "--- kernel"
	dmsetup table
	dmsetup status
	echo "--- lvpoll runs"
	cat "$lab/lvm.log"
	echo "--- daemon's log, last lines"
	grep -Ev 'wire: |debug: dm |Registered polling' "$lab/daemon.log" | tail -n 15 | cut -c 1-200
}

# --- running commands ---------------------------------------------------------------------------------------

# Runs a command; its exit status is then in $status, what it printed in $output.
run() {
	printf '$ %s\n' "$*"
	status=0
	"$@" >"$lab/output" 2>&1 </dev/null || status=$?
	output=$(<"$lab/output")
	[ -z "$output" ] || printf '%s\n' "$output"
}

run_ok() {
	run "$@"
	expect_status 0 "$*"
}

# Starts a command in the background, to be waited for with job_wait.
job_start() {
	local name=$1
	shift
	printf '$ %s &\n' "$*"
	(
		status=0
		"$@" >"$lab/job.$name.output" 2>&1 </dev/null || status=$?
		echo "$status" >"$lab/job.$name.status.new"
		mv "$lab/job.$name.status.new" "$lab/job.$name.status"
	) &
}

job_has_ended() {
	[ -e "$lab/job.$1.status" ]
}

# Waits for the end of a command begun with job_start: $status and $output are its own.
job_wait() {
	local name=$1 seconds=$2
	wait_until "$seconds" job_has_ended "$name"
	status=$(<"$lab/job.$name.status")
	output=$(<"$lab/job.$name.output")
	printf '[%s ended with status %s]\n%s\n' "$name" "$status" "$output"
}

# run_shown LINE COMMAND...: as run_ok, for a command in the foreground that copies slowly until it has said how far it is. One
# that copies fast may have nothing to say of it before it hears that all is over.
run_shown() {
	local line=$1
	shift
	copy_slowly
	job_start shown "$@"
	wait_until 30 job_shows "$line"
	copy_fast
	job_wait shown 60
	rm "$lab"/job.shown.*
	expect_status 0 "$*"
	expect_output "$line"
}

job_shows() {
	job_has_ended shown || grep -Eqs -- "$1" "$lab/job.shown.output"
}

# --- waiting ------------------------------------------------------------------------------------------------

# A machine that is busy with other things gets several times as long. What stock's daemon is known to fail in, a deadline
# tells: it is not waited for so long.
patience=$((LAB_STOCK ? 1 : LAB_PATIENCE))

# Waits until a command succeeds; the scenario fails if that takes longer than so many seconds of an idle machine.
wait_until() {
	local seconds=$(($1 * patience)) end=$((SECONDS + $1 * patience + 1)) began=${EPOCHREALTIME/./} nap_us nap
	shift
	until "$@"; do
		[ "$SECONDS" -lt "$end" ] || fail "waited $seconds s in vain for: $*"
		# As long again as the look took: several guests share a CPU.
		nap_us=$((${EPOCHREALTIME/./} - began))
		((nap_us > 50000)) || nap_us=50000
		((nap_us < 500000)) || nap_us=500000
		printf -v nap '0.%06d' "$nap_us"
		sleep "$nap"
		began=${EPOCHREALTIME/./}
	done
}

not() {
	! "$@"
}

# --- asserting ----------------------------------------------------------------------------------------------

expect_status() {
	[ "$status" = "$1" ] || fail "${2:-the command} ended with status $status instead of $1: $output"
}

expect_equal() {
	[ "$2" = "$3" ] || fail "$1 is '$3' instead of '$2'"
}

# Each expression must match a line of $output.
expect_output() {
	local expression
	for expression in "$@"; do
		grep -Eq -- "$expression" <<<"$output" || fail "no line of the output matches '$expression': $output"
	done
}

expect_no_output() {
	local expression
	for expression in "$@"; do
		! grep -Eq -- "$expression" <<<"$output" || fail "a line of the output matches '$expression': $output"
	done
}

# --- beginning and end of every scenario ---------------------------------------------------------------------

scenario_prepare() {
	# The history outlives daemons: that of the scenario before is none of this one's.
	rm -f /var/lib/lvmpolld/history
	lvm_configure /etc/lvm
	lvm_wrapper_make
	copy_fast
}

# What holds after every scenario. One that leaves results which nobody asked the daemon for (those of commands
# in the background) says how many in $uncollected.
uncollected=0
scenario_finish() {
	if daemon_is_expected; then
		wait_until 10 lvpoll_none
		wait_until 10 dump_is_finished "$uncollected" "${uncollected_aborts:-0}"
	fi
	volumes_check
	daemon_stop_if_running
	daemon_expect_no_false_alarm
	volumes_remove
}
