# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# The abort of a move that was given up finds nothing, since the group was renamed: it succeeds under the new name.
# daemon: own

disks_make 2 64
disk_make_breakable "${disk[1]}"
vg_make vg "${disk[0]}" "$breakable"
lv_make vg data 48 "${disk[0]}"
daemon_start
disk_spoil 16384 8192

copy_slowly
job_start move pvmove -i1 "${disk[0]}" "$breakable"
job_wait move 30
expect_status 5

lvpolls_hold
run_ok pvmove -b --abort
wait_until 10 lvpoll_has_run "--abort"
run_ok vgrename vg new
data_renamed vg/data new/data
lvpolls_release
wait_until 20 pvmove_none
expect_on new/data "${disk[0]}"
uncollected_aborts=1
