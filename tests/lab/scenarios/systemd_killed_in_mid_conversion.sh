# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# Under systemd, the daemon is killed in the middle of a conversion: it goes on with the next one.
# boot: systemd
# stock: fails, because its lvpoll dies with the daemon and nothing starts another
# pvmove: none

daemon_is_systemds
lvpolls_note_overlaps
mirror_make
slow_conversion_start
daemon_kill KILL
copy_fast

wait_until 30 conversion_is_over
expect_mirror_legs vg/data "${disk[0]}" "${disk[1]}" "${disk[2]}"
expect_survived
