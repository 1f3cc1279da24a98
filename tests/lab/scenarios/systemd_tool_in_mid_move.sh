# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# Under systemd, with lvmpollctl: a move begun in one shell is listed, followed and aborted from another one, and the reader goes
# on by itself while the daemon is killed and upgraded. After a boot nobody sees to the next one: it is told, and adopted, and a
# script hears how it ends.
# boot: systemd
# daemon: own
# lvm2: each
# deadline: 120

tool=$(dirname "$(dirname "$LAB_DAEMON")")/ctl/lvmpollctl
[ -x "$tool" ] || skip "lvmpollctl was not built, since libsmartcols was missing"

listed() { # COLUMNS: of what is in flight
	"$tool" list --raw --noheadings --output "$1"
}
follows() { # PATTERN: of a line that the reader has printed since it was last asked to forget
	tail -n "+$((forgotten + 1))" "$lab/events.log" | grep -q "$1"
}
forget_lines() {
	forgotten=$(wc -l <"$lab/events.log")
}
upgrade_is_over() {
	grep -q 'has taken over' "$lab/daemon.log" && unit_is "$service" active
}
is_unattended() {
	[ "$(listed VOLUME,STATE)" = "vg/pvmove0 unattended" ]
}

daemon_is_systemds
lvpolls_note_overlaps
disks_make 2 128
vg_make vg "${disk[@]}"
lv_make vg data 96 "${disk[0]}"
daemon_start
copy_slowly
job_start move pvmove -i1 "${disk[0]}" "${disk[1]}"
wait_until 20 mirror_is_half_way
expect_equal "what is in flight" "1 vg/pvmove0 pvmove copying" "$(listed ID,VOLUME,OPERATION,STATE)"
"$tool" events >"$lab/events.log" 2>&1 &
reader=$!
forgotten=0
wait_until 10 follows "^exists id:1 name:vg/pvmove0 operation:pvmove"

daemon_kill KILL
wait_until 20 daemon_answers
forget_lines
wait_until 20 follows "^change id:1 .* state:copying percent:"
expect_equal "the number after a crash" "1" "$(listed ID)"
run_ok systemctl kill --kill-whom=main -s USR2 "$service"
wait_until 20 upgrade_is_over
forget_lines
wait_until 20 follows "^change id:1 .* state:copying percent:"
expect_equal "the number after an upgrade" "1" "$(listed ID)"

"$tool" wait --until-over id:1 >"$lab/wait.log" 2>&1 &
waiting=$!
run_ok "$tool" abort id:1
status=0
wait "$waiting" || status=$?
expect_equal "the status of the wait for what was aborted" 1 "$status"
wait_until 20 pvmove_none
wait_until 10 follows "^destroy id:1 .* result:"
kill "$reader"
copy_fast
job_wait move 30
data_check vg/data
expect_on vg/data "${disk[0]}"

# The machine is killed in mid-move; the next boot activates the group, and does not poll.
copy_slowly
run_ok pvmove -b -i1 "${disk[0]}" "${disk[1]}"
wait_until 20 mirror_is_half_way
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
uncollected=1
