# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# An abort fails for the moment; meanwhile another move gets its name, and the daemon is upgraded: that move is not aborted.
# daemon: own

slow_move_start
lvm_fails 5
run_ok pvmove -b --abort
wait_until 10 grep -q "lvm2 gave no answer: it stays in flight" "$lab/daemon.log"

run_ok pvmove --abort --config global/use_lvmpolld=0
wait_until 20 pvmove_none
run_ok pvmove -b -i1 --config global/use_lvmpolld=0 "${disk[0]}" "${disk[1]}"
wait_until 10 mirror_is_half_way
copy_hold
kill -USR2 "$daemon_pid"
wait_until 10 grep -q "has taken over" "$lab/daemon.log"
lvm_works
kill -HUP "$daemon_pid"
wait_until 70 dump_has_finished abort 1
mirror_is_half_way || fail "the other move was touched"
copy_fast

wait_until 30 pvmove_none
expect_on vg/data "${disk[1]}"
uncollected_aborts=1
