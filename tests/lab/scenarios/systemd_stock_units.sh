# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# Under systemd with stock's units: started by the first command, gone when idle, started again by the next.
# boot: systemd
# lvm2: each

disks_make 2 64
vg_make vg "${disk[@]}"
lv_make vg data 24 "${disk[0]}"
units_use stock -t 15

check_socket_activation
