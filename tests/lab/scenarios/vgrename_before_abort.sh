# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# The group is renamed before the lvpoll of an abort looks for it, which finds nothing: lvm2 is asked for its name, and the abort succeeds.
# daemon: own
# lvm2: each

slow_move_start
lvpolls_hold
job_start abort pvmove --abort "${disk[0]}"
wait_until 10 lvpoll_has_run "--abort"
run_ok vgrename vg new
data_renamed vg/data new/data
lvpolls_release
job_wait abort 20
expect_status 0

pvmove_none || fail "the move is still there"
expect_on new/data "${disk[0]}"
uncollected=1
