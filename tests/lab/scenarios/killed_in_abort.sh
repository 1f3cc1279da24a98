# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# The daemon is killed while the lvpoll of an abort waits for the group's lock: the next one goes on with the abort.
# daemon: own

lvpolls_note_overlaps
slow_move_start
lvpolls_hold
job_start abort pvmove --abort
wait_until 10 lvpoll_has_run "--abort"
vg_lock_take vg
lvpolls_release
wait_until 10 lvpolls_are 1
daemon_kill KILL
daemon_start_again
vg_lock_release

wait_until 30 pvmove_none
expect_on vg/data "${disk[0]}"
expect_disk_empty "${disk[1]}"
job_wait abort 20
expect_survived
uncollected_aborts=1
