#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# the lab with two machines on shared disks, with lvmlockd and sanlock
# after: gcc
# minutes: 8
# full: alone
# shellcheck source=tests/layers/lib.sh
. "$(dirname "$0")/lib.sh"

layer_need_gcc_build
export LAB_CPU=$CHECK_CPU
layer_share_guests
layer_newer_kernel
layer_suite "two machines" "$CHECK_SOURCE/tests/lab/shared_storage" --builddir "$gcc_build" "${newer_kernel[@]}"
layer_end
