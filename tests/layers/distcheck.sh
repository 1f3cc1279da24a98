#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# make distcheck (the daemon tests with --full alone), and whether the tarball holds all of the tree
# minutes: 2
# minutes_full: 6
# shellcheck source=tests/layers/lib.sh
. "$(dirname "$0")/lib.sh"

layer_uuids older

folder=$CHECK_WORK/build-dist

# What belongs to the repository alone stays out; so does what is packaged beside the tarball.
tarball_is_complete() {
	local tarball
	tarball=$(find "$folder" -maxdepth 1 -name 'lvmpolld-*.tar.xz')
	tar -tf "$tarball" | sed -e 's,^[^/]*/,,' -e '/\/$/d' | sort >"$CHECK_WORK/dist.has"
	(cd "$CHECK_WORK" && sort tree | grep -Ev '(^|/)\.gitignore$|^\.ci/|^debian/') >"$CHECK_WORK/dist.wants"
	comm -13 "$CHECK_WORK/dist.has" "$CHECK_WORK/dist.wants" >"$CHECK_WORK/dist.lacks"
	sed 's/^/not in the tarball: /' "$CHECK_WORK/dist.lacks"
	[ -s "$CHECK_WORK/dist.wants" ] && [ ! -s "$CHECK_WORK/dist.lacks" ]
}

layer_step_or_end "configure" layer_configure "$folder"
# Which tests failed, where that was the reason: the end of its log does not tell.
show_failed_tests() {
	local trs
	find "$folder"/lvmpolld-*/_build -name '*.trs' -exec grep -l '^:global-test-result: \(FAIL\|ERROR\)' {} + |
		while read -r trs; do
			layer_show_failures "${trs%.trs}.log"
		done
}

# What the layer gcc runs from the same sources is run again with --full alone.
suites=()
[ "$CHECK_FULL" = 1 ] || suites=("SUITES=install/run standin/run outside/run kit/run manpages/run symbols/run structure/run docs/run release/run")
layer_step "make distcheck" layer_make -C "$folder" distcheck "${suites[@]}"
if [ "$step_status" != 0 ]; then
	show_failed_tests
	layer_end
fi
layer_step "the tarball holds all of the tree" tarball_is_complete
layer_end
