# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# Two groups with moves exchange their names when the lvpoll of a step has been started: it finds the wrong move, and both are finished.
# lvm2: each
# deadline: 90

disks_make 4 64
vg_make one "${disk[0]}" "${disk[1]}"
vg_make two "${disk[2]}" "${disk[3]}"
lv_make one data 24 "${disk[0]}"
lv_make two data 56 "${disk[2]}"
daemon_start
lvpolls_hold
copy_slowly
run_ok pvmove -b -i1 "${disk[2]}" "${disk[3]}"
run_ok pvmove -b -i1 "${disk[0]}" "${disk[1]}"
wait_until 30 lvpoll_has_run "one/pvmove0"

run_ok vgrename one three
run_ok vgrename two one
run_ok vgrename three two
sum=${data_sums[one/data]}
data_sums[one/data]=${data_sums[two/data]}
data_sums[two/data]=$sum
lvpolls_release
copy_fast

wait_until 40 pvmove_none
expect_on two/data "${disk[1]}"
expect_on one/data "${disk[3]}"
uncollected=2
