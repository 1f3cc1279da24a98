#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Debian packages: built twice alike, lintian, what is in them; autopkgtest in a fresh root; in mid-move in the lab
# after: gcc
# minutes: 14
# full: alone
# shellcheck source=tests/layers/lib.sh
. "$(dirname "$0")/lib.sh"

version=$(layer_debian_version)

are_alike() {
	local package
	for package in "$1"/*.deb; do
		cmp "$package" "$2/${package##*/}"
	done
}

is_the_version_of_configure() {
	grep -F "AC_INIT([lvmpolld], [$version]" "$CHECK_SOURCE/configure.ac"
}

removals_are_checked() {
	local plugin operation
	layer_plugins | while read -r plugin operation; do
		dpkg-deb -I "$CHECK_WORK/packages/lvmpolld-plugin-${plugin}_${version}_$(dpkg --print-architecture).deb" prerm |
			grep -F "/usr/libexec/lvmpolld/switch-daemon check $operation ;;"
	done
}

page_is_for_debians_paths() {
	mkdir "$CHECK_WORK/packages-page"
	dpkg-deb -x "$CHECK_WORK/packages/lvmpolld-cockpit_${version}_all.deb" "$CHECK_WORK/packages-page"
	grep -F '"lvmpollctl": "/usr/bin/lvmpollctl"' "$CHECK_WORK/packages-page/usr/share/cockpit/lvmpolld/manifest.json"
	ls "$CHECK_WORK/packages-page/usr/share/cockpit/lvmpolld/index.html"
}

# --- debian/tests, where nothing is installed but what they ask for -----------------------------------------------

fresh=$CHECK_WORK/packages-fresh

# The packages were built on this Debian, and need its libraries.
make_fresh_root() {
	debian_root_bootstrap "$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)" "$fresh"
	mkdir "$fresh/lvmpolld"
	cp "$CHECK_WORK"/packages/*.deb "$fresh/lvmpolld"
	layer_clone_into "$fresh/lvmpolld/source"
	debian_root_run "$fresh" / env DEBIAN_FRONTEND=noninteractive \
		apt-get -q -y -o Dpkg::Use-Pty=0 install --no-install-recommends autopkgtest
}

# The summary has a line for each test: its name, PASS, FAIL or SKIP, and a reason.
run_autopkgtest() {
	local packages=("$fresh"/lvmpolld/*.deb)
	debian_root_run "$fresh" / autopkgtest --no-built-binaries --summary-file=/lvmpolld/summary --env="LAB_CPU=$CHECK_CPU" \
		"${packages[@]#"$fresh"}" /lvmpolld/source -- null || true
	awk '{ count[$2]++; name = $1; state = $2; $1 = $2 = "" }
		state == "SKIP" { print "skipped " name ":" $0 }
		state == "FAIL" { print "failed " name ":" $0 }
		END { printf "%d passed, %d failed, %d skipped\n", count["PASS"], count["FAIL"], count["SKIP"]
			exit !count["PASS"] || count["FAIL"] }' "$fresh/lvmpolld/summary"
}

layer_step "debian/changelog has the version of configure.ac" is_the_version_of_configure
layer_step_or_end "dpkg-buildpackage" layer_build_packages "$CHECK_WORK/packages"
layer_step_or_end "dpkg-buildpackage, again" layer_build_packages "$CHECK_WORK/packages-again"
layer_step "both are alike, byte for byte" are_alike "$CHECK_WORK/packages" "$CHECK_WORK/packages-again"
layer_step "lintian" layer_lintian "$CHECK_WORK/packages"
layer_step "the drop-ins" layer_drop_ins "$CHECK_WORK/packages"
layer_step "removal of a plugin asks about its operation" removals_are_checked
layer_step "the page for Cockpit" page_is_for_debians_paths
layer_step "no file is one of lvm2's, but the diverted page" layer_no_file_is_lvm2s "$CHECK_WORK/packages"
if [ "$(id -u)" = 0 ]; then
	layer_need_roots
	layer_step "a fresh root with autopkgtest" make_fresh_root
	[ "$step_status" != 0 ] || layer_suite autopkgtest run_autopkgtest
	rm -rf --one-file-system "$fresh"
else
	layer_skipped "autopkgtest: only root can make a root for it"
fi
layer_need_gcc_build
export LAB_CPU=$CHECK_CPU
layer_suite "installed and removed in mid-move" "$CHECK_SOURCE/tests/lab/run" --builddir "$gcc_build" \
	--packages "$CHECK_WORK/packages"
layer_end
