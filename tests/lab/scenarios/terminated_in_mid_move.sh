# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# SIGTERM in mid-move, and another daemon is started: the move goes on.
# stock: fails, because it forgets what it polls
# lvm2: each

lvpolls_note_overlaps
slow_move_start
daemon_stop
daemon_start

copy_fast
wait_until 30 pvmove_none
expect_moved vg/data
expect_survived
