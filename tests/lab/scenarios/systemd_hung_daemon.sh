# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# Under systemd, a daemon that hangs is ended by the watchdog, and the move goes on with the next one.
# boot: systemd
# daemon: own
# deadline: 120

daemon_is_systemds
lvpolls_note_overlaps
slow_move_start
hung_pid=$(daemon_main_pid)
kill -STOP "$hung_pid"
wait_until 60 process_is_gone "$hung_pid"
copy_fast

wait_until 30 pvmove_none
expect_moved vg/data
expect_survived
expect_equal "the number of restarts" 1 "$(unit_property "$service" NRestarts)"
