# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# An abort waits for an lvm that is gone; meanwhile the move is aborted by hand, and another one gets its name: that is not aborted.
# daemon: own

slow_move_start
lvpolls_hold
job_start abort pvmove --abort
wait_until 10 lvpoll_has_run "--abort"
mv "$lab/lvm" "$lab/lvm.away"
kill -KILL "$(awk '/--abort/ { pid = $1 } END { print pid }' "$lab/lvm.log")"
wait_until 20 grep -q "cannot start $lab/lvm: .*; the operation stays in flight" "$lab/daemon.log"
lvpolls_release
runs=$(lvpoll_runs)

run_ok pvmove --abort --config global/use_lvmpolld=0
wait_until 20 pvmove_none
run_ok pvmove -b -i1 --config global/use_lvmpolld=0 "${disk[0]}" "${disk[1]}"
wait_until 10 mirror_is_half_way
mv "$lab/lvm.away" "$lab/lvm"
wait_until 70 grep -q "it is another volume by now: the abort is over" "$lab/daemon.log"
job_wait abort 20
copy_fast

wait_until 30 pvmove_none
expect_on vg/data "${disk[1]}"
expect_survived
expect_equal "lvpolls of the daemon" "$runs" "$(lvpoll_runs)"
