# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# Under systemd, with lvmpollctl: a move begun in one shell is listed, followed, watched, waited for and aborted from another one,
# and all readers go on by themselves while the daemon is killed and upgraded. After a boot nobody sees to the next one: it is
# told, and adopted, and a script hears how it ends, and how one ends whose target has a bad place.
# boot: systemd
# daemon: own
# lvm2: each
# deadline: 180

tool=$(dirname "$(dirname "$LAB_DAEMON")")/ctl/lvmpollctl
[ -x "$tool" ] || skip "lvmpollctl was not built, since libsmartcols was missing"

listed() { # COLUMNS: of what is in flight
	"$tool" list --raw --noheadings --output "$1"
}
declare -A forgotten=([events]=0 [watch]=0)
follows() { # PATTERN [READER]: of a line that the reader has printed since its lines were forgotten
	tail -n "+$((forgotten[${2:-events}] + 1))" "$lab/${2:-events}.log" | grep -q "$1"
}
forget_lines() {
	forgotten[events]=$(wc -l <"$lab/events.log")
	forgotten[watch]=$(wc -l <"$lab/watch.log")
}
readers_follow() {
	wait_until 20 follows "^change id:1 .* state:copying percent:"
	wait_until 20 follows " vg/pvmove0 pvmove copying  *[0-9.]*%" watch
}
upgrade_is_over() {
	grep -q 'has taken over' "$lab/daemon.log" && unit_is "$service" active
}
knows_move() {
	[ "$(listed ID,VOLUME,OPERATION,STATE)" = "1 vg/pvmove0 pvmove copying" ]
}
is_listed() {
	[ "$(listed VOLUME)" = vg/pvmove0 ]
}
is_unattended() {
	[ "$(listed VOLUME,STATE)" = "vg/pvmove0 unattended" ]
}

daemon_is_systemds
lvpolls_note_overlaps
disks_make 3 128
disk_make_breakable "${disk[2]}"
vg_make vg "${disk[0]}" "${disk[1]}" "$breakable"
lv_make vg data 96 "${disk[0]}"
daemon_start
copy_slowly
job_start move pvmove -i1 "${disk[0]}" "${disk[1]}"
wait_until 20 mirror_is_half_way
copy_slower
wait_until 20 knows_move
"$tool" events >"$lab/events.log" 2>&1 &
reader=$!
"$tool" watch >"$lab/watch.log" 2>&1 &
watching=$!
"$tool" wait --until-over id:1 >"$lab/wait.log" 2>&1 &
waiting=$!
wait_until 10 follows "^exists id:1 name:vg/pvmove0 operation:pvmove"

daemon_kill KILL
wait_until 20 daemon_answers
forget_lines
readers_follow
expect_equal "the number after a crash" "1" "$(listed ID)"
run_ok systemctl kill --kill-whom=main -s USR2 "$service"
wait_until 20 upgrade_is_over
forget_lines
readers_follow
expect_equal "the number after an upgrade" "1" "$(listed ID)"

run_ok "$tool" abort id:1
status=0
wait "$waiting" || status=$?
expect_equal "the status of the wait for what was aborted, which two daemons have answered before" 1 "$status"
wait_until 20 pvmove_none
wait_until 10 follows "^destroy id:1 .* result:"
kill "$reader"
wait "$watching" || fail "watch ended with status $?: $(tail -n 3 "$lab/watch.log")"
tail -n 1 "$lab/watch.log" | grep -q " vg/pvmove0 pvmove has failed or was aborted" ||
	fail "watch does not tell the end: $(tail -n 1 "$lab/watch.log")"
copy_fast
job_wait move 30
data_check vg/data
expect_on vg/data "${disk[0]}"

# The machine is killed in mid-move; the next boot activates the group, and does not poll.
copy_slowly
run_ok pvmove -b -i1 "${disk[0]}" "${disk[1]}"
wait_until 20 mirror_is_half_way
copy_slower
units_stop
wait_until 10 lvpoll_none
run_ok vgchange -an vg
rm -rf "$state_directory" "$state_directory".*
run_ok vgchange -aay --poll n vg
daemon_start
wait_until 30 is_unattended
run_ok "$tool" adopt vg/pvmove0
copy_fast
"$tool" wait vg >"$lab/wait.log" 2>&1 || fail "the wait ended with status $?: $(cat "$lab/wait.log")"
wait_until 20 pvmove_none
expect_on vg/data "${disk[1]}"
data_check vg/data

# As the pvmove in the foreground, whoever waits hears that it fails.
disk_spoil 16384 8192
write_at 256
job_start move pvmove -i1 "${disk[1]}" "$breakable"
wait_until 20 is_listed
copy_slower
status=0
"$tool" wait vg >"$lab/wait.log" 2>&1 || status=$?
expect_equal "the status of the wait for what has failed" 1 "$status"
job_wait move 30
expect_status 5
run_ok pvmove --abort
wait_until 20 pvmove_none
expect_on vg/data "${disk[1]}"
data_check vg/data
uncollected=1
