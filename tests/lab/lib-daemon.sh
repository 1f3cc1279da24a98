# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# The daemon under test and the lvpoll processes that it runs.

daemon_socket=/run/lvm/lvmpolld.socket
daemon_pid_file=/run/lvmpolld.pid
daemon_pid=
daemon_options=()

# --- the lvm that the daemon runs -----------------------------------------------------------------------------

# A wrapper that notes each run of lvm by the daemon: its pid, the LVM_SYSTEM_DIR that it sees and its arguments. It
# waits while a scenario holds lvpolls up.
lvm_wrapper_make() {
	cat >"$lab/lvm" <<-'END'
		#!/bin/sh
		echo "$$ sysdir=${LVM_SYSTEM_DIR-unset} $*" >>/run/lab/lvm.log
		while [ -e /run/lab/hold ]; do sleep 0.05; done
		exec /sbin/lvm "$@"
	END
	chmod +x "$lab/lvm"
	: >"$lab/lvm.log"
}

# How many times the daemon ran lvpoll, or ran it with arguments that match an expression.
lvpoll_runs() {
	grep -Ec -- "lvpoll.*${1:-}" "$lab/lvm.log" || true
}

# expect_lvpoll_runs NUMBER [EXPRESSION [STEPS]]: stock runs one for each request that starts a poll. Ours runs one for
# each step, of which there are at most STEPS (NUMBER if not said); an operation that is cut off before its first has none.
expect_lvpoll_runs() {
	local runs
	runs=$(lvpoll_runs "${2:-}")
	if [ "$LAB_STOCK" = 1 ]; then
		expect_equal "the number of lvpoll runs" "$1" "$runs"
	elif [ "$runs" -gt "${3:-$1}" ]; then
		fail "lvpoll ran $runs times, for at most ${3:-$1} steps"
	fi
}

# A step that goes well warns nobody: of descriptors that lvm should not have, of a backup that was not wanted.
daemon_expect_no_false_alarm() {
	local alarms
	[ "$LAB_STOCK" = 0 ] && [ -e "$lab/daemon.log" ] || return 0
	alarms=$(grep -E 'leaked on lvm|warn: .*NOT backed up' "$lab/daemon.log" | head -n 3 || true)
	[ -z "$alarms" ] || fail "the daemon's log has false alarms: $alarms"
}

# The processes that are lvpoll at this moment.
lvpoll_pids() {
	local directory words
	for directory in /proc/[0-9]*; do
		words=()
		mapfile -d '' words 2>/dev/null <"$directory/cmdline" || continue
		[ "${words[1]-}" != lvpoll ] || echo "${directory#/proc/}"
	done
}

lvpoll_count() {
	lvpoll_pids | wc -l
}

lvpoll_none() {
	[ "$(lvpoll_count)" = 0 ]
}

lvpolls_are() {
	[ "$(lvpoll_count)" = "$1" ]
}

lvpoll_has_run() {
	[ "$(lvpoll_runs "${1:-}")" != 0 ]
}

# --- the daemon ---------------------------------------------------------------------------------------------

daemon_answers() {
	[ -S "$daemon_socket" ] && daemon_dump >/dev/null 2>&1
}

# Starts the daemon in the foreground, with further options if given, and waits until it answers.
daemon_start() {
	"$LAB_DAEMON" -f -l all -s "$daemon_socket" -p "$daemon_pid_file" -B "$lab/lvm" \
		"${daemon_options[@]}" "$@" </dev/null >>"$lab/daemon.log" 2>&1 &
	daemon_pid=$!
	wait_until 10 daemon_answers_or_ended
	daemon_is_alive || fail "the daemon ended at its start: $(tail -n 3 "$lab/daemon.log")"
}

# Daemons that are started from here on tell those who wait that attempts fail after two seconds instead of sixty.
daemon_is_impatient() {
	[ "$LAB_STOCK" = 0 ] || return 0
	echo "limits: {patience: 2}" >"$lab/lvmpolld.yaml"
	daemon_options=(-c "$lab/lvmpolld.yaml")
}

# Daemons that are started from here on tell those who wait that attempts fail after an hour: on a busy machine some attempts
# that are to fail may take a minute.
daemon_is_patient() {
	[ "$LAB_STOCK" = 0 ] || return 0
	echo "limits: {patience: 3600}" >"$lab/lvmpolld.yaml"
	daemon_options=(-c "$lab/lvmpolld.yaml")
}

# plugin_discovers NAME: daemons that are started from here on load a plugin that must be named, and watch what it finds.
plugin_discovers() {
	echo "plugins: {enabled: [all, $1], $1: {discover: true}}" >"$lab/lvmpolld.yaml"
	daemon_options=(-c "$lab/lvmpolld.yaml")
}

# plugin_named NAME: daemons that are started from here on load a plugin that must be named.
plugin_named() {
	echo "plugins: {enabled: [all, $1]}" >"$lab/lvmpolld.yaml"
	daemon_options=(-c "$lab/lvmpolld.yaml")
}

# daemon_has_logged EXPRESSION [NUMBER]: a line of its log matches, or so many do.
daemon_has_logged() {
	[ "$(grep -aEc -- "$1" "$lab/daemon.log")" -ge "${2:-1}" ]
}

