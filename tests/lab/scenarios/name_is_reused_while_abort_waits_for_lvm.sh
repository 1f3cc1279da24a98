# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# An abort fails since lvm is gone, and is over: what then gets the name of the move is not aborted when lvm is back.
# daemon: own

slow_move_start
lvpolls_hold
job_start abort pvmove --abort
wait_until 10 lvpoll_has_run "--abort"
mv "$lab/lvm" "$lab/lvm.away"
kill -KILL "$(awk '/--abort/ { pid = $1 } END { print pid }' "$lab/lvm.log")"
wait_until 20 grep -q "its abort fails" "$lab/daemon.log"
job_wait abort 20
expect_output "failed to exec"
lvpolls_release
runs=$(lvpoll_runs)

run_ok pvmove --abort --config global/use_lvmpolld=0
wait_until 20 pvmove_none
run_ok pvmove -b -i1 --config global/use_lvmpolld=0 "${disk[0]}" "${disk[1]}"
wait_until 10 mirror_is_half_way
copy_hold
mv "$lab/lvm.away" "$lab/lvm"
kill -HUP "$daemon_pid"
wait_until 70 dump_has_finished poll 1
mirror_is_half_way || fail "the other move was touched"
copy_fast

wait_until 30 pvmove_none
expect_on vg/data "${disk[1]}"
expect_survived
expect_equal "lvpolls of the daemon" "$runs" "$(lvpoll_runs)"
