# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# Without -f and without systemd the daemon goes to the background once it is ready, and lvm2 works with it.

disks_make 2 64
vg_make vg "${disk[@]}"
lv_make vg data 24 "${disk[0]}"

run_ok "$LAB_DAEMON" -s "$daemon_socket" -p "$daemon_pid_file" -B "$lab/lvm"
daemon_answers || fail "the daemon does not answer although the command that started it has ended"
daemon_pid=$(<"$daemon_pid_file")
daemon_is_alive || fail "the process of the pid file, $daemon_pid, is not there"

run_ok pvmove -i1 "${disk[0]}" "${disk[1]}"
expect_on vg/data "${disk[1]}"
expect_lvpoll_runs 1
