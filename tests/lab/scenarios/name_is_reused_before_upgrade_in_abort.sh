# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# An abort waits for lvm; meanwhile another move gets its name, and the daemon is upgraded: that move is not aborted.
# daemon: own

slow_move_start
lvpolls_hold
run_ok pvmove -b --abort
wait_until 10 lvpoll_has_run "--abort"
chmod a-x "$lab/lvm"
kill -KILL "$(pgrep -P "$daemon_pid")"
lvpolls_release
wait_until 10 grep -q "cannot start" "$lab/daemon.log"

run_ok pvmove --abort --config global/use_lvmpolld=0
wait_until 20 pvmove_none
run_ok pvmove -b -i1 --config global/use_lvmpolld=0 "${disk[0]}" "${disk[1]}"
wait_until 10 mirror_is_half_way
chmod a+x "$lab/lvm"
kill -USR2 "$daemon_pid"
wait_until 10 grep -q "has taken over" "$lab/daemon.log"
wait_until 20 grep -q "another volume by now: the abort" "$lab/daemon.log"
copy_fast

wait_until 30 pvmove_none
expect_on vg/data "${disk[1]}"
uncollected=1
uncollected_aborts=1
