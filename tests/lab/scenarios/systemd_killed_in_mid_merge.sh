# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# Under systemd, the daemon is killed in the middle of a merge: it goes on with the next one.
# boot: systemd
# stock: fails, because its lvpoll dies with the daemon and nothing starts another
# pvmove: none

daemon_is_systemds
lvpolls_note_overlaps
slow_merge_start
daemon_kill KILL
copy_fast

wait_until 40 volume_is_gone vg/snap
expect_on vg/data "${disk[0]}"
expect_survived
