# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# lvm commands that plugins run beside lvpoll, in the sandbox of our service: a cache and a writecache are taken off, and the legs
# that a reshape has left are freed.
# boot: systemd
# pvmove: none
# daemon: own
# deadline: 200

tool=$(dirname "$(dirname "$LAB_DAEMON")")/ctl/lvmpollctl
[ -x "$tool" ] || skip "lvmpollctl was not built, since libsmartcols was missing"
export LVM_LVMPOLLD_SOCKET=$daemon_socket
for target in cache writecache; do
	dmsetup targets | grep -q "^$target " || skip "this kernel has no dm-$target"
done
grep -q "^raid456 " /proc/modules || skip "this kernel has no raid456"

# expect_done VOLUME COMMAND: the operation has ended well, by this command of lvm2.
expect_done() {
	wait_until 60 daemon_has_logged "$1 .*ends well"
	grep -q -- " lvconvert .*$2.* $1\$" "$lab/lvm.log" || fail "lvconvert $2 has not been run: $(<"$lab/lvm.log")"
	data_check "$1"
}

# volume_make NAME TYPE OPTION: a volume of 20 MiB with a cache of this type.
volume_make() {
	run_ok lvcreate -qq -y -Wn -Zn -l 20 -n "$1" vg "${disk[0]}"
	run_ok lvcreate -qq -y -Wn -Zn -an -l 20 -n "$1_fast" vg "${disk[1]}"
	run_ok lvconvert -qq -y --type "$2" --cachevol "vg/$1_fast" "vg/$1"
	data_write "vg/$1"
}

disks_make 5 64
vg_make vg "${disk[@]}"
echo "plugins: {enabled: [all, uncache, writecache_detach, raid_reshape]}" >"$lab/lvmpolld.yaml"
daemon_is_systemds
daemon_start -c "$lab/lvmpolld.yaml" -l info

volume_make cached cache
run_ok "$tool" start uncache vg/cached
expect_done vg/cached --uncache
volume_make written writecache
run_ok "$tool" start writecache_detach vg/written
expect_done vg/written --uncache
run_ok lvremove -qq -y vg/cached vg/written
unset 'data_sums[vg/cached]' 'data_sums[vg/written]'

run_ok lvcreate -qq -y -Wn --type raid6 -i 3 -l 30 -n more vg
wait_until 60 raid_is_in_sync vg/more
data_write vg/more
printf 'y\n' | lvconvert --type raid5 vg/more
run_ok "$tool" start raid_reshape vg/more --option type=raid5
expect_done vg/more "--type raid5"
uncollected=3
