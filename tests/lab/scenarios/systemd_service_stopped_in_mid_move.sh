# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# Under systemd, systemctl stop of the service alone: it is started again at once, since there is something to go on with.
# boot: systemd
# daemon: own

daemon_is_systemds
lvpolls_note_overlaps
slow_move_start
first_pid=$(daemon_main_pid)
run_ok systemctl stop "$service"
wait_until 10 daemon_runs_again
[ "$(daemon_main_pid)" != "$first_pid" ] || fail "the daemon was not stopped"
copy_fast

wait_until 30 pvmove_none
expect_moved vg/data
expect_survived
