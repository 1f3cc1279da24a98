# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# An origin is renamed when the lvpoll that ends its merge has been started with the old name.
# stock: fails, because it believes an lvpoll that could not find the volume
# pvmove: none

lvpolls_hold
slow_merge_start
copy_fast
wait_until 30 lvpoll_has_run "vg/data"
wait_until 30 merge_has_copied_all
run_ok lvrename vg/data vg/renamed
data_renamed vg/data vg/renamed
lvpolls_release

wait_until 30 volume_is_gone vg/snap
expect_on vg/renamed "${disk[0]}"
