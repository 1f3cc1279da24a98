# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# What an initramfs has activated without polling, and nobody knows of, goes on once lvmpolld-boot.service has asked for it. Where
# nothing is in flight that starts no daemon.
# boot: systemd
# daemon: own
# lvm2: each
# deadline: 120

boot=lvmpolld-boot.service

no_lvm_process() {
	! grep -qsx -e lvm -e vgchange /proc/[0-9]*/comm
}

daemon_is_systemds
lvpolls_note_overlaps
# The guest has nothing of a system's own start.
mkdir "$unit_folder/$boot.d"
printf '[Unit]\nDefaultDependencies=no\n' >"$unit_folder/$boot.d/lab.conf"
units_use own
run_ok systemctl start "$boot"
expect_equal "the service's state where nothing is in flight" inactive "$(unit_property "$service" ActiveState)"

slow_move_start

# A boot: what was in /run is gone, and there is no daemon in the initramfs.
run_ok systemctl stop "$socket"
wait_until 10 lvpoll_none
run_ok vgchange -an vg
rm -rf "$state_directory" "$state_directory".*
runs=$(lvpoll_runs)

# As the udev rule says it that the hook for initramfs-tools has changed.
run_ok vgchange -aay --poll n --autoactivation event vg
kernel_has_target mirror || fail "the group is not active"
no_lvm_process || fail "lvm2 polls in the initramfs"
expect_equal "the number of lvpoll runs in the initramfs" "$runs" "$(lvpoll_runs)"

run_ok systemctl start "$boot"
expect_equal "the volumes that the daemon polls" vg/pvmove0 "$(dump_volumes poll in_progress)"
unit_is "$path" active || fail "the path unit is $(unit_property "$path" ActiveState)"
copy_fast
wait_until 20 pvmove_none
expect_moved vg/data
expect_survived
rm -rf "${unit_folder:?}/$boot.d"
