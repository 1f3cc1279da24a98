# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# Two moves in two volume groups run side by side.

disks_make 4 64
vg_make one "${disk[0]}" "${disk[1]}"
vg_make two "${disk[2]}" "${disk[3]}"
lv_make one data 48 "${disk[0]}"
lv_make two data 48 "${disk[2]}"
daemon_start

copy_slowly
job_start first pvmove -i1 "${disk[0]}" "${disk[1]}"
job_start second pvmove -i1 "${disk[2]}" "${disk[3]}"
wait_until 10 polled_are 2
expect_equal "the volumes that the daemon polls" "one/pvmove0 two/pvmove0" "$(dump_volumes poll in_progress | sort | xargs)"
copy_fast

job_wait first 20
expect_status 0
expect_output "^ *${disk[0]}: Moved: [0-9.]+%$"
job_wait second 20
expect_status 0
expect_output "^ *${disk[2]}: Moved: [0-9.]+%$"
expect_on one/data "${disk[1]}"
expect_on two/data "${disk[3]}"
expect_lvpoll_runs 1 one/pvmove0
expect_lvpoll_runs 1 two/pvmove0
