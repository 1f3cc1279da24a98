# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# A third leg is made, by a layer over a mirror with its log on disk, and one place of it cannot be written: the conversion does
# not end, and the leg can be taken away.
# pvmove: none

disks_make 4 64
disk_make_breakable "${disk[2]}"
vg_make vg "${disk[0]}" "${disk[1]}" "$breakable" "${disk[3]}"
lv_make vg data 24 "${disk[0]}"
daemon_start
run_ok lvconvert -y -i1 --type mirror -m1 --mirrorlog disk vg/data "${disk[1]}" "${disk[3]}"
: >"$lab/lvm.log"
disk_take_no_writes 16384 8 error_writes

run_ok lvconvert -y -b -i1 --type mirror -m2 vg/data "$breakable"
wait_until 20 mirror_has_failed_leg
wait_until 20 lvpoll_has_run "--polloperation convert vg/data"
not conversion_is_over || fail "the leg is taken for complete"

run_ok lvconvert -y -m1 vg/data "$breakable"
wait_until 20 conversion_is_over
expect_mirror_legs vg/data "${disk[0]}" "${disk[1]}"
wait_until 20 polled_are 0
uncollected=$(dump_count poll)
