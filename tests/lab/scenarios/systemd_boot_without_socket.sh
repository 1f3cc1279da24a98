# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# Where the administrator has masked the socket lvmpolld-boot.service starts it not, and does not fail: lvm2 polls by itself what
# the initramfs has activated without polling.
# boot: systemd
# daemon: own
# lvm2: each
# deadline: 120

daemon_is_systemds
boot_unit_make
slow_move_start
boot_to_initramfs mirror
run_ok systemctl mask --runtime "$socket"
run_ok systemctl start "$boot"
expect_equal "the state of the socket" inactive "$(unit_property "$socket" ActiveState)"
expect_equal "the state of the service" inactive "$(unit_property "$service" ActiveState)"
expect_equal "the result of the boot unit" success "$(unit_property "$boot" Result)"
wait_until 10 not no_lvm_process
copy_fast
wait_until 60 pvmove_none
expect_moved vg/data
wait_until 20 no_lvm_process
# The daemon of the next start knows nothing of it.
uncollected=0
run_ok systemctl unmask --runtime "$socket"
run_ok systemctl start "$socket"
boot_unit_remove
