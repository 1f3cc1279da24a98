# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# A group is renamed while a pvmove in the foreground waits: what that command says of it is right, and the move is finished.
# stock: fails, because its lvpoll asks for the old name, exits with 0, and the move is taken for finished
# lvm2: each

disks_make 2 64
vg_make vg "${disk[@]}"
lv_make vg data 48 "${disk[0]}"
daemon_start

copy_slowly
job_start move pvmove -i1 "${disk[0]}" "${disk[1]}"
wait_until 10 mirror_is_half_way
run_ok vgrename vg renamed
data_renamed vg/data renamed/data
copy_fast

job_wait move 20
expect_no_false_end
wait_until 20 pvmove_none
expect_moved renamed/data
