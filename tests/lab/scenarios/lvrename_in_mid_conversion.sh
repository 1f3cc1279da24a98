# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# A mirror is renamed while a third leg is made for it: the layer that lvm2 laid over it for that is taken away in the end.
# stock: fails, because its lvpoll asks for the old name, exits with 0, and the conversion is taken for finished
# pvmove: none
# lvm2: each

mirror_make
slow_conversion_start
run_ok lvrename vg/data vg/renamed
data_renamed vg/data vg/renamed
kernel_has_target mirror || fail "the conversion ended before its volume was renamed"
copy_fast

wait_until 20 conversion_is_over
expect_mirror_legs vg/renamed "${disk[@]:0:3}"
