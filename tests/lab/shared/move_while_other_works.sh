# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# A move on one host, while the other one makes and removes volumes in the same group.
# guest: own
# deadline: 200

# shellcheck source=tests/lab/lib-shared.sh
. "$lab_source/lib-shared.sh"

locks_start
group_make
if [ "$LAB_HOST" = 1 ]; then
	data_make
	daemon_start
	move_begin
	tell moving
	await 120 worked
	move_goes_on
	expect_moved_within 60
	daemon_locks | sed 's/^/daemon_locks: /'
	tell moved
	await 60 seen
else
	await 120 moving
	for number in 1 2 3 4; do
		run_ok lvcreate -qq -y -an -Wn -Zn -l 1 -n "other$number" vg
		run_ok lvs vg
		run_ok lvremove -qq -y "vg/other$number"
	done
	# The move is the other host's, but in the metadata of both.
	run_ok lvs -a -o lv_name vg
	expect_output pvmove0
	run_ok dmsetup ls
	expect_no_output data pvmove
	tell worked
	await 120 moved
	expect_equal "where the other host sees the data" "${disk[1]}" "$(lv_disks vg/data)"
	tell seen
fi
group_leave
