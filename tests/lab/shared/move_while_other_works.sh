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
	move_half_way
	tell moving
	await 120 worked
	disk_write_at "${disk[1]}" 0
	move_is_over 60
	echo "lvpoll_locks: $(lvpoll_locks)"
	tell moved
	await 60 seen
else
	await 120 moving
	for number in 1 2 3 4; do
		run_ok lvcreate -qq -y -an -Wn -Zn -l 1 -n "other$number" vg
		run_ok lvs vg
		run_ok lvremove -qq -y "vg/other$number"
	done
	# The move belongs to the other host.
	expect_equal "the mirrors on the host that does not move" "" "$(dmsetup table --target mirror)"
	tell worked
	await 120 moved
	expect_equal "where the other host sees the data" "${disk[1]}" "$(lv_disks vg/data)"
	tell seen
fi
leave_group
