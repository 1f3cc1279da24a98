# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# Under systemd, the daemon is killed while its lvpoll waits for the group's lock: no other one polls before that has ended.
# boot: systemd
# stock: fails, because its lvpoll dies with the daemon and nothing starts another

daemon_is_systemds
lvpolls_note_overlaps
slow_move_start
vg_lock_take vg
copy_fast
wait_until 20 mirror_is_in_sync
wait_until 20 lvpolls_are 1
daemon_kill KILL
wait_until 10 daemon_runs_again
kernel_has_target mirror || fail "a step was made while another command had the group's lock"
vg_lock_release

wait_until 30 pvmove_none
expect_moved vg/data
expect_survived
