# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# A snapshot overflows while its merge waits for the next activation: that fails, lvs shows why, and the volume stays what
# it is by then.
# pvmove: none
# lvm2: each

disks_make 1 128
vg_make vg "${disk[@]}"
lv_make vg data 40
run_ok lvcreate -qq -y -s -l 10 -n snap vg/data
data_spoil vg/data 4
daemon_start

exec 7<>/dev/vg/data
# lvm2 warns of a descriptor that it did not open.
run_ok lvconvert --merge -b vg/snap 7>&-
expect_output "next activation"
data_write vg/data
exec 7>&-
run_ok lvchange -an vg/data
run_ok lvchange -ay vg/data
wait_until 20 dump_has_finished poll 1
expect_equal "what lvs says" "snapshot invalid" \
	"$(lvs --noheadings -o lv_snapshot_invalid vg/data | sed 's/^ *//; s/ *$//')"
data_check vg/data
[ "$LAB_STOCK" = 1 ] || grep -q "Merging snapshot invalidated" "$lab/daemon.log" || fail "the log does not say why"

run_ok lvremove -y vg/snap
data_check vg/data
uncollected=$(dump_count poll)
