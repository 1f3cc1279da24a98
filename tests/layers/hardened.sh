#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# built as Debian builds its packages, with all of its hardening, without a warning: unit programs, symbols
# minutes: 2
# shellcheck source=tests/layers/lib.sh
. "$(dirname "$0")/lib.sh"

if ! command -v dpkg-buildflags >/dev/null; then
	layer_skipped "all of it: there is no dpkg-buildflags on this machine"
	layer_end
fi
folder=$CHECK_WORK/build-hardened
mapfile -t flags < <(DEB_BUILD_MAINT_OPTIONS=hardening=+all dpkg-buildflags --export=cmdline | xargs -n 1)
layer_step "the flags have what warns most" grep -e -D_FORTIFY_SOURCE <<<"${flags[*]}"
layer_build "$folder" --enable-werror "${flags[@]}"
layer_check "$folder" SUITES=symbols/run
layer_end
