# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# While systemd shuts the machine down, no daemon begins a step: what is in flight is left as it is. Here the shutdown is held
# up by a unit that does not stop, then called off; the move goes on with the daemon that is started after that.
# boot: systemd
# daemon: own

make_units_of_shutdown() {
	cat >"$unit_folder/lab-hold.service" <<-END
		[Unit]
		DefaultDependencies=no
		Conflicts=shutdown.target
		Before=shutdown.target
		[Service]
		Type=oneshot
		RemainAfterExit=yes
		ExecStart=/bin/true
		ExecStop=/bin/sleep infinity
		TimeoutStopSec=infinity
	END
	# shutdown.target itself cannot be started by hand.
	cat >"$unit_folder/lab-shutdown.target" <<-END
		[Unit]
		DefaultDependencies=no
		Requires=shutdown.target
		After=shutdown.target
	END
	run_ok systemctl daemon-reload
	run_ok systemctl start lab-hold.service
}

machine_is() {
	[ "$(systemctl is-system-running)" = "$1" ]
}

daemon_is_systemds
lvpolls_note_overlaps
slow_move_start
make_units_of_shutdown

# As poweroff does it.
run_ok systemctl start --no-block --job-mode=replace-irreversibly lab-shutdown.target
for unit in "$service" "$path" "$socket"; do
	wait_until 20 unit_is "$unit" inactive
done
machine_is stopping || fail "the machine is $(systemctl is-system-running) instead of stopping"
[ -n "$(ls /run/lvm/lvmpolld.state)" ] || fail "nothing is recorded that a daemon would go on with"
wait_until 10 lvpoll_none
runs=$(lvpoll_runs)

# A daemon would begin a step now. Neither its path unit nor an administrator starts one.
copy_fast
wait_until 20 mirror_is_in_sync
for unit in "$service" "$path" "$socket"; do
	run systemctl start "$unit"
	[ "$status" != 0 ] || fail "$unit was started in a shutdown"
	unit_is "$unit" inactive || fail "$unit is $(unit_property "$unit" ActiveState) in a shutdown"
done
expect_equal "the number of lvpoll runs in the shutdown" "$runs" "$(lvpoll_runs)"

run_ok systemctl cancel
run_ok systemctl kill --signal=KILL lab-hold.service
wait_until 10 not machine_is stopping
run_ok systemctl start "$socket"
wait_until 30 pvmove_none
expect_moved vg/data
expect_survived
