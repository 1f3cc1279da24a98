# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# pvmove --atomic copies all volumes of a disk as one: they change places together.
# lvm2: each

disks_make 2 64
vg_make vg "${disk[@]}"
lv_make vg first 12 "${disk[0]}"
lv_make vg second 12 "${disk[0]}"
daemon_start

copy_slowly
job_start move pvmove --atomic -i1 "${disk[0]}" "${disk[1]}"
wait_until 10 mirror_is_half_way
expect_equal "the disks of the copy's first half" "${disk[0]}" "$(lv_disks vg/pvmove0_mimage_0)"
copy_fast
job_wait move 20

expect_status 0
expect_output "^ *${disk[0]}: Moved: [0-9.]+%$"
expect_on vg/first "${disk[1]}"
expect_on vg/second "${disk[1]}"
expect_disk_empty "${disk[0]}"
expect_lvpoll_runs 1 "--polloperation pvmove vg/pvmove0"
