# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# What is written to a volume in mid-move is on the new disk after the move.

disks_make 2 64
vg_make vg "${disk[@]}"
lv_make vg data 48 "${disk[0]}"
daemon_start

copy_slowly
job_start move pvmove -i1 "${disk[0]}" "${disk[1]}"
wait_until 10 mirror_is_half_way
data_write vg/data
kernel_has_target mirror || fail "the move ended before the data was written"
copy_fast
job_wait move 20

expect_status 0
expect_output "^ *${disk[0]}: Moved: [0-9.]+%$"
expect_on vg/data "${disk[1]}"
expect_lvpoll_runs 1
