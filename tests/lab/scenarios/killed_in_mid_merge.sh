# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# The daemon is killed in the middle of a merge, and another one is started: it goes on.
# pvmove: none

lvpolls_note_overlaps
slow_merge_start
daemon_kill KILL
daemon_start_again
copy_fast

wait_until 40 volume_is_gone vg/snap
expect_on vg/data "${disk[0]}"
expect_survived
if [ "$LAB_STOCK" = 1 ]; then
	uncollected=0
fi
