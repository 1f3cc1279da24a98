# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# With wait_for_locks=0 the lvpoll of a step meets another command's lock on the group, and fails: another one makes the step.
# stock: fails, because its lvpoll gives up where it does not get the lock
# lvm2: each
# deadline: 150

disks_make 2 64
sed -i 's/use_lvmpolld=1/& wait_for_locks=0/' /etc/lvm/lvm.conf
vg_make vg "${disk[@]}"
lv_make_fragmented vg data 3 "${disk[0]}"
lv_make vg large 36 "${disk[0]}"
daemon_is_patient
daemon_start

copy_slowly
job_start move pvmove -i1 "${disk[0]}" "${disk[1]}"
wait_until 20 mirror_is_half_way
copy_slower
vg_lock_take vg
copy_fast
wait_until 20 operation_has_failed 2
kernel_has_target mirror || fail "a step was made while another command had the group's lock"
vg_lock_release

job_wait move 40
expect_no_false_end
wait_until 30 pvmove_none
expect_moved vg/data
expect_on vg/large "${disk[1]}"
expect_survived
