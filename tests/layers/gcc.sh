#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# built by gcc without a warning, locks checked at run time: make check
# minutes: 6
# shellcheck source=tests/layers/lib.sh
. "$(dirname "$0")/lib.sh"

# promtool, for the test of "lvmpollctl metrics": unpacked from Debian's package prometheus, which would start a server if it
# were installed. Where it cannot be had, that test is skipped, and people are told.
fetch_promtool() {
	local folder=$CHECK_WORK/prometheus
	mkdir -p "$folder" && chmod 755 "$folder" &&
		(cd "$folder" && apt-get -q -o APT::Sandbox::User=root download prometheus && dpkg-deb -x prometheus_*.deb .) &&
		PATH=$PATH:$folder/usr/bin && promtool --version
}

command -v promtool >/dev/null || fetch_promtool ||
	layer_skipped "promtool, of Debian's package prometheus, cannot be had: what \"lvmpollctl metrics\" prints is not checked by it"
layer_need_gcc_build
layer_check "$gcc_build"
# Histories that nobody has seen yet; one that fails is told with its seed.
layer_suite "simulator, new seeds" env LVMPOLLD_BUILDDIR="$gcc_build" "$CHECK_SOURCE/tests/simulation/run" --seconds 60
# The same ones each time, so that all pairs of state and event come that are to come.
layer_suite "simulator, pairs" env LVMPOLLD_BUILDDIR="$gcc_build" "$CHECK_SOURCE/tests/simulation/run" --seed 1 --histories 20000 --pairs
layer_end
