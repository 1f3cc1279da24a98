# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# While systemd shuts the machine down, no daemon begins a step: what is in flight is left as it is. When the shutdown is called
# off, the move goes on with the daemon that is started after that.
# boot: systemd
# daemon: own
# deadline: 150

daemon_is_systemds
lvpolls_note_overlaps
slow_move_start
shutdown_begin
daemon_is_shut_down
wait_until 10 lvpoll_none
runs=$(lvpoll_runs)

# A daemon would begin a step now. Neither its path unit nor an administrator starts one.
copy_fast
wait_until 20 mirror_is_in_sync
expect_no_daemon_in_shutdown
expect_equal "the number of lvpoll runs in the shutdown" "$runs" "$(lvpoll_runs)"

shutdown_cancel
wait_until 30 pvmove_none
expect_moved vg/data
expect_survived
