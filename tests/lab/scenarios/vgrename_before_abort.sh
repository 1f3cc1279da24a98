# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# The group is renamed before the lvpoll of an abort looks for it, which finds nothing: that is told, and the move goes on.
# daemon: own
# lvm2: each

slow_move_start
lvpolls_hold
job_start abort pvmove --abort "${disk[0]}"
wait_until 10 lvpoll_has_run "--abort"
run_ok vgrename vg new
data_renamed vg/data new/data
lvpolls_release
job_wait abort 10
expect_status 5
grep -q "the abort did not succeed" "$lab/daemon.log" || fail "the log does not say that the move goes on"
copy_fast

wait_until 30 pvmove_none
expect_on new/data "${disk[1]}"
uncollected=1
