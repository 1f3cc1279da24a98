# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# A mirror is renamed when the lvpoll that ends its conversion has been started with the old name.
# stock: fails, because it believes an lvpoll that could not find the volume
# pvmove: none
# lvm2: each

mirror_make
lvpolls_hold
slow_conversion_start
copy_fast
wait_until 20 mirror_is_in_sync
wait_until 20 lvpoll_has_run "vg/data"
run_ok lvrename vg/data vg/renamed
data_renamed vg/data vg/renamed
lvpolls_release

wait_until 20 conversion_is_over
expect_mirror_legs vg/renamed "${disk[@]:0:3}"
