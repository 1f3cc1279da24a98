# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# Volumes are made and removed in the group in mid-move: nobody has to wait for the move, nor it for them.

slow_move_start
lv_make vg new 1 "${disk[1]}"
lv_make vg another 1 "${disk[1]}"
run_ok lvextend -qq -l +1 vg/another "${disk[1]}"
data_write vg/another
kernel_has_target mirror || fail "the move ended before the new volumes were made"
copy_fast

wait_until 20 pvmove_none
expect_moved vg/data
expect_on vg/new "${disk[1]}"
expect_on vg/another "${disk[1]}"
expect_lvpoll_runs 1
