# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# With "monitor: lvpoll" an lvpoll polls by itself all the time, as with stock.
# daemon: own

printf 'plugins:\n  pvmove: {monitor: lvpoll}\n' >"$lab/lvmpolld.yaml"
disks_make 2 64
vg_make vg "${disk[@]}"
lv_make vg data 48 "${disk[0]}"
daemon_start -c "$lab/lvmpolld.yaml"

copy_slowly
job_start move pvmove -i1 "${disk[0]}" "${disk[1]}"
wait_until 10 mirror_is_half_way
wait_until 10 lvpolls_are 1
kernel_has_target mirror || fail "the move ended before its lvpoll was seen"
copy_fast

job_wait move 20
expect_status 0
expect_output "^ *${disk[0]}: Moved: [0-9.]+%$"
expect_moved vg/data
expect_equal "the number of lvpoll runs" 1 "$(lvpoll_runs "--interval 1 --polloperation pvmove vg/pvmove0")"
