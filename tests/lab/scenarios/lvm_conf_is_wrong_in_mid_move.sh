# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# lvm.conf has a wrong filter for a while in mid-move, and then a typing error: each move goes on once that is mended, and pvmove ends with 0.
# lvm2: each
# deadline: 120

# move_while REASON LINE FROM TO: LINE is added to lvm.conf in mid-move, and taken away when three attempts have failed.
move_while() {
	copy_slowly
	job_start move pvmove -i1 "$3" "$4"
	wait_until 20 mirror_is_half_way
	copy_slower
	cp /etc/lvm/lvm.conf "$lab/lvm.conf"
	echo "$2" >>/etc/lvm/lvm.conf
	copy_fast
	wait_until 30 operation_has_failed 3 "$1"
	# Stock's one lvpoll has read it before.
	if [ "$LAB_STOCK" = 0 ] && job_has_ended move; then
		fail "pvmove has ended while lvm.conf was wrong: $(<"$lab/job.move.output")"
	fi
	cp "$lab/lvm.conf" /etc/lvm/lvm.conf
	job_wait move 40
	expect_status 0
	expect_on vg/data "$4"
	expect_disk_empty "$3"
	rm "$lab"/job.move.*
}

disks_make 2 64
vg_make vg "${disk[@]}"
lv_make_fragmented vg data 3 "${disk[0]}"
lv_make vg large 36 "${disk[0]}"
daemon_is_patient
daemon_start
move_while not_seen 'devices { filter=["r|.*|"] }' "${disk[0]}" "${disk[1]}"
move_while no_answer 'devices {' "${disk[1]}" "${disk[0]}"
expect_survived
