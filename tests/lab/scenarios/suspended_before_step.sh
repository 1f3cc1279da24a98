# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# The device of a move is suspended when a step has been started, by somebody who resumes it in the end.
# lvm2: each

lvpolls_hold
slow_move_start
copy_fast
wait_until 20 mirror_is_in_sync
wait_until 20 lvpoll_has_run "vg/pvmove0"
run_ok dmsetup suspend vg-data
lvpolls_release
run_ok dmsetup resume vg-data

wait_until 20 pvmove_none
expect_moved vg/data
