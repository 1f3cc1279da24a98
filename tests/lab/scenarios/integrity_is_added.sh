# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# A RAID volume gets integrity: the daemon watches without a request how its checksums are reckoned, and says that it ends when
# the last image has all of them. It runs nothing. Stock's daemon has no such operation.
# pvmove: none
# daemon: own
# lvm2: each
# deadline: 250

# The kernel shows how far it is only after 16 MiB each: a slow one may be at the beginning still.
is_unprotected() { # IMAGE: it has checksums, and the kernel is not at their end
	dmsetup status "vg-data_rimage_$1" | awk '{ found = $3 == "integrity" && $6 ~ /^[0-9]+$/ && $6 < $5 } END { exit !found }'
}

is_protected() { # IMAGE
	dmsetup status "vg-data_rimage_$1" | awk '{ found = $3 == "integrity" && $6 == $5 } END { exit !found }'
}

disks_make 2 96
vg_make vg "${disk[@]}"
lv_make vg data 40 "${disk[0]}"
run_ok lvconvert -y --type raid1 -m1 vg/data "${disk[1]}"
wait_until 30 raid_is_in_sync vg/data
plugin_discovers integrity
daemon_start

# To reckon the checksums the kernel reads all data, 16 MiB at a time. lvm2 reads from the same disks: once it has ended, they all
# but stand still until the daemon looks.
disk_read_at "${disk[0]}" 512
disk_read_at "${disk[1]}" 512
run lvconvert -y --raidintegrity y vg/data
[ "$status" = 0 ] || skip "this lvm2 or kernel adds no integrity: $output"
disk_read_at "${disk[0]}" 16
disk_read_at "${disk[1]}" 16
wait_until 70 daemon_has_logged "vg/data .*is watched from now on"

disk_read_at "${disk[0]}" 0
wait_until 30 is_protected 0
is_unprotected 1 || fail "image 1 has all its checksums already"
wait_until 30 daemon_has_logged "vg/data .*: [0-9]+ % done"
not daemon_has_logged "vg/data .*ends well" || fail "it was called finished before image 1 has all its checksums"

disk_read_at "${disk[1]}" 0
wait_until 60 daemon_has_logged "vg/data .*ends well.*mismatches=0$"
is_protected 0 || fail "image 0 lacks checksums"
is_protected 1 || fail "image 1 lacks checksums"
expect_equal "how often something was discovered" 1 "$(grep -ac "is watched from now on" "$lab/daemon.log")"
expect_equal "what the daemon has run" "" "$(<"$lab/lvm.log")"
uncollected=1
