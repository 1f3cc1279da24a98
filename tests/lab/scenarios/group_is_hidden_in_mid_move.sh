# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# lvm.conf hides the disks that a pvmove sees by its --config: that fails, and says why; the move goes on when lvm.conf shows them.
# stock: fails, because its lvpoll exits with 0 where it sees no disks
# lvm2: each

daemon_is_impatient
disks_make 2 64
vg_make vg "${disk[@]}"
lv_make vg data 48 "${disk[0]}"
cp /etc/lvm/lvm.conf "$lab/lvm.conf"
sed -i 's/filter=\[[^]]*\]/filter=["r|.*|"]/' /etc/lvm/lvm.conf
daemon_start

copy_slowly
job_start move pvmove --config 'devices/filter=["a|loop|","r|.*|"]' -i1 "${disk[0]}" "${disk[1]}"
wait_until 20 mirror_is_half_way
copy_fast
job_wait move 30
expect_status 5
wait_until 10 operation_has_failed 1 not_seen
grep -q "vg/pvmove0.*lvm2 does not see the volume group" "$lab/daemon.log" ||
	fail "the log does not say that lvm2 does not see the group"
kernel_has_target mirror || fail "the mirror is gone"

cp "$lab/lvm.conf" /etc/lvm/lvm.conf
kill -HUP "$daemon_pid"
wait_until 30 pvmove_none
expect_moved vg/data
expect_survived
