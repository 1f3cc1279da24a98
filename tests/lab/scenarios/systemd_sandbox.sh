# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# Every kind of operation in the sandbox of our service; and what an lvm process in there must not do, it cannot.
# boot: systemd
# daemon: own
# deadline: 120
# lvm2: each

# Runs as part of an lvpoll: each line tells whether something could be done.
cat >"$lab/probe" <<'PROBE'
#!/bin/bash
try() {
	local name=$1
	shift
	if "$@" >/dev/null 2>&1 </dev/null; then
		echo "$name: yes"
	else
		echo "$name: no"
	fi
}
{
	try "write to /etc/lvm" touch /etc/lvm/probe
	try "write to /run" touch /run/probe
	try "read /root" ls /root
	try "open a block device" head -c 1 /dev/loop0
	try "write to /etc" touch /etc/probe
	try "write to /usr" touch /usr/probe
	try "write to /var" touch /var/probe
	try "write to /root" touch /root/probe
	try "write to /tmp" touch /tmp/probe
	try "change a kernel setting" tee /proc/sys/kernel/printk
	try "read the kernel's log" dd if=/dev/kmsg of=/dev/null bs=16k count=1 iflag=nonblock
	try "write to the kernel's log" tee /dev/kmsg
	try "make a character device" mknod /dev/probe c 1 1
	try "mount" mount -t tmpfs none /run/lab
	try "make a namespace" unshare --mount true
	try "set the clock" date -s 12:00
	try "load a module" modprobe loop
	try "see the network" grep -q : <(sed '1,2d; /lo:/d' /proc/self/net/dev)
	try "become another user" setpriv --reuid 1 --clear-groups true
	grep -E '^(NoNewPrivs|Seccomp):' /proc/self/status
} >"/run/lab/probe.result"
PROBE
chmod +x "$lab/probe"
sed -i '2a [ -e /run/lab/probe.result ] || /run/lab/probe' "$lab/lvm"

disks_make 3 128
vg_make vg "${disk[@]}"
lv_make vg data 48 "${disk[0]}"
run_ok lvcreate -qq -y --type thin-pool -Zn -l 24 -n pool vg "${disk[2]}"
run_ok lvcreate -qq -y -V 16m --thinpool vg/pool -n thin
data_write vg/thin
echo 1 >/proc/sys/kernel/dmesg_restrict
echo "plugins: {pvmove: {verify: always}}" >"$lab/lvmpolld.yaml"
daemon_is_systemds
daemon_start -c "$lab/lvmpolld.yaml" -l info

run_ok pvmove -i1 "${disk[0]}" "${disk[1]}"
expect_moved vg/data
grep -q "the copies are the same" "$lab/daemon.log" || fail "the copies were not compared"
if grep "/dev/kmsg cannot be read" "$lab/daemon.log"; then
	fail "the kernel's log cannot be read in the sandbox"
fi

copy_slowly
run_ok pvmove -b -i1 -n vg/data "${disk[1]}" "${disk[0]}"
wait_until 10 mirror_is_half_way
run_ok pvmove --abort
copy_fast
wait_until 20 pvmove_none
expect_on vg/data "${disk[1]}"

run_ok lvconvert -y -i1 --type mirror -m1 --mirrorlog core vg/data "${disk[0]}"
expect_mirror_legs vg/data "${disk[1]}" "${disk[0]}"
run_ok lvconvert -qq -y -m0 vg/data "${disk[0]}"

run_ok lvcreate -qq -y -s -l 52 -n snap vg/data "${disk[0]}"
data_spoil vg/data 8
run_ok lvconvert --merge -i1 vg/snap
wait_until 20 volume_is_gone vg/snap

# The thin volume is in use, so that the merge is left to its next activation, and to lvpoll.
run_ok lvcreate -qq -y -s -kn -n snap vg/thin
data_spoil vg/thin 8
exec {in_use}</dev/vg/thin
run_ok lvconvert --merge vg/snap
exec {in_use}<&-
run_ok lvchange -an vg/thin
run_ok lvchange -ay vg/thin
wait_until 20 volume_is_gone vg/snap
uncollected=2

cat "$lab/probe.result"
expect_equal "what could be done in the sandbox" \
	"write to /etc/lvm,write to /run,read /root,open a block device,read the kernel's log," \
	"$(sed -n 's/: yes$/,/p' "$lab/probe.result" | tr -d '\n')"
grep -qx "NoNewPrivs:	1" "$lab/probe.result" || fail "an lvm process may gain privileges"
grep -qx "Seccomp:	2" "$lab/probe.result" || fail "the system calls of an lvm process are not filtered"
systemd-analyze security --threshold=25 "$service" >"$lab/security" || fail "$(tail -n 1 "$lab/security")"
tail -n 1 "$lab/security"
rm /etc/lvm/probe
