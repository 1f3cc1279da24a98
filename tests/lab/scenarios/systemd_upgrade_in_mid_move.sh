# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# Under systemd, an upgrade in mid-move: same process, same socket, and pvmove in the foreground notices nothing.
# boot: systemd
# daemon: own
# lvm2: each

upgrades_are() {
	[ "$(grep -c 'has taken over' "$lab/daemon.log")" = "$1" ]
}

daemon_is_systemds
lvpolls_note_overlaps
disks_make 2 64
vg_make vg "${disk[@]}"
lv_make vg data 48 "${disk[0]}"
daemon_start
copy_slowly
job_start move pvmove -i1 "${disk[0]}" "${disk[1]}"
wait_until 20 mirror_is_half_way

pid=$(unit_property "$service" MainPID)
inode=$(stat -c %i "$daemon_socket")
for number in 1 2; do
	run_ok systemctl kill --kill-whom=main -s USR2 "$service"
	wait_until 10 upgrades_are "$number"
	wait_until 10 unit_is "$service" active
done
expect_equal "the service's process" "$pid" "$(unit_property "$service" MainPID)"
expect_equal "the number of restarts" 0 "$(unit_property "$service" NRestarts)"
expect_equal "the socket" "$inode" "$(stat -c %i "$daemon_socket")"
copy_fast
job_wait move 30

expect_status 0
expect_output "^ *${disk[0]}: Moved: [0-9.]+%$"
expect_moved vg/data
expect_survived
