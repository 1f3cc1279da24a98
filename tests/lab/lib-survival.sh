# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# Daemons that die or are stopped in the middle of an operation, and those that come after them.

# --- under systemd ------------------------------------------------------------------------------------------

# From here on the daemon of a scenario is that of units, ours or stock's, instead of a child of the scenario. As that child it
# stays when it is idle: it has results that the end of the scenario counts.
# shellcheck disable=SC2317 # called in place of the functions of the same names
daemon_is_systemds() {
	daemon_start() {
		if [ "$LAB_STOCK" = 1 ]; then
			units_use stock -t 900 "$@"
		else
			units_use own -t 900 "$@"
		fi
		wait_until 10 daemon_answers
	}
	daemon_is_expected() {
		[ -e "$unit_folder/$service" ]
	}
	daemon_stop_if_running() {
		if daemon_is_expected; then
			units_stop
		fi
	}
}

# --- dying --------------------------------------------------------------------------------------------------

# The process id of the daemon at this moment; 0 under systemd where there is none.
daemon_main_pid() {
	if [ -n "$daemon_pid" ]; then
		echo "$daemon_pid"
	else
		unit_property "$service" MainPID
	fi
}

process_is_gone() {
	local state
	[ -e "/proc/$1/stat" ] || return 0
	state=$(sed 's/.*) //; s/ .*//' "/proc/$1/stat" 2>/dev/null) || return 0
	[ "$state" = Z ]
}

# daemon_kill SIGNAL: sends it, and returns when that daemon is gone.
daemon_kill() {
	local pid
	pid=$(daemon_main_pid)
	[ "$pid" != 0 ] || fail "there is no daemon to send SIG$1 to"
	echo "daemon $pid gets SIG$1"
	kill -s "$1" "$pid"
	wait_until 10 process_is_gone "$pid"
	# A shell does not forget a child before it is asked for its status.
	[ "$pid" != "$daemon_pid" ] || wait "$pid" 2>/dev/null || true
}

# The next one, where no manager starts it.
daemon_start_again() {
	daemon_pid=
	daemon_start "$@"
}

# Nobody asks this daemon for anything: a client would let systemd start it.
daemon_runs_again() {
	local pid
	pid=$(daemon_main_pid)
	[ "$pid" != 0 ] && ! process_is_gone "$pid"
}

# --- who polls ----------------------------------------------------------------------------------------------

# From here on each lvpoll looks, when it starts, whether another one of the same operation runs.
lvpolls_note_overlaps() {
	cat >"$lab/note-overlaps" <<-'END'
		#!/bin/sh
		self=$1
		shift
		[ "$1" = lvpoll ] || exit 0
		operation=${*#lvpoll --interval * }
		polls() {
			case $(tr '\0' ' ' 2>/dev/null <"/proc/$1/cmdline") in
			*"$operation "*) return 0 ;;
			esac
			return 1
		}
		while read -r pid _ arguments; do
			[ "$pid" != "$self" ] && [ "${arguments#lvpoll --interval * }" = "$operation" ] || continue
			# Of the two, this one may be ended while it looks.
			if polls "$pid" && polls "$self"; then
				echo "lvpoll $self began while $pid polled: $operation" >>/run/lab/overlaps
			fi
		done </run/lab/lvm.log
	END
	chmod +x "$lab/note-overlaps"
	sed -i '2a /run/lab/note-overlaps "$$" "$@"' "$lab/lvm"
}

expect_no_overlaps() {
	[ ! -e "$lab/overlaps" ] || fail "an operation was polled twice at once: $(<"$lab/overlaps")"
}

# --- what is recorded ---------------------------------------------------------------------------------------

state_directory=${daemon_socket%.socket}.state

# One that is being written is none yet.
records_are() {
	[ "$(find "$state_directory" -type f ! -name .new 2>/dev/null | wc -l)" = "$1" ]
}

# Those of operations that wait for their volumes.
dormant_records_are() {
	[ "$(find "$state_directory.dormant" -type f 2>/dev/null | wc -l)" = "$1" ]
}

# Nothing is recorded any more, and nothing was found wrong.
expect_no_records() {
	wait_until 10 records_are 0
	dormant_records_are 0 || fail "a record of a dormant operation is left: $(ls "$state_directory.dormant")"
	[ ! -e "$state_directory.damaged" ] || fail "a record was set aside: $(ls "$state_directory.damaged")"
}

# How the daemon's life went on, where it is ours: stock keeps no records.
expect_survived() {
	if [ "$LAB_STOCK" = 0 ]; then
		expect_no_records
	fi
	expect_no_overlaps
}

# No move is left in this group.
move_is_over() {
	local names
	names=$(lvs -a --noheadings -o lv_name "$1") || return 1
	[[ $names != *pvmove* ]]
}
