# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# A daemon is killed in an abort, which its lvpoll finishes; a new move has the same name when the next daemon starts.
# lvm2: each
# daemon: own

lvpolls_note_overlaps
slow_move_start
lvpolls_hold
job_start abort pvmove --abort
wait_until 10 lvpoll_has_run "--abort"
daemon_kill KILL
lvpolls_release
wait_until 20 pvmove_none
job_wait abort 20

run_ok pvmove -b -i1 --config global/use_lvmpolld=0 "${disk[0]}" "${disk[1]}"
wait_until 10 mirror_is_half_way
copy_hold
daemon_start_again
wait_until 10 dump_has_finished abort 1
wait_until 10 dump_has_finished poll 1
mirror_is_half_way || fail "the new move was touched"
copy_fast

wait_until 30 pvmove_none
expect_on vg/data "${disk[1]}"
expect_survived
expect_equal "lvpolls of the next daemon" 1 "$(lvpoll_runs)"
uncollected=1
uncollected_aborts=1
