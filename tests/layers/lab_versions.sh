#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# the lab with this machine's lvm2, of the scenarios those that a version of lvm2 can touch: for a Debian that is fresh
# after: gcc
# minutes: 8
# full: in fresh roots
# shellcheck source=tests/layers/lib.sh
. "$(dirname "$0")/lib.sh"

layer_need_gcc_build
export LAB_CPU=$CHECK_CPU
layer_share_guests
layer_suite "scenarios" "$CHECK_SOURCE/tests/lab/run" --builddir "$gcc_build" "${guests[@]}" --each-lvm2
# On these the layers lab and lab13 have the newer form with --full.
if ! grep -qxE 'VERSION_CODENAME=(bookworm|trixie)' /etc/os-release; then
	layer_suite "scenarios, newer UUIDs" "$CHECK_SOURCE/tests/lab/run" --builddir "$gcc_build" "${guests[@]}" --each-lvm2 --uuids newer
fi
layer_end
