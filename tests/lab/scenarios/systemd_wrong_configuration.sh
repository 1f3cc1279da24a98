# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# Under systemd, the daemon dies in mid-move, and its configuration is wrong by then: the service fails, is calm, and goes on once it is mended.
# boot: systemd
# daemon: own
# deadline: 150

daemon_is_systemds
lvpolls_note_overlaps
configuration=$lab/lvmpolld.yaml

service_is_calm() {
	unit_is "$service" failed && unit_is "$path" inactive && unit_is "$socket" active
}

# How often a daemon was started that could not use its configuration.
refusals() {
	grep -c "$configuration:1:7: .*max_runing" "$lab/daemon.log" || true
}

# The service failed after at most so many starts more, with the one sentence; nothing starts it while nobody asks.
expect_calm() {
	wait_until 10 service_is_calm
	expect_equal "the exit status of the service" 78 "$(unit_property "$service" ExecMainStatus)"
	[ "$(refusals)" -le "$1" ] || fail "the daemon was started $(refusals) times, for at most $1"
	sleep 2
	expect_equal "the starts while nobody asked" "$1" "$(refusals)"
	service_is_calm || fail "the units did not stay as they were"
}

move_is_recorded() {
	records_are 1 || fail "the move is no longer recorded"
}

configuration_is() {
	echo "lvm: {$1: 8}" >"$configuration"
}

# slow_move FROM TO: of vg, in the background; it is in the middle when this returns.
slow_move() {
	copy_slowly
	run_ok pvmove -b -i1 "$1" "$2"
	wait_until 10 mirror_is_half_way
	copy_slower
}

# die_with_wrong_configuration STARTS
die_with_wrong_configuration() {
	configuration_is max_runing
	daemon_kill KILL
	expect_calm "$1"
	move_is_recorded
	copy_fast
}

expect_on_its_way_again() {
	wait_until 30 move_is_over vg
	expect_on vg/data "$1"
	wait_until 5 unit_is "$path" active
}

disks_make 4 64
vg_make vg "${disk[@]:0:2}"
vg_make other "${disk[@]:2:2}"
lv_make vg data 48 "${disk[0]}"
lv_make other data 8 "${disk[2]}"
configuration_is max_running
daemon_start -c "$configuration"
slow_move "${disk[0]}" "${disk[1]}"
die_with_wrong_configuration 1

# A client lets it try again, and does its work by itself.
run_ok timeout $((20 * patience)) pvmove -i1 "${disk[2]}" "${disk[3]}"
expect_on other/data "${disk[3]}"
expect_calm 2
move_is_recorded

configuration_is max_running
run_ok systemctl reload-or-restart "$service"
expect_on_its_way_again "${disk[1]}"

# The same with a client as the one who comes next.
slow_move "${disk[1]}" "${disk[0]}"
die_with_wrong_configuration 3
configuration_is max_running
wait_until 10 daemon_answers
expect_on_its_way_again "${disk[0]}"
uncollected=1
expect_survived
