# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# A move that is no longer polled is resumed by lvchange --poll y, in the background.
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

run_ok lvchange --config activation/polling_interval=1 --poll y vg/data
expect_equal "the volumes that the daemon polls" vg/pvmove0 "$(dump_volumes poll in_progress)"

copy_fast
wait_until 20 pvmove_none
expect_on vg/data "${disk[1]}"
expect_lvpoll_runs 2 "--polloperation pvmove vg/pvmove0"
uncollected=1
