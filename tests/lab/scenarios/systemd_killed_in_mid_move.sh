# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# Under systemd, the daemon is killed while data is copied: the move goes on with the next one, and nobody had to ask.
# boot: systemd
# stock: fails, because its lvpoll dies with the daemon and nothing starts another
# lvm2: each

daemon_is_systemds
lvpolls_note_overlaps
slow_move_start
daemon_kill KILL
copy_fast

wait_until 30 pvmove_none
expect_moved vg/data
expect_survived
