#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# the page for Cockpit: in Chromium, against Debian's Cockpit and a daemon with stand-ins
# after: gcc
# minutes: 3
# full: alone
# shellcheck source=tests/layers/lib.sh
. "$(dirname "$0")/lib.sh"

metainfo_is_valid() {
	appstreamcli validate --no-net "$CHECK_SOURCE"/cockpit/*.metainfo.xml
}

layer_need_gcc_build
layer_step "the metainfo of AppStream" metainfo_is_valid
layer_suite "the page" "$CHECK_SOURCE/tests/cockpit/run" --builddir "$gcc_build"
layer_end
