# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# lvmpollctl during a real move: what is in flight, from which disk to which, and a wait that ends with it; the daemon is
# killed meanwhile, and the number stays.
# daemon: own
# lvm2: each

tool=$(dirname "$(dirname "$LAB_DAEMON")")/ctl/lvmpollctl
[ -x "$tool" ] || skip "lvmpollctl was not built, since libsmartcols was missing"
export LVM_LVMPOLLD_SOCKET=$daemon_socket

listed() { # COLUMNS: of what is in flight
	"$tool" list --raw --noheadings --output "$1"
}
knows_disks() {
	[ "$(listed SOURCE,DESTINATION)" = "${disk[0]} ${disk[1]}" ]
}

disks_make 2 64
vg_make vg "${disk[@]}"
lv_make vg data 48 "${disk[0]}"
daemon_start

copy_slowly
run_ok pvmove -b -i1 "${disk[0]}" "${disk[1]}"
copy_slower
wait_until 20 knows_disks
expect_equal "what is in flight" "1 vg/pvmove0 pvmove copying 48M" "$(listed ID,VOLUME,OPERATION,STATE,SIZE)"
expect_equal "the same, by its disk" "1" "$("$tool" list -nr -o ID "${disk[0]}")"
daemon_kill KILL
daemon_start
wait_until 20 knows_disks
expect_equal "the number after a crash" "1" "$(listed ID)"

"$tool" wait "${disk[0]}" >"$lab/wait.log" 2>&1 &
waiting=$!
copy_fast
wait "$waiting" || fail "the wait ended with status $?: $(cat "$lab/wait.log")"
wait_until 20 pvmove_none
expect_equal "what ended" "1 vg/pvmove0 retcode\\x200" "$("$tool" history -nr -o ID,VOLUME,RESULT)"
expect_on vg/data "${disk[1]}"
expect_disk_empty "${disk[0]}"
uncollected=1
