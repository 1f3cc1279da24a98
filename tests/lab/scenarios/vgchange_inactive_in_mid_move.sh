# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# A group is deactivated in mid-move and activated again: the move in the background goes on by itself, and is finished.
# lvm2: each

slow_move_start
run_ok vgchange -an vg
not kernel_has_target mirror || fail "the mirror is there although the group is not active"
wait_until 20 operation_is_dormant

activate vgchange vg
wait_until 10 not operation_is_dormant
expect_equal "the volumes that the daemon polls" vg/pvmove0 "$(dump_volumes poll in_progress)"
copy_fast

wait_until 20 pvmove_none
expect_moved vg/data
expect_survived
