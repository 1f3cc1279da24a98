# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# A group is deactivated in mid-move, and active again before lvm2 has been asked what that means: the move goes on.

slow_move_start
lvpolls_hold
run_ok vgchange -an vg
activate vgchange vg
lvpolls_release
copy_fast

wait_until 20 pvmove_none
expect_moved vg/data
expect_survived
