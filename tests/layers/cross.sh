#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# other machines, with 32 bits, with ARM's and with the highest byte first: built without a warning, unit and daemon tests in QEMU
# minutes: 30
# full: alone
# shellcheck source=tests/layers/lib.sh
. "$(dirname "$0")/lib.sh"

layer_uuids older
machines=(i386 arm64 s390x)

# Packages are found for that machine alone.
build_in_root() {
	local machine=$1 library
	shift
	library=$(debian_root_run "$debian_root" / dpkg-architecture "-a$machine" -qDEB_HOST_MULTIARCH)
	layer_run_in_root env "PKG_CONFIG_LIBDIR=/usr/lib/$library/pkgconfig:/usr/share/pkgconfig" "$@"
}

emulator_of() {
	case $1 in
	arm64) echo /usr/bin/qemu-aarch64-static ;;
	*) echo "/usr/bin/qemu-$1-static" ;;
	esac
}

check_machine() {
	local machine=$1 compiler build=$CHECK_WORK/build-$1
	compiler=$(debian_root_compiler "$machine")
	layer_in=(build_in_root "$machine")
	layer_build "$build" "--host=${compiler%-gcc}" --enable-werror
	layer_suite "$machine" layer_run_in_root "$CHECK_SOURCE/tests/cross/run" --builddir "$build" --cc "$compiler" \
		--emulator "$(emulator_of "$machine")"
}

layer_need_root bookworm "${machines[@]}"
for machine in "${machines[@]}"; do
	check_machine "$machine"
done
layer_end
