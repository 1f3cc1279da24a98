# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# Under systemd, all units are stopped in mid-move; when they are started again the move goes on, and nobody had to ask.
# boot: systemd
# stock: fails, because it forgets what it polls

daemon_is_systemds
lvpolls_note_overlaps
slow_move_start
run_ok systemctl stop "$socket" "$service"
expect_daemon_cleaned_up
copy_fast
wait_until 20 not mirror_is_half_way
run_ok systemctl start "$socket"

wait_until 30 pvmove_none
expect_moved vg/data
expect_survived
