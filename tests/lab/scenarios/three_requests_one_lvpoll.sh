# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# Three requests for one move start one lvpoll: pvmove -b, lvchange --poll y, and a pvmove in the foreground.

disks_make 2 64
vg_make vg "${disk[@]}"
lv_make vg data 48 "${disk[0]}"
daemon_start

copy_slowly
run_ok pvmove -b -i1 "${disk[0]}" "${disk[1]}"
wait_until 10 mirror_is_half_way
copy_slower
run_ok lvchange --poll y vg/data
job_start third pvmove -i1 "${disk[0]}"
wait_until 10 requests_are 3
expect_equal "the number of operations" 1 "$(dump_count poll in_progress)"
copy_fast

job_wait third 20
expect_status 0
expect_output "^ *${disk[0]}: Moved: [0-9.]+%$"
expect_lvpoll_runs 1
expect_on vg/data "${disk[1]}"
