# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# lvconvert --merge -b of a slow merge: no lvpoll while data is copied, and the end is seen although no event tells of it.
# pvmove: none
# lvm2: each

slow_merge_start
if [ "$LAB_STOCK" = 0 ]; then
	expect_lvpoll_runs 0
fi
kernel_has_target snapshot-merge || fail "the merge ended before it could be watched"
copy_fast

wait_until 40 volume_is_gone vg/snap
expect_on vg/data "${disk[0]}"
expect_lvpoll_runs 1 "--polloperation merge vg/data"
