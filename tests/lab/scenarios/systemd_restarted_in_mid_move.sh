# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# Under systemd, systemctl restart in mid-move: the move goes on.
# boot: systemd
# stock: fails, because it forgets what it polls
# lvm2: each

daemon_is_systemds
lvpolls_note_overlaps
slow_move_start
run_ok systemctl restart "$service"
copy_fast

wait_until 30 pvmove_none
expect_moved vg/data
expect_survived
