# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# The volume group is renamed before an abort's lvpoll looks for it, which then finds nothing: the move goes on.
# daemon: own
# lvm2: each

slow_move_start
lvpolls_hold
run_ok pvmove -b --abort
wait_until 10 lvpoll_has_run "--abort"
run_ok vgrename vg new
data_renamed vg/data new/data
lvpolls_release
wait_until 10 grep -q "the abort did not succeed" "$lab/daemon.log"
copy_fast

wait_until 30 pvmove_none
expect_on new/data "${disk[1]}"
uncollected_aborts=1
uncollected=1
