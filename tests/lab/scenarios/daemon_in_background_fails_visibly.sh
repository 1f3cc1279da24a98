# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# A daemon that cannot listen says so, with an exit status and a reason, also where it was to go to the background.
# stock: fails, because its parent process ends with status 0 whatever becomes of the daemon
# pvmove: none

: >"$lab/no-socket"
run "$LAB_DAEMON" -s "$lab/no-socket" -p "$daemon_pid_file"
[ "$status" != 0 ] || fail "the status is 0 although the daemon's socket could not be made"
expect_output "$lab/no-socket"
[ ! -e "$daemon_pid_file" ] || fail "a pid file is left of a daemon that did not start"