daemon_answers_or_ended() {
	daemon_answers || ! daemon_is_alive
}

daemon_is_alive() {
	kill -0 "$daemon_pid" 2>/dev/null
}

daemon_is_expected() {
	[ -n "$daemon_pid" ]
}

# Ends the daemon with SIGTERM and checks that it goes as it should: at once, with status 0, nothing left.
daemon_stop() {
	kill -TERM "$daemon_pid" || fail "the daemon, process $daemon_pid, was gone before it was told to stop"
	wait_until 5 not daemon_is_alive
	expect_daemon_ended_well
	daemon_pid=
	expect_daemon_cleaned_up
	wait_until 5 lvpoll_none
}

# One in the background is no child of this shell, which then cannot know its exit status.
expect_daemon_ended_well() {
	local code=0
	wait "$daemon_pid" 2>/dev/null || code=$?
	if [ "$code" != 127 ]; then
		expect_equal "the daemon's exit status" 0 "$code"
	fi
}

daemon_stop_if_running() {
	if daemon_is_expected; then
		daemon_stop
	fi
}

expect_daemon_cleaned_up() {
	[ ! -e "$daemon_socket" ] || fail "the daemon left its socket $daemon_socket behind"
	[ ! -e "$daemon_pid_file" ] || fail "the daemon left its pid file $daemon_pid_file behind"
}

# Stops the daemon and starts one that knows nothing of what the first one did.
daemon_replace_by_ignorant_one() {
	daemon_stop
	rm -rf "${daemon_socket%.socket}.state"
	daemon_start "$@"
}

# --- dump ---------------------------------------------------------------------------------------------------

daemon_dump() {
	"$LAB_DAEMON" --dump -s "$daemon_socket"
}

# What is in the two stores: a line "STORE NAME STATE" for each operation.
dump_states() {
	daemon_dump | awk '
		/^[ \t]*(poll|abort) \{/ { store = $1 }
		/^[ \t]*lvname=/ { split($0, part, "\""); name = part[2] }
		/^[ \t]*lvm_command \{/ { in_command = 1 }
		/^[ \t]*\}/ { in_command = 0 }
		in_command && /^[ \t]*state=/ { split($0, part, "\""); print store, name, part[2] }'
}

# The names of the volumes in a store (poll or abort), only those whose lvpoll is in a state (in_progress, finished)
# if one is given.
dump_volumes() {
	dump_states | awk -v store="$1" -v wanted="${2:-}" '$1 == store && (wanted == "" || $3 == wanted) { print $2 }'
}

dump_count() {
	dump_volumes "$@" | wc -l
}

# So many operations are in flight in the store of those that are polled.
polled_are() {
	[ "$(dump_count poll in_progress)" = "$1" ]
}

# A key of the first volume in the dump.
dump_value() {
	daemon_dump | awk -F= -v key="$1" '{ sub(/^[ \t]+/, "", $1) } $1 == key { gsub(/"/, "", $2); print $2; exit }'
}

# The first operation in the dump is in this state, of those in docs/architecture.md.
operation_is() {
	[ "$(dump_value operation_state)" = "$1" ]
}

# operation_has_failed NUMBER [REASON]: so many attempts in a row, for this reason of those in docs/architecture.md. With
# stock's daemon one attempt is all there is.
operation_has_failed() {
	if [ "$LAB_STOCK" = 1 ]; then
		lvpoll_none
		return
	fi
	# It may go on between two dumps: then there is no count.
	operation_is backing_off && [ "0$(dump_value backing_off_count)" -ge "$1" ] &&
		[ "$(dump_value backing_off_reason)" = "${2:-$(dump_value backing_off_reason)}" ]
}

# The one operation waits, without any process, until its volume is there; stock has ended it. No record of it wakes a
# daemon.
operation_is_dormant() {
	if [ "$LAB_STOCK" = 1 ]; then
		lvpoll_none
	else
		operation_is dormant && lvm_none && records_are 0 && dormant_records_are 1
	fi
}

# No process of lvm2 runs that the daemon has started, nor one that its wrapper holds up.
lvm_none() {
	[ -z "$(pgrep -P "$(daemon_main_pid)")" ]
}

# activate COMMAND...: vgchange or lvchange, which stock's daemon must be asked for each operation by; ours goes on by itself.
activate() {
	local options=(--poll n)
	[ "$LAB_STOCK" = 0 ] || options=(--config activation/polling_interval=1)
	run_ok "$1" "${options[@]}" -ay "${@:2}"
}

# The first operation in the dump was asked for so many times.
requests_are() {
	[ "$(dump_value init_requests_count)" = "$1" ]
}

dump_has_finished() {
	[ "$(dump_count "$1" finished)" = "$2" ]
}

# dump_is_finished POLL ABORT: so many operations are in the two stores, and all of them have ended.
dump_is_finished() {
	[ "$(dump_states | awk '
		{ known[$1]++; ended[$1] += $3 == "finished" }
		END { print known["poll"] + 0, ended["poll"] + 0, known["abort"] + 0, ended["abort"] + 0 }')" = "$1 $1 $2 $2" ]
}
