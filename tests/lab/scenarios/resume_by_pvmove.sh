# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# A move that is no longer polled is resumed by pvmove without arguments, which shows its progress.
# lvm2: each

disks_make 2 64
vg_make vg "${disk[@]}"
lv_make vg data 48 "${disk[0]}"
daemon_start

copy_slowly
run_ok pvmove -b -i1 "${disk[0]}" "${disk[1]}"
wait_until 10 mirror_is_half_way
copy_slower
daemon_replace_by_ignorant_one
expect_equal "the number of operations that the new daemon knows" 0 "$(dump_count poll)"
kernel_has_target mirror || fail "the move ended before it could be resumed"

copy_fast
run_ok pvmove -i1

expect_output "^ *${disk[0]}: Moved: [0-9.]+%$"
expect_on vg/data "${disk[1]}"
expect_lvpoll_runs 2 "--polloperation pvmove vg/pvmove0"
