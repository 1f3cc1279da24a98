# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# A group is renamed in mid-move: the move goes on under the new name.
# stock: fails, because its lvpoll asks for the old name, exits with 0, and the move is taken for finished
# lvm2: each

slow_move_start

run_ok vgrename vg renamed
data_renamed vg/data renamed/data
kernel_has_target mirror || fail "the move ended before its group was renamed"
copy_fast

wait_until 20 pvmove_none
expect_moved renamed/data
expect_lvpoll_runs 1 "--polloperation pvmove renamed/pvmove0"
expect_equal "the number of lvpolls that asked for the old name" 0 "$(lvpoll_runs vg/pvmove0)"
