# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# Installs what a script of this project needs, by the names of Debian's packages. Sourced by check.sh and demo.sh.

packages_build="gcc make autoconf automake libtool pkg-config libltdl-dev libyaml-dev libdevmapper-dev
	libevent-dev libsystemd-dev"
packages_lab="user-mode-linux lvm2 thin-provisioning-tools kmod systemd systemd-sysv util-linux procps"
packages_check="check clang libclang-rt-dev llvm shellcheck python3 valgrind man-db xz-utils diffutils"

# The names of those packages that are not installed.
packages_missing() {
	local name
	for name in "$@"; do
		dpkg-query -W -f '${db:Status-Status}\n' "$name" 2>/dev/null | grep -qx installed ||
			echo "$name"
	done
}

# packages_need NAME...: installs what is missing, or says what to install and returns 1.
packages_need() {
	local missing become=
	if ! command -v dpkg-query >/dev/null; then
		echo "This is not Debian: taking for granted that what is needed is installed:" "$@"
		return 0
	fi
	missing=$(packages_missing "$@" | tr '\n' ' ')
	[ -n "$missing" ] || return 0
	if [ "$(id -u)" -ne 0 ]; then
		become="sudo -n"
		if ! sudo -n true 2>/dev/null; then
			echo "These packages are missing, and neither root nor sudo is at hand to install them." >&2
			echo "Run this as root, then start again:  apt-get install ${missing% }" >&2
			return 1
		fi
	fi
	echo "Installing: $missing"
	# shellcheck disable=SC2086 # a list of words each
	$become env DEBIAN_FRONTEND=noninteractive apt-get -q update >/dev/null &&
		$become env DEBIAN_FRONTEND=noninteractive apt-get -q -y --no-install-recommends install $missing \
			>/dev/null && return 0
	echo "Installing failed; this shows why:  apt-get install ${missing% }" >&2
	return 1
}
