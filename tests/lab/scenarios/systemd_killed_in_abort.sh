# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# Under systemd, the daemon is killed while its lvpoll aborts a move: the abort goes on with the next one.
# boot: systemd
# stock: fails, because its lvpoll dies with the daemon and nothing starts another

daemon_is_systemds
lvpolls_note_overlaps
slow_move_start
lvpolls_hold
job_start abort pvmove --abort
wait_until 10 lvpoll_has_run "--abort"
daemon_kill KILL
lvpolls_release

wait_until 30 pvmove_none
expect_on vg/data "${disk[0]}"
expect_disk_empty "${disk[1]}"
job_wait abort 20
expect_survived
uncollected_aborts=1
[ "$LAB_STOCK" = 0 ] || uncollected=0
