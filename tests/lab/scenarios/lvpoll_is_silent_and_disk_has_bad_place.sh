# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# With log/silent in lvm.conf: the third segment of a move cannot be copied. It is noticed, and no data is lost.
# daemon: own
# deadline: 120

disks_make 2 128
disk_make_breakable "${disk[1]}"
vg_make vg "${disk[0]}" "$breakable"
run_ok lvcreate -qq -y -Wn -Zn -l 12 -n data vg "${disk[0]}"
run_ok lvcreate -qq -y -Wn -Zn -l 1 -n between vg "${disk[0]}"
run_ok lvextend -qq -l +12 vg/data "${disk[0]}"
run_ok lvextend -qq -l +1 vg/between "${disk[0]}"
run_ok lvextend -qq -l +12 vg/data "${disk[0]}"
data_write vg/data
daemon_start
printf 'log {\n silent = 1\n}\n' >>/etc/lvm/lvm.conf
disk_spoil 60000 256

copy_slowly
run pvmove -i1 -n vg/data "${disk[0]}" "$breakable"
copy_fast
[ "$status" != 0 ] || fail "pvmove says that all is well"
disk_mend
run_ok pvmove --abort
wait_until 20 pvmove_none
data_check vg/data
