#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# packages besides Debian's: RPM built from the tarball, rpmlint, the module for SELinux; Alpine's APKBUILD is read
# minutes: 6
# full: alone
# shellcheck source=tests/layers/lib.sh
. "$(dirname "$0")/lib.sh"

build=$CHECK_WORK/build-rpm
top=$CHECK_WORK/rpmbuild

make_tarball() {
	layer_configure "$build" --disable-dependency-tracking
	make -C "$build" dist
	mkdir -p "$top/SOURCES"
	cp "$build"/lvmpolld-*.tar.xz "$top/SOURCES/"
}

# Debian has none of the packages that the spec requires by their names in Fedora; what is in them is installed.
build_packages() {
	# Other layers run the tests.
	rpmbuild -tb --nodeps --without check --define "_topdir $top" --define "_unitdir /usr/lib/systemd/system" \
		--define "_smp_mflags -j$(nproc)" "$top"/SOURCES/lvmpolld-*.tar.xz
}

expected_packages_are_there() {
	local name
	layer_plugins >"$CHECK_WORK/rpm.plugins"
	for name in lvmpolld lvmpolld-devel lvmpolld-selinux $(sed 's/^\([^ ]*\).*/lvmpolld-plugin-\1/' "$CHECK_WORK/rpm.plugins"); do
		ls "$top"/RPMS/*/"$name"-[0-9]*.rpm
	done
	rpm -qlp "$top"/RPMS/*/lvmpolld-[0-9]*.rpm >"$CHECK_WORK/rpm.list"
	cat "$CHECK_WORK/rpm.list"
	grep -x '/usr/libexec/lvmpolld/lvmpolld' "$CHECK_WORK/rpm.list"
	grep -x '/usr/lib/systemd/system/lvm2-lvmpolld.service.d/lvmpolld.conf' "$CHECK_WORK/rpm.list"
	# Removed with the package, and enabled with it.
	grep -x '/var/lib/lvmpolld/history' "$CHECK_WORK/rpm.list"
	grep -x '/usr/lib/systemd/system-preset/85-lvmpolld.preset' "$CHECK_WORK/rpm.list"
	rpm -qp --scripts "$top"/RPMS/*/lvmpolld-[0-9]*.rpm | grep 'systemctl --no-reload preset .* lvmpolld-boot.service'
	refuse grep -E '/sbin/lvmpolld$|man8/lvmpolld\.8|plugins/.*\.so' "$CHECK_WORK/rpm.list"
	rpm -qlp "$top"/RPMS/*/lvmpolld-plugin-pvmove-*.rpm | grep '/plugins/pvmove\.so$'
}

removals_are_checked() {
	local plugin operation
	layer_plugins | while read -r plugin operation; do
		rpm -qp --scripts "$top"/RPMS/*/"lvmpolld-plugin-$plugin"-[0-9]*.rpm | grep -E "switch-daemon check $operation \|\| exit 1"
	done
}

# Errors alone, but for those that lvmpolld.rpmlintrc explains: warnings are about a distribution that this is not built on.
rpmlint_has_no_error() {
	local status=0
	rpmlint -r "$CHECK_SOURCE/packaging/rpm/lvmpolld.rpmlintrc" "$top"/RPMS/*/*.rpm >"$CHECK_WORK/rpmlint" 2>&1 || status=$?
	cat "$CHECK_WORK/rpmlint"
	refuse grep -E '^[^ ]+: E: ' "$CHECK_WORK/rpmlint"
	[ "$status" = 0 ] || [ "$status" = 64 ] || [ "$status" = 66 ]
}

module_is_compiled() {
	mkdir "$CHECK_WORK/selinux"
	make -C "$CHECK_WORK/selinux" -f "$CHECK_SOURCE/packaging/selinux/module.mk" "SRCDIR=$CHECK_SOURCE/packaging/selinux"
	# With the daemon's program and its history.
	grep -a -F '/usr/libexec/lvmpolld/lvmpolld' "$CHECK_WORK/selinux/lvmpolld.pp"
	grep -a -F '/var/lib/lvmpolld(/.*)?' "$CHECK_WORK/selinux/lvmpolld.pp"
}

# abuild has none of it here: that the file and the scripts that it names can be read, and what it tells.
apkbuild_is_read() {
	local version names script
	mapfile -t names < <(layer_plugins | sed -e 's/ .*//' -e 's/-/_/g' -e 's/^/_/')
	[ ${#names[@]} -gt 0 ]
	version=$(sed -n 's/^AC_INIT(\[lvmpolld\], \[\([^]]*\)\].*/\1/p' "$CHECK_SOURCE/configure.ac")
	sh -euc '. "$1"; [ "$pkgver" = "$2" ]; shift 2; for function in build check package "$@"; do
		type "$function" >/dev/null; done' sh "$CHECK_SOURCE/packaging/alpine/APKBUILD" "$version" "${names[@]}"
	for script in $(sh -euc '. "$1"; echo "$install"' sh "$CHECK_SOURCE/packaging/alpine/APKBUILD"); do
		sh -n "$CHECK_SOURCE/packaging/alpine/$script"
	done
}

layer_step_or_end "make dist" make_tarball
layer_step_or_end "rpmbuild -tb" build_packages
layer_step "each plugin is a package of its own, and nothing of lvm2's is overwritten" expected_packages_are_there
layer_step "removal of a plugin asks about its operation" removals_are_checked
layer_step "rpmlint has no error" rpmlint_has_no_error
layer_step "the module for SELinux is compiled and packed" module_is_compiled
layer_step "Alpine's APKBUILD is read, with configure's version" apkbuild_is_read
layer_end
