# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# A group is renamed while a snapshot merges into its origin: the merge is finished under the new name.
# stock: fails, because its lvpoll asks for the old name, exits with 0, and the merge is taken for finished
# pvmove: none

slow_merge_start
run_ok vgrename vg renamed
data_renamed vg/data renamed/data
kernel_has_target snapshot-merge || fail "the merge ended before its group was renamed"
copy_fast

wait_until 30 volume_is_gone renamed/snap
expect_on renamed/data "${disk[0]}"
