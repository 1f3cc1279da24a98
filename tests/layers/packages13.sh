#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Debian packages on Debian 13: built there, lintian; installed, upgraded and removed in mid-move in the lab
# minutes: 10
# full: alone
# shellcheck source=tests/layers/lib.sh
. "$(dirname "$0")/lib.sh"

# The root that others use stays as it is.
make_root_for_packages() {
	cp -a "$debian_root" "$1"
	debian_root_run "$1" / env DEBIAN_FRONTEND=noninteractive \
		apt-get -q -y -o Dpkg::Use-Pty=0 install --no-install-recommends build-essential debhelper lintian
}

layer_use_root trixie
kept_root=$debian_root
trap 'rm -rf --one-file-system "$CHECK_WORK/packages13-root"' EXIT
layer_need_root_build trixie
layer_step_or_end "a root with debhelper and lintian" make_root_for_packages "$CHECK_WORK/packages13-root"
debian_root=$CHECK_WORK/packages13-root
layer_step_or_end "dpkg-buildpackage" layer_build_packages "$CHECK_WORK/packages13"
layer_step "lintian" layer_lintian "$CHECK_WORK/packages13"
layer_step "the drop-ins" layer_drop_ins "$CHECK_WORK/packages13"
layer_step "no file is one of lvm2's, but the diverted page" layer_no_file_is_lvm2s "$CHECK_WORK/packages13"
export LAB_CPU=$CHECK_CPU
layer_suite "installed and removed in mid-move" "$CHECK_SOURCE/tests/lab/run" --builddir "$root_build" --root "$kept_root" \
	--packages "$CHECK_WORK/packages13"
layer_end
