# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# While systemd shuts the machine down, an lvpoll that holds the lock of its group is waited for, and then ends well; one that
# does not end is left after 30 s, and named.
# boot: systemd
# daemon: own
# lvm2: each
# deadline: 120

# A step is in the lock, the machine shuts down, and the daemon has ended. The 30 s have begun.
shutdown_begins_in_step() {
	wait_until 10 lvpoll_none
	step_held_in_lock
	await_lvpoll_in_lock
	stopped=$lvpoll_in_lock
	kill -STOP "$stopped"
	copy_fast
	shutdown_begin
	wait_until 30 grep -aq "The shutdown waits for commands of lvm2, at most 30 s: $stopped (/sbin/lvm lvpoll " "$lab/daemon.log"
}

unit_property_is() {
	[ "$(unit_property "$service" "$1")" = "$2" ]
}

daemon_is_systemds
lvpolls_note_overlaps
slow_move_start
shutdown_begins_in_step
# At once: systemd may be slow to answer.
kill -CONT "$stopped"
wait_until 20 unit_is "$service" inactive
process_is_gone "$stopped" || fail "the unit has stopped before its lvpoll"
for unit in "$path" "$socket"; do
	wait_until 20 unit_is "$unit" inactive
done
shutdown_cancel
wait_until 30 pvmove_none
expect_moved vg/data

copy_slowly
run_ok pvmove -b -i1 "${disk[1]}" "${disk[0]}"
wait_until 10 mirror_is_half_way
shutdown_begins_in_step
wait_until 20 unit_property_is SubState stop-post
wait_until 60 unit_is "$service" inactive
grep -aq "still run after 30 s, and are left: $stopped (/sbin/lvm lvpoll " "$lab/daemon.log" || fail "the log does not tell what was left"
shutdown_cancel
kill -CONT "$stopped"
wait_until 30 pvmove_none
expect_on vg/data "${disk[0]}"
expect_survived
