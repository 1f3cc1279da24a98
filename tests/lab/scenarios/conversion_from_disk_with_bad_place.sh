# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# A second leg is made of a volume that cannot be read in one place: it is never taken for complete, and can be taken away.
# pvmove: none

disks_make 2 64
disk_make_breakable "${disk[0]}"
vg_make vg "$breakable" "${disk[1]}"
lv_make vg data 24 "$breakable"
daemon_start
disk_spoil 16384 8

job_start convert lvconvert -y -i1 --type mirror -m1 --mirrorlog core vg/data "${disk[1]}"
wait_until 20 mirror_has_failed_leg
wait_until 20 lvpoll_has_run "--polloperation convert vg/data"
not mirror_is_in_sync || fail "the leg is taken for complete"

run_ok lvconvert -y -m0 vg/data "${disk[1]}"
job_wait convert 40
disk_mend
expect_equal "where vg/data lies by the metadata" "$breakable" "$(lv_disks vg/data)"
# lvm2's command may give up by itself, and does not ask for the result then.
wait_until 20 polled_are 0
uncollected=$(dump_count poll)
