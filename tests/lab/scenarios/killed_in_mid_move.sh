# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# The daemon is killed while data is copied, and another one is started: the move goes on.
# lvm2: each

lvpolls_note_overlaps
slow_move_start
daemon_kill KILL
copy_fast
wait_until 20 not mirror_is_half_way
daemon_start_again

wait_until 30 pvmove_none
expect_moved vg/data
expect_survived
# Stock's lvpoll outlives its daemon here and finishes the move, of which the next daemon knows nothing.
if [ "$LAB_STOCK" = 1 ]; then
	uncollected=0
fi
