# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# A pvmove that polls by itself, without the daemon, is left alone by it; when the pvmove is killed the daemon tells that
# nobody sees to the move, and finishes it where it is asked to.
# daemon: own
# uuids: both

tool=$(dirname "$(dirname "$LAB_DAEMON")")/ctl/lvmpollctl
[ -x "$tool" ] || skip "lvmpollctl was not built, since libsmartcols was missing"
export LVM_LVMPOLLD_SOCKET=$daemon_socket

listed() { # COLUMNS: of what is under way
	"$tool" list --raw --noheadings --output "$1"
}
is_alone() {
	[ "$(listed VOLUME,OPERATION,STATE,REASON)" = 'vg/pvmove0 pvmove unattended nobody\x20sees\x20to\x20it' ]
}

disks_make 2 64
vg_make vg "${disk[@]}"
lv_make vg data 48 "${disk[0]}"
copy_slowly
pvmove --config global/use_lvmpolld=0 -i60 "${disk[0]}" "${disk[1]}" >"$lab/pvmove.log" 2>&1 &
moving=$!
wait_until 20 mirror_is_half_way
daemon_start

status=0
"$tool" adopt --all >"$lab/adopt.log" 2>&1 || status=$?
expect_equal "the status of an adoption beside a pvmove" 5 "$status"
grep -q "vg/pvmove0 is not adopted: whether pvmove\\[$moving\\] sees to it cannot be told" "$lab/adopt.log" ||
	fail "the adoption was refused for another reason: $(cat "$lab/adopt.log")"
expect_equal "what is in flight" 0 "$(dump_count poll)"

kill -KILL "$moving"
wait "$moving" 2>/dev/null || true
wait_until 60 is_alone
expect_equal "what runs for it" 0 "$(lvpoll_runs)"

run_ok "$tool" adopt vg/pvmove0
expect_output 'vg/pvmove0: its pvmove is adopted'
copy_fast
wait_until 60 pvmove_none
expect_on vg/data "${disk[1]}"
expect_disk_empty "${disk[0]}"
uncollected=1
