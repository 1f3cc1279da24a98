# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# Units of the daemon in a guest whose process 1 is systemd.

unit_folder=/etc/systemd/system
service=lvm2-lvmpolld.service
socket=lvm2-lvmpolld.socket
path=lvm2-lvmpolld.path

# The path of a file that the build installs, in the staging folder.
staged() {
	find "$LAB_STAGE" -type f -name "$1" -print -quit
}

# Stock has nothing that would start its daemon for the sake of what is in flight.
units_of() {
	if [ "$1" = stock ]; then
		echo "$service $socket"
	else
		echo "$service $socket $path"
	fi
}

# units_use own|stock [OPTION...]: puts the units in place, with the daemon under test, and starts
# the socket. The options are added to those of the service.
units_use() {
	local whose=$1 unit
	shift
	for unit in $(units_of "$whose"); do
		cp "$(units_source "$whose" "$unit")" "$unit_folder/$unit"
	done
	if [ "$whose" = stock ] && [ "$LAB_STOCK" = 0 ]; then
		put_daemon_in_place_of_stock
	fi
	unit_extend_command "$@"
	run_ok systemctl daemon-reload
	run_ok systemctl start "$socket"
}

units_source() {
	if [ "$1" = stock ]; then
		echo "/run/stock-units/$2"
	else
		echo "${LAB_DAEMON%/*}/../etc/$2"
	fi
}

put_daemon_in_place_of_stock() {
	if [ -n "$LAB_STAGE" ]; then
		cp "$(staged lvmpolld)" /sbin/lvmpolld.new
	else
		printf '#!/bin/sh\nexec %q "$@"\n' "$LAB_DAEMON" >/sbin/lvmpolld.new
		chmod +x /sbin/lvmpolld.new
	fi
	mv /sbin/lvmpolld.new /sbin/lvmpolld
}

# Adds options to the service's command, and the wrapper that notes the runs of lvpoll.
unit_extend_command() {
	local command
	command=$(sed -n 's/^ExecStart=//p' "$unit_folder/$service")
	mkdir -p "$unit_folder/$service.d"
	cat >"$unit_folder/$service.d/lab.conf" <<-END
		[Service]
		ExecStart=
		ExecStart=$command -B $lab/lvm $*
		StandardError=append:$lab/daemon.log
	END
}

unit_property() {
	systemctl show --value -p "$2" "$1"
}

unit_is() {
	[ "$(unit_property "$1" ActiveState)" = "$2" ]
}

# Stops the units; the socket must be gone then.
units_stop() {
	run_ok systemctl stop "$socket" "$service"
	expect_daemon_cleaned_up
	rm -rf "${unit_folder:?}/$service.d" "${unit_folder:?}"/{"$service","$socket","$path"}
	run_ok systemctl daemon-reload
}

# --- what holds with any units ----------------------------------------------------------------------------------

# Moves vg/data from the first disk to the second by a daemon that the move starts, waits until that one has gone
# because it is idle, and moves the data back by another.
check_socket_activation() {
	local first_pid
	expect_equal "the service's state before the first command" inactive "$(unit_property "$service" ActiveState)"

	move_by_activated_daemon "${disk[0]}" "${disk[1]}"
	first_pid=$(unit_property "$service" ExecMainPID)
	wait_until 40 unit_is "$service" inactive
	expect_equal "how the idle daemon ended" "success 0" \
		"$(unit_property "$service" Result) $(unit_property "$service" ExecMainStatus)"
	expect_equal "the socket's state after that" active "$(unit_property "$socket" ActiveState)"

	move_by_activated_daemon "${disk[1]}" "${disk[0]}"
	[ "$(unit_property "$service" ExecMainPID)" != "$first_pid" ] || fail "no new daemon was started"
	expect_lvpoll_runs 2 "--polloperation pvmove vg/pvmove0"
	units_stop
}

move_by_activated_daemon() {
	run_shown "^ *$1: Moved: [0-9.]+%$" pvmove -i1 "$1" "$2"
	expect_equal "the service's state after the move" active "$(unit_property "$service" ActiveState)"
	expect_on vg/data "$2"
}

# --- a shutdown -------------------------------------------------------------------------------------------------

# As poweroff does it, but held up by a unit that does not stop, until shutdown_cancel.
shutdown_begin() {
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
	run_ok systemctl start --no-block --job-mode=replace-irreversibly lab-shutdown.target
	wait_until 20 machine_is stopping
}

machine_is() {
	[ "$(systemctl is-system-running)" = "$1" ]
}

# The daemon has ended, with something recorded that the next one goes on with.
daemon_is_shut_down() {
	local unit
	for unit in "$service" "$path" "$socket"; do
		wait_until 20 unit_is "$unit" inactive
	done
	machine_is stopping || fail "the machine is $(systemctl is-system-running) instead of stopping"
	[ -n "$(ls /run/lvm/lvmpolld.state)" ] || fail "nothing is recorded that a daemon would go on with"
}

expect_no_daemon_in_shutdown() {
	local unit
	for unit in "$service" "$path" "$socket"; do
		run systemctl start "$unit"
		[ "$status" != 0 ] || fail "$unit was started in a shutdown"
		unit_is "$unit" inactive || fail "$unit is $(unit_property "$unit" ActiveState) in a shutdown"
	done
}

# The socket is there again, and what is in flight goes on.
shutdown_cancel() {
	run_ok systemctl cancel
	run_ok systemctl kill --signal=KILL lab-hold.service
	wait_until 10 not machine_is stopping
	run_ok systemctl start "$socket"
}

# --- a boot -----------------------------------------------------------------------------------------------------

boot=lvmpolld-boot.service

# lvmpolld-boot.service, as it is enabled; without anything in flight that starts no daemon. The guest has nothing of a
# system's own start.
boot_unit_make() {
	mkdir "$unit_folder/$boot.d"
	printf '[Unit]\nDefaultDependencies=no\n' >"$unit_folder/$boot.d/lab.conf"
	units_use own
	run_ok systemctl start "$boot"
	expect_equal "the service's state where nothing is in flight" inactive "$(unit_property "$service" ActiveState)"
}

# A boot in the middle of an operation: what was in /run is gone, and no daemon is in the initramfs, which activates vg as the
# udev rule says it that the hook for initramfs-tools has changed.
boot_to_initramfs() {
	local runs
	run_ok systemctl stop "$socket"
	wait_until 10 lvpoll_none
	run_ok vgchange -an vg
	rm -rf "$state_directory" "$state_directory".*
	runs=$(lvpoll_runs)
	run_ok vgchange -aay --poll n --autoactivation event vg
	kernel_has_target "$1" || fail "the group is not active"
	no_lvm_process || fail "lvm2 polls in the initramfs"
	expect_equal "the number of lvpoll runs in the initramfs" "$runs" "$(lvpoll_runs)"
}

no_lvm_process() {
	! grep -qsx -e lvm -e vgchange /proc/[0-9]*/comm
}

# boot_asks_for VOLUME: the unit has lvm2 ask the daemon for what is in flight. The boot has started the socket, which is enabled.
boot_asks_for() {
	run_ok systemctl start "$socket"
	run_ok systemctl start "$boot"
	expect_equal "the volumes that the daemon polls" "$1" "$(dump_volumes poll in_progress)"
	unit_is "$path" active || fail "the path unit is $(unit_property "$path" ActiveState)"
}

boot_unit_remove() {
	rm -rf "${unit_folder:?}/$boot.d"
}
