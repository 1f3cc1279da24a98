# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# Somebody replaces the table of a move of two segments by errors: lvpoll can make nothing of it and fails, so the move stays in
# flight, until a refresh has loaded lvm2's table again: then it goes on.

disks_make 2 64
vg_make vg "${disk[@]}"
run_ok lvcreate -qq -y -Wn -Zn -l 8 -n data vg "${disk[0]}"
run_ok lvcreate -qq -y -Wn -Zn -l 2 -n between vg "${disk[0]}"
run_ok lvextend -qq -l +24 vg/data "${disk[0]}"
expect_equal "the number of segments of vg/data" 2 "$(lv_segments vg/data)"
data_write vg/data
daemon_start

copy_slowly
run_ok pvmove -b -i1 -n vg/data "${disk[0]}" "${disk[1]}"
wait_until 20 segment_is_half_way 49152
write_at 256
run_ok dmsetup wipe_table vg-pvmove0
# Whoever reads it meanwhile, as lvm2 and udev may, lets the kernel tell of errors: of no copy.
run dd if=/dev/mapper/vg-pvmove0 of=/dev/null bs=4096 count=1
wait_until 20 grep -q "lvpoll failed (status 5): it stays in flight" "$lab/daemon.log"
expect_equal "the volumes that the daemon polls" vg/pvmove0 "$(dump_volumes poll in_progress)"

run_ok vgchange --refresh vg
# An lvpoll that was begun before would make a step of which nobody can say whether it was right.
wait_until 20 operation_is copying
copy_fast
wait_until 30 pvmove_none
expect_on vg/data "${disk[1]}"
data_check vg/data
uncollected=1
