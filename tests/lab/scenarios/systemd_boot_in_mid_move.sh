# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# What an initramfs has activated without polling, and nobody knows of, goes on once lvmpolld-boot.service has asked for it. Where
# nothing is in flight that starts no daemon.
# boot: systemd
# daemon: own
# lvm2: each
# deadline: 120

daemon_is_systemds
lvpolls_note_overlaps
boot_unit_make
slow_move_start
boot_to_initramfs mirror
boot_asks_for vg/pvmove0
copy_fast
wait_until 20 pvmove_none
expect_moved vg/data
expect_survived
boot_unit_remove
