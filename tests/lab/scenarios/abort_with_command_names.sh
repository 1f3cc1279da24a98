# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# lvm.conf puts the command's name and a prefix before each line: pvmove --abort is confirmed as without, at once and for good.
# lvm2: each

disks_make 2 64
vg_make vg "${disk[@]}"
lv_make vg data 48 "${disk[0]}"
cp /etc/lvm/lvm.conf "$lab/lvm.conf"
printf 'log {\n command_names = 1\n prefix = "lvm2: "\n}\n' >>/etc/lvm/lvm.conf
daemon_is_patient
daemon_start

copy_slowly
job_start move pvmove -i1 "${disk[0]}" "${disk[1]}"
wait_until 10 mirror_is_half_way
copy_slower
began=$SECONDS
run_ok pvmove --abort
copy_fast
# Stock's waits a whole interval of lvm2 for its move's lvpoll.
[ $((SECONDS - began)) -lt $((30 * patience)) ] || fail "the abort took $((SECONDS - began)) s"

job_wait move 20
[ "$status" = 0 ] || [ "$status" = 5 ] || fail "the aborted pvmove ended with status $status"
# From here on lvm2's commands print what the lab reads.
cp "$lab/lvm.conf" /etc/lvm/lvm.conf
pvmove_none || fail "pvmove --abort came back before the move was gone"
expect_on vg/data "${disk[0]}"
expect_disk_empty "${disk[1]}"
if [ "$LAB_STOCK" = 0 ] && grep -q 'is not understood' "$lab/daemon.log"; then
	fail "a report of lvm2 was not understood"
fi
