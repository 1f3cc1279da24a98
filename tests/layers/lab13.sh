#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# the lab on Debian 13: its lvm2, its systemd and its kernel; what a version of lvm2 can touch, with newer UUIDs
# minutes: 7
# minutes_full: 45
# shellcheck source=tests/layers/lib.sh
. "$(dirname "$0")/lib.sh"

layer_use_root trixie
layer_need_root_build trixie
export LAB_CPU=$CHECK_CPU
options=(--builddir "$root_build" --root "$debian_root")
layer_share_guests
if [ "$CHECK_FULL" = 1 ]; then
	layer_suite "all scenarios" "$CHECK_SOURCE/tests/lab/run" "${options[@]}" "${guests[@]}"
	layer_suite "scenarios of pvmove, newer UUIDs" "$CHECK_SOURCE/tests/lab/run" "${options[@]}" "${guests[@]}" --moves --uuids newer
	layer_suite "copies that fail" "$CHECK_SOURCE/tests/lab/copy_failures" "${options[@]}" "${guests[@]}" --few --uuids newer
	layer_suite "verified moves" "$CHECK_SOURCE/tests/lab/healthy_moves" "${options[@]}" --moves 20 --uuids newer
	layer_suite "chaos" "$CHECK_SOURCE/tests/lab/chaos" "${options[@]}" --kills 25
	layer_suite "chaos, newer UUIDs" "$CHECK_SOURCE/tests/lab/chaos" "${options[@]}" --kills 25 --uuids newer
else
	# The layer lab has the older form.
	layer_suite "scenarios, newer UUIDs" "$CHECK_SOURCE/tests/lab/run" "${options[@]}" "${guests[@]}" --each-lvm2 --uuids newer
fi
layer_end
