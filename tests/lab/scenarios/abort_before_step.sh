# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# pvmove --abort when the lvpoll of a step has been started: one of the two does its work, and the data is what it was.

lvpolls_hold
slow_move_start
copy_fast
wait_until 20 mirror_is_in_sync
wait_until 20 lvpoll_has_run "vg/pvmove0"
job_start abort pvmove --abort
wait_until 10 lvpoll_has_run "--abort"
lvpolls_release

job_wait abort 20
wait_until 20 pvmove_none
