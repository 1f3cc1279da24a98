# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# A group is deactivated when the lvpoll of a step has been started, and activated after it: the move goes on by itself.
# lvm2: each

lvpolls_hold
slow_move_start
copy_fast
wait_until 20 mirror_is_in_sync
wait_until 20 lvpoll_has_run "vg/pvmove0"
run_ok vgchange -an vg
lvpolls_release
wait_until 20 operation_is_dormant

activate vgchange vg
wait_until 20 pvmove_none
expect_moved vg/data
expect_survived
