# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# A RAID volume is synchronised, and a leg is replaced that fails meanwhile: the daemon watches it without a request, and runs
# nothing. Stock's daemon has no such operation.
# pvmove: none
# daemon: own
# lvm2: each
# deadline: 150

disks_make 3 64
disk_make_breakable "${disk[2]}"
vg_make vg "${disk[0]}" "${disk[1]}" "$breakable"
plugin_discovers raid_sync
daemon_start

copy_slowly
run_ok lvcreate -qq -y -Wn --type raid1 -m1 -l 40 -n data vg "${disk[0]}" "${disk[1]}"
copy_hold
wait_until 30 daemon_has_logged "vg/data .*is watched from now on"
copy_fast
wait_until 30 daemon_has_logged "vg/data .*ends well"
data_write vg/data

copy_slowly
run_ok lvconvert -y --replace "${disk[1]}" vg/data "$breakable"
copy_hold
wait_until 30 daemon_has_logged "vg/data .*is watched from now on" 2
copy_slowly
disk_break
wait_until 30 daemon_has_logged "vg/data .*leg 1 has failed \\(data_rimage_1\\)"
disk_mend
copy_fast
run_ok lvchange --refresh vg/data
wait_until 60 daemon_has_logged "vg/data .*ends well.*leg_1_failed=1"
expect_equal "how often that it ends was told" 2 "$(grep -ac "ends well" "$lab/daemon.log")"
raid_is_in_sync vg/data || fail "vg/data is not in sync"
expect_lvpoll_runs 0
uncollected=1
