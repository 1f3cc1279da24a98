# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# A group is deactivated when the lvpoll of a step has been started, and activated after it: nothing is lost.

lvpolls_hold
slow_move_start
copy_fast
wait_until 20 mirror_is_in_sync
wait_until 20 lvpoll_has_run "vg/pvmove0"
run_ok vgchange -an vg
lvpolls_release
wait_until 20 dump_has_finished poll 1

run_ok vgchange --config activation/polling_interval=1 -ay vg
wait_until 20 pvmove_none
expect_moved vg/data
