# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# A merge that an initramfs has activated without polling goes on once lvmpolld-boot.service has asked for it.
# boot: systemd
# daemon: own
# pvmove: none
# lvm2: each
# deadline: 120

daemon_is_systemds
lvpolls_note_overlaps
boot_unit_make
slow_merge_start
boot_to_initramfs snapshot-merge
boot_asks_for vg/data
copy_fast
wait_until 40 volume_is_gone vg/snap
expect_on vg/data "${disk[0]}"
expect_survived
boot_unit_remove
