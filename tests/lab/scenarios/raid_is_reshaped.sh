# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# Stripes are taken away from a RAID volume: the daemon, killed and started meanwhile, has lvm2 free the leg that holds nothing
# any more, without a request. Then the type is changed, in two parts and with a question. Stock's daemon has no such operation.
# pvmove: none
# daemon: own
# lvm2: each
# deadline: 200

tool=$(dirname "$(dirname "$LAB_DAEMON")")/ctl/lvmpollctl
[ -x "$tool" ] || skip "lvmpollctl was not built, since libsmartcols was missing"
export LVM_LVMPOLLD_SOCKET=$daemon_socket
grep -q "^raid456 " /proc/modules || skip "this kernel has no raid456"

runs_of() {
	grep -c -- " lvconvert $1" "$lab/lvm.log" || true
}

# answer_yes COMMAND...: as an administrator does. With -qq lvm2 would answer by itself, with no.
answer_yes() {
	printf 'y\n' | "$@"
}

disks_make 5 64
vg_make vg "${disk[@]}"
plugin_discovers raid_reshape
daemon_start

run_ok lvcreate -qq -y -Wn --type raid5 -i 3 -l 150 -n data vg
wait_until 60 raid_is_in_sync vg/data
data_overwrite vg/data 90
sum=$(head -c 90M /dev/vg/data | md5sum)

# As slow as the kernel can be told to: it goes on in pieces.
run_ok lvchange -qq --maxrecoveryrate 128k vg/data
run_ok answer_yes lvconvert --force --stripes 2 vg/data
wait_until 90 daemon_has_logged "vg/data .*is watched from now on"
kill -KILL "$daemon_pid"
wait "$daemon_pid" || true
expect_equal "how often lvconvert was called before the daemon was killed" 0 "$(runs_of --stripes)"
run_ok lvchange -qq --maxrecoveryrate 0 vg/data
daemon_start
wait_until 60 daemon_has_logged "vg/data .*ends well"
expect_equal "how often lvconvert was called" 1 "$(runs_of "--stripes 2 vg/data")"
expect_equal "its stripes" 2 "$(lvs --noheadings -o data_stripes vg/data | xargs)"
expect_equal "its legs" 3 "$(lvs --noheadings -o stripes vg/data | xargs)"
[ "$(head -c 90M /dev/vg/data | md5sum)" = "$sum" ] || fail "vg/data has other data"
# What nobody has freed could not be activated.
run_ok lvchange -an vg/data
run_ok lvchange -ay vg/data
[ "$(head -c 90M /dev/vg/data | md5sum)" = "$sum" ] || fail "vg/data has other data once it was not active"
run_ok lvremove -qq -y vg/data

# What is found by itself has no type, and a start with one would be refused.
daemon_stop
plugin_named raid_reshape
daemon_start
run_ok lvcreate -qq -y -Wn --type raid6 -i 3 -l 30 -n more vg
wait_until 60 raid_is_in_sync vg/more
data_write vg/more
run_ok answer_yes lvconvert --type raid5 vg/more
run_ok "$tool" start raid_reshape vg/more --option type=raid5
wait_until 90 daemon_has_logged "vg/more .*ends well"
daemon_has_logged "vg/more .*lvconvert\\[[0-9]*\\] asks: Are you sure .*the start has said" ||
	fail "the question was not told"
expect_equal "how often lvconvert was called" 1 "$(runs_of "--type raid5 vg/more")"
expect_equal "its type" raid5_ls "$(dmsetup status vg-more | cut -d' ' -f4)"
data_check vg/more
expect_lvpoll_runs 0
uncollected=1
