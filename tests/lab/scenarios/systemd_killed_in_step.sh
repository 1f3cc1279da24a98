# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# Under systemd, the daemon is killed when it has started the lvpoll of a step: that one ends, and the next does the step.
# boot: systemd
# daemon: own

daemon_is_systemds
lvpolls_note_overlaps
slow_move_start
lvpolls_hold
copy_fast
wait_until 20 mirror_is_in_sync
wait_until 20 lvpoll_has_run "vg/pvmove0"
daemon_kill KILL
lvpolls_release

wait_until 30 pvmove_none
expect_moved vg/data
expect_survived
