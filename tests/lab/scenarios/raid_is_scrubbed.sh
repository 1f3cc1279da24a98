# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# One leg of a RAID volume is overwritten behind its back: a check tells how many sectors differ, and after a repair none does.
# The daemon finds the first by itself, as soon as devices come or go; root starts the others. Stock's daemon has no such
# operation.
# pvmove: none
# daemon: own
# lvm2: each
# deadline: 150

tool=$(dirname "$(dirname "$LAB_DAEMON")")/ctl/lvmpollctl
[ -x "$tool" ] || skip "lvmpollctl was not built, since libsmartcols was missing"
export LVM_LVMPOLLD_SOCKET=$daemon_socket

scrub_begins() { # ACTION: slowly, so that it is seen
	echo 100 >/proc/sys/dev/raid/speed_limit_min
	echo 100 >/proc/sys/dev/raid/speed_limit_max
	run_ok lvchange --syncaction "$1" vg/data
}

scrub_ends() { # NUMBER: it is the so manyth of all
	echo 200000 >/proc/sys/dev/raid/speed_limit_max
	wait_until 30 daemon_has_logged "vg/data .*ends well" "$1"
}

disks_make 2 64
vg_make vg "${disk[@]}"
run_ok lvcreate -qq -y -Wn --type raid1 -m1 -l 24 -n data vg
data_write vg/data
wait_until 30 raid_is_in_sync vg/data
plugin_discovers raid_scrub
daemon_start

# 64 KiB differ. The leg that is read is the first.
dd if=/dev/zero of=/dev/mapper/vg-data_rimage_1 bs=64k count=1 seek=64 oflag=direct conv=notrunc status=none
scrub_begins check
run_ok lvcreate -qq -y -Wn -l 1 -n other vg
wait_until 30 daemon_has_logged "vg/data .*is watched from now on"
scrub_ends 1
expect_equal "the end of the check" 1 "$(grep -aEc "ends well.*mismatches=128$" "$lab/daemon.log")"
scrub_begins repair
run_ok "$tool" start raid_scrub vg/data
scrub_ends 2
expect_equal "what the repair tells of mismatches" 1 "$(grep -aEc "ends well.*mismatches" "$lab/daemon.log")"
scrub_begins check
run_ok "$tool" start raid_scrub vg/data
scrub_ends 3
expect_equal "the end of the second check" 1 "$(grep -aEc "ends well.*mismatches=0$" "$lab/daemon.log")"
expect_lvpoll_runs 0
uncollected=1
