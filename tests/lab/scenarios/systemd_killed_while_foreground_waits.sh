# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# Under systemd, the daemon is killed while a pvmove waits in the foreground: the move is finished, whatever the command tells.
# boot: systemd
# stock: fails, because its lvpoll dies with the daemon and nothing starts another
# lvm2: each

daemon_is_systemds
lvpolls_note_overlaps
disks_make 2 64
vg_make vg "${disk[@]}"
lv_make vg data 48 "${disk[0]}"
daemon_start
copy_slowly
job_start move pvmove -i1 "${disk[0]}" "${disk[1]}"
wait_until 10 mirror_is_half_way
copy_slower
wait_until 10 polled_are 1
daemon_kill KILL
copy_fast

wait_until 30 pvmove_none
expect_moved vg/data
job_wait move 20
expect_survived
uncollected=1
