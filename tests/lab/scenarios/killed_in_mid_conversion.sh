# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# The daemon is killed in the middle of a conversion, and another one is started: it goes on.
# pvmove: none

lvpolls_note_overlaps
mirror_make
slow_conversion_start
daemon_kill KILL
daemon_start_again
copy_fast

wait_until 30 conversion_is_over
expect_mirror_legs vg/data "${disk[0]}" "${disk[1]}" "${disk[2]}"
expect_survived
if [ "$LAB_STOCK" = 1 ]; then
	uncollected=0
fi
