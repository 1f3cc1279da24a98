# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# The daemon is upgraded in the middle of a fragmented move: pvmove in the foreground notices nothing.
# daemon: own
# lvm2: each
# deadline: 150

upgrades_are() {
	[ "$(grep -c 'has taken over' "$lab/daemon.log")" = "$1" ]
}

# One that is held up has begun.
lvpoll_has_begun() {
	[ "$(lvpoll_runs)" -gt "$runs_before" ]
}

# upgrade NUMBER: lets the daemon execute its program anew, for so many times by now.
upgrade() {
	kill -USR2 "$daemon_pid"
	wait_until 10 upgrades_are "$1"
	daemon_is_alive || fail "the daemon is gone"
}

disks_make 2 64
vg_make vg "${disk[@]}"
lv_make_fragmented vg data 4 "${disk[0]}"
lv_make vg large 30 "${disk[0]}"
lvpolls_note_overlaps
daemon_start

copy_slowly
job_start move pvmove -i1 "${disk[0]}" "${disk[1]}"
wait_until 20 mirror_is_half_way
copy_slower
upgrade 1
pid_in_file=$(<"$daemon_pid_file")
expect_equal "the process id in the pid file" "$daemon_pid" "$pid_in_file"
lvpolls_hold
runs_before=$(lvpoll_runs)
copy_fast
wait_until 10 lvpoll_has_begun
upgrade 2
upgrade 3
lvpolls_release
job_wait move 80

expect_status 0
expect_output "^ *${disk[0]}: Moved: [0-9.]+%$"
expect_no_output "[Ll]ost|[Ff]ailed|WARNING"
expect_on vg/data "${disk[1]}"
expect_on vg/large "${disk[1]}"
expect_disk_empty "${disk[0]}"
expect_survived
