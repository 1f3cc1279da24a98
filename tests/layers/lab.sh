#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# this machine's lvm2 with our daemon on a real kernel: all scenarios; copies that fail; verified moves of volumes in use; chaos
# On the kernel of Debian 13, but for copies that fail: what is known of those is what a kernel says.
# after: gcc
# minutes: 19
# minutes_full: 66
# shellcheck source=tests/layers/lib.sh
. "$(dirname "$0")/lib.sh"

layer_need_gcc_build
export LAB_CPU=$CHECK_CPU
options=(--builddir "$gcc_build")
layer_share_guests
layer_newer_kernel
if [ "$CHECK_FULL$CHECK_SLOW" = 01 ]; then
	# The time may be over in their middle.
	layer_suite "scenarios that come first" "$CHECK_SOURCE/tests/lab/run" "${options[@]}" "${newer_kernel[@]}" "${guests[@]}" --each-lvm2
	layer_suite "the other scenarios" "$CHECK_SOURCE/tests/lab/run" "${options[@]}" "${newer_kernel[@]}" "${guests[@]}" --any-lvm2
else
	layer_suite "scenarios" "$CHECK_SOURCE/tests/lab/run" "${options[@]}" "${newer_kernel[@]}" "${guests[@]}"
fi
if [ "$CHECK_FULL" = 1 ]; then
	layer_suite "scenarios of pvmove, newer UUIDs" "$CHECK_SOURCE/tests/lab/run" "${options[@]}" "${newer_kernel[@]}" "${guests[@]}" --moves --uuids newer
	layer_suite "copies that fail" "$CHECK_SOURCE/tests/lab/copy_failures" "${options[@]}" "${guests[@]}"
	layer_suite "verified moves" "$CHECK_SOURCE/tests/lab/healthy_moves" "${options[@]}" "${newer_kernel[@]}" --moves 200
	layer_suite "the longest lvs" "$CHECK_SOURCE/tests/lab/longest_lvs" "${options[@]}" "${newer_kernel[@]}"
	layer_suite "chaos" "$CHECK_SOURCE/tests/lab/chaos" "${options[@]}" "${newer_kernel[@]}" --kills 100
	layer_suite "chaos, newer UUIDs" "$CHECK_SOURCE/tests/lab/chaos" "${options[@]}" "${newer_kernel[@]}" --kills 100 --uuids newer
else
	layer_suite_in_time "copies that fail" "$CHECK_SOURCE/tests/lab/copy_failures" "${options[@]}" "${guests[@]}" --few
	layer_suite_in_time "verified moves" "$CHECK_SOURCE/tests/lab/healthy_moves" "${options[@]}" "${newer_kernel[@]}"
	layer_suite_in_time "chaos" "$CHECK_SOURCE/tests/lab/chaos" "${options[@]}" "${newer_kernel[@]}"
	# Otherwise the layer lab13 has the newer form.
	if [ "$(id -u)" != 0 ] || grep -qx VERSION_CODENAME=trixie /etc/os-release; then
		layer_suite "scenarios, newer UUIDs" "$CHECK_SOURCE/tests/lab/run" "${options[@]}" "${newer_kernel[@]}" "${guests[@]}" --each-lvm2 --uuids newer
	fi
fi
layer_end
