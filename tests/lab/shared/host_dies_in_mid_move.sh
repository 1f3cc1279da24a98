# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# The host of a move dies in the middle of it: the other one goes on when the dead one's locks are free.
# guest: own
# dies: 1
# deadline: 400

# shellcheck source=tests/lab/lib-shared.sh
. "$lab_source/lib-shared.sh"

tool=$(dirname "$(dirname "$LAB_DAEMON")")/ctl/lvmpollctl
[ "$LAB_STOCK" = 1 ] || [ -x "$tool" ] || skip "lvmpollctl was not built, since libsmartcols was missing"

expect_locked() {
	run vgchange -qq --poll n -aey vg
	[ "$status" != 0 ] || fail "the volume of a host that may still live was activated"
	expect_output "LV locked by other host: vg/data"
}

volume_is_activated() {
	run vgchange -qq --poll n -aey vg
	[ "$status" = 0 ]
}

locks_start
group_make
if [ "$LAB_HOST" = 1 ]; then
	data_make
	echo "${data_sums[vg/data]}" >"$shared/sum"
	daemon_start
	move_begin
	tell moving
	await 120 seen
	mirror_is_half_way || fail "the move did not last"
	tell dies
	# At once, with all locks held.
	echo o >/proc/sysrq-trigger
	sleep 30
	fail "this machine does not die"
fi
await 120 moving
data_sums[vg/data]=$(<"$shared/sum")
daemon_start
expect_locked
tell seen
await 60 dies
expect_locked
wait_until 240 volume_is_activated
run_ok lvs -a -o lv_name vg
expect_output pvmove0
kernel_has_target mirror || fail "the group is active without the move"
if [ "$LAB_STOCK" = 0 ]; then
	run_ok "$tool" resume vg
else
	run_ok vgchange --poll y vg
fi
expect_moved_within 120
group_leave
