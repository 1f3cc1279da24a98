# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# Another command holds the group's lock when a step is due: the daemon answers, and the step follows the lock's release.
# lvm2: each

slow_move_start
vg_lock_take vg
copy_fast
wait_until 20 mirror_is_in_sync
wait_until 20 lvpoll_has_run "vg/pvmove0"
expect_equal "the volumes that the daemon polls" vg/pvmove0 "$(dump_volumes poll in_progress)"
kernel_has_target mirror || fail "a step was made while another command had the group's lock"
vg_lock_release

wait_until 20 pvmove_none
expect_moved vg/data
expect_lvpoll_runs 1
