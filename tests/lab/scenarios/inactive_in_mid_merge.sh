# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# A group is deactivated while a snapshot merges and activated again: the merge goes on by itself, and is finished.
# pvmove: none
# lvm2: each

slow_merge_start
run_ok vgchange -an vg
not kernel_has_target snapshot-merge || fail "the merge is there although the group is not active"
wait_until 20 operation_is_dormant

activate vgchange vg
wait_until 5 kernel_has_target snapshot-merge
copy_fast
wait_until 40 volume_is_gone vg/snap
expect_on vg/data "${disk[0]}"
expect_survived
