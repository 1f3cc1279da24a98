# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# Installs what a script of this project needs, by the names of Debian's packages. Sourced by check.sh and demo.sh.

# shellcheck disable=SC2034 # the lists are for those who source this
packages_build="gcc libc6-dev make autoconf automake libtool pkg-config libltdl-dev libyaml-dev libdevmapper-dev
	libevent-dev libsystemd-dev libsmartcols-dev"
# shellcheck disable=SC2034
packages_lab="user-mode-linux lvm2 thin-provisioning-tools kmod dmsetup e2fsprogs systemd systemd-sysv util-linux mount procps"
# shellcheck disable=SC2034
packages_check="check dpkg-dev clang libclang-rt-dev llvm valgrind binutils shellcheck python3 man-db groff-base xz-utils bzip2
	diffutils git zsh fish abigail-tools"

# For the roots of other Debians, and to boot the kernel of one here.
# shellcheck disable=SC2034
packages_roots="debootstrap debian-archive-keyring patchelf"

# For building packages of the project.
# shellcheck disable=SC2034
packages_packaging="debhelper lintian rpm rpmlint checkpolicy semodule-utils"

# For the page for Cockpit: Cockpit, a browser, and what drives that.
# shellcheck disable=SC2034
packages_cockpit="cockpit-ws cockpit-bridge cockpit-system chromium python3-websocket appstream"

# The names of those packages that are not installed.
packages_missing() {
	local name
	for name in "$@"; do
		dpkg-query -W -f '${db:Status-Status}\n' "$name" 2>/dev/null | grep -qx installed ||
			echo "$name"
	done
}

# The command words before apt-get that make it run as root, in the array $packages_as_root. 1 if there are none.
packages_become_root() {
	packages_as_root=()
	[ "$(id -u)" -ne 0 ] || return 0
	command -v sudo >/dev/null || return 1
	if [ -t 0 ]; then
		packages_as_root=(sudo)
	else
		packages_as_root=(sudo -n)
	fi
	"${packages_as_root[@]}" true 2>/dev/null
}

packages_apt() {
	"${packages_as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o Dpkg::Use-Pty=0 "$@" </dev/null
}

# Those of the packages that this machine's archives have: not all have all, User Mode Linux is for x86 alone.
packages_in_archives() {
	local name
	for name in "$@"; do
		if apt-cache show "$name" >/dev/null 2>&1; then
			echo "$name"
		else
			echo "  no package '$name' in the archives of this machine: going on without it" >&2
		fi
	done
}

# packages_install LOG NAME...: one attempt, with all that apt says in LOG.
packages_install() {
	local log=$1 names
	shift
	packages_apt update >"$log" 2>&1 || return 1
	mapfile -t names < <(packages_in_archives "$@")
	[ "${#names[@]}" -eq 0 ] || packages_apt install --no-install-recommends "${names[@]}" >>"$log" 2>&1
}

# packages_wait PROCESS LOG: waits for it and says at least once a minute what it does.
packages_wait() {
	local began=$SECONDS
	while kill -0 "$1" 2>/dev/null; do
		if [ $((SECONDS - began)) -ge 30 ]; then
			began=$SECONDS
			echo "  ... $(tail -n 1 "$2" | cut -c 1-100)"
		fi
		sleep 0.2
	done
	wait "$1"
}

# packages_need NAME...: installs what is missing, or says what to install and returns 1.
packages_need() {
	local missing log status=0 start=$SECONDS
	if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
		echo "  this is not Debian: taking for granted that all is installed that is needed"
		return 0
	fi
	mapfile -t missing < <(packages_missing "$@")
	[ "${#missing[@]}" -gt 0 ] || return 0
	if ! packages_become_root; then
		echo "  Packages are missing, and neither root nor sudo is at hand to install them." >&2
		echo "  Let somebody who may run this, then start again:  apt-get install ${missing[*]}" >&2
		return 1
	fi
	echo "  installing with what they need, which takes some minutes at first: ${missing[*]}"
	log=$(mktemp) || return 1
	packages_install "$log" "${missing[@]}" &
	if packages_wait $! "$log"; then
		echo "  installed in $((SECONDS - start)) s"
	else
		tail -n 15 "$log" | sed 's/^/  | /' >&2
		echo "  apt-get could not install them; once that works, start again." >&2
		status=1
	fi
	rm -f "$log"
	return "$status"
}
