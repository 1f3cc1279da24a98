# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# While systemd shuts the machine down, no daemon finishes a merge; when the shutdown is called off, it goes on.
# boot: systemd
# daemon: own
# pvmove: none
# deadline: 150

daemon_is_systemds
lvpolls_note_overlaps
slow_merge_start
shutdown_begin
daemon_is_shut_down
wait_until 10 lvpoll_none
runs=$(lvpoll_runs)
copy_fast
wait_until 30 merge_has_copied_all
expect_no_daemon_in_shutdown
expect_equal "the number of lvpoll runs in the shutdown" "$runs" "$(lvpoll_runs)"

shutdown_cancel
wait_until 40 volume_is_gone vg/snap
expect_on vg/data "${disk[0]}"
expect_survived
