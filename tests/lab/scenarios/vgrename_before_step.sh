# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# A group is renamed when the lvpoll of a step has been started with the old name: its exit with 0 is not believed.
# lvm2: each
# stock: fails, because it believes an lvpoll that could not find the group

lvpolls_hold
slow_move_start
copy_fast
wait_until 20 lvpoll_has_run "vg/pvmove0"

run_ok vgrename vg renamed
data_renamed vg/data renamed/data
lvpolls_release

wait_until 20 pvmove_none
expect_moved renamed/data
expect_lvpoll_runs 1 "--polloperation pvmove renamed/pvmove0"
