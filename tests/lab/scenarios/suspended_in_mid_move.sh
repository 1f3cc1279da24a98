# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# The device of a move is suspended, and resumed after its data would long have been copied: the move waits, and goes on.
# lvm2: each

slow_move_start
run_ok dmsetup suspend vg-pvmove0
copy_fast
expect_equal "the volumes that the daemon polls" vg/pvmove0 "$(dump_volumes poll in_progress)"
expect_lvpoll_runs 1
run_ok dmsetup resume vg-pvmove0

wait_until 20 pvmove_none
expect_moved vg/data
