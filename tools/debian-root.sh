# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# The root of another Debian, made by debootstrap and kept for the next run, and commands that run in it. Sourced, after
# packages.sh. It takes root, and nothing beyond that: it may itself be run in a chroot.

# What a root holds beside what is needed to build and for the lab.
debian_root_packages="check clang python3 binutils man-db groff-base diffutils xz-utils"
# A release hardly changes in this time; sid does so every day.
debian_root_days=21
debian_root_days_sid=1
# Debian's names of other machines that a root is to build for.
debian_root_machines=

debian_root_say() {
	echo "root of $debian_root_suite: $*" >&2
}

debian_root_cache() {
	echo "${LVMPOLLD_CACHE:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/lvmpolld}"
}

debian_root_all_packages() {
	if [ -n "$debian_root_machines" ]; then
		debian_root_cross_packages
		return
	fi
	# shellcheck disable=SC2086,SC2154 # lists of words, from packages.sh
	echo $packages_build $packages_lab $debian_root_packages
}

# To build for other machines, and to run what was built.
debian_root_cross_packages() {
	local machine name
	echo make autoconf automake libtool pkg-config gcc libc6-dev dpkg-dev qemu-user-static python3 man-db groff-base diffutils xz-utils
	for machine in $debian_root_machines; do
		echo "gcc-$(debian_root_compiler "$machine" | sed 's/-gcc$//; s/_/-/g')"
		for name in $packages_build check; do
			case $name in
			libevent-dev) echo "libevent-core-2.1-7:$machine" ;;
			lib*-dev | check) echo "$name:$machine" ;;
			esac
		done
	done
}

# debian_root_compiler MACHINE: the name of its compiler, by Debian's name of the machine.
debian_root_compiler() {
	case $1 in
	arm64) echo aarch64-linux-gnu-gcc ;;
	i386) echo i686-linux-gnu-gcc ;;
	*) echo "$1-linux-gnu-gcc" ;;
	esac
}

# debian_root_use SUITE [MACHINE...]: sets $debian_root to a folder with that Debian, made or made anew if need be: one in which
# the project can be built for this machine, or one in which it can for those others. It stays as it is
# for as long as the caller runs, which holds a lock on it. 1 if it cannot be had, with the reason on stderr.
debian_root_use() {
	local cache lock
	debian_root_suite=$1
	debian_root_machines=${*:2}
	set -- "$1${2:+-cross}"
	cache=$(debian_root_cache)
	debian_root=$cache/root-$1
	if [ "$(id -u)" != 0 ]; then
		debian_root_say "only root can make one, and build in it"
		return 1
	fi
	mkdir -p "$cache" || return 1
	exec {lock}>>"$cache/root-$1.lock"
	if flock --nonblock "$lock"; then
		debian_root_refresh || return 1
	else
		debian_root_say "somebody else makes or uses it"
	fi
	flock --shared "$lock"
	debian_root_works || {
		debian_root_say "$debian_root does not work"
		return 1
	}
}

# One that is stale serves where none can be made, as without a network.
debian_root_refresh() {
	local why
	why=$(debian_root_fault)
	[ -n "$why" ] || return 0
	debian_root_say "$why: making it, which takes some minutes"
	if debian_root_make; then
		debian_root_say "made, in $debian_root"
	elif debian_root_works; then
		debian_root_say "it could not be made anew: going on with the one of $(debian_root_date)"
	else
		return 1
	fi
}

# Why it must be made, if it must.
debian_root_fault() {
	local days=$debian_root_days
	[ "$debian_root_suite" != sid ] || days=$debian_root_days_sid
	if [ ! -e "$debian_root" ]; then
		echo "there is none yet"
	elif ! debian_root_works; then
		echo "the one of $(debian_root_date) is broken, or other packages are wanted"
	elif [ -n "$(find "$debian_root/lvmpolld-root" -mtime "+$days")" ]; then
		echo "the one of $(debian_root_date) is older than $days days"
	fi
}

debian_root_date() {
	date -r "$debian_root/lvmpolld-root" +%F 2>/dev/null || echo "an unknown day"
}

# All packages are there, and what matters of them can be run.
debian_root_works() {
	local machine
	[ "$(cat "$debian_root/lvmpolld-root" 2>/dev/null)" = "$(debian_root_all_packages)" ] || return 1
	for machine in $debian_root_machines; do
		chroot "$debian_root" "$(debian_root_compiler "$machine")" --version >/dev/null 2>&1 || return 1
	done
	[ -n "$debian_root_machines" ] ||
		chroot "$debian_root" /bin/sh -c 'gcc --version && clang --version && make --version && python3 -V && /sbin/lvm version &&
			/lib/systemd/systemd --version && pkg-config --exists devmapper libevent check' >/dev/null 2>&1
}

# Under another name until it is whole.
debian_root_make() {
	local new=$debian_root.new log=$debian_root.log
	rm -rf --one-file-system "$new" "$debian_root.old" || return 1
	: >"$log"
	if ! debian_root_fill "$new" "$log"; then
		debian_root_say "this failed; all that was printed is in $log:"
		tail -n 15 "$log" | sed 's/^/  | /' >&2
		rm -rf --one-file-system "$new"
		return 1
	fi
	debian_root_all_packages >"$new/lvmpolld-root"
	[ ! -e "$debian_root" ] || mv "$debian_root" "$debian_root.old" || return 1
	mv "$new" "$debian_root" || return 1
	rm -rf --one-file-system "$debian_root.old"
}

debian_root_fill() {
	local new=$1 log=$2
	debian_root_say "debootstrap ..."
	debian_root_bootstrap "$debian_root_suite" "$new" </dev/null >>"$log" 2>&1 || return 1
	debian_root_say "installing packages ..."
	# No package starts its service in there.
	printf '#!/bin/sh\nexit 101\n' >"$new/usr/sbin/policy-rc.d"
	chmod +x "$new/usr/sbin/policy-rc.d"
	[ -z "$debian_root_machines" ] || debian_root_add_machines "$new" >>"$log" 2>&1 || return 1
	# shellcheck disable=SC2046 # a list of words
	debian_root_run "$new" / env DEBIAN_FRONTEND=noninteractive LC_ALL=C \
		apt-get -q -y -o Dpkg::Use-Pty=0 install --no-install-recommends $(debian_root_all_packages) </dev/null >>"$log" 2>&1 || return 1
	[ -z "$debian_root_machines" ] || debian_root_unpack_libevent "$new" >>"$log" 2>&1 || return 1
	rm -f "$new"/var/cache/apt/archives/*.deb
}

debian_root_add_machines() {
	local machine
	for machine in $debian_root_machines; do
		chroot "$1" dpkg --add-architecture "$machine" || return 1
	done
	debian_root_run "$1" / apt-get -q update
}

# That package cannot be installed for two machines, though its files are the same where they have the same names.
debian_root_unpack_libevent() {
	# shellcheck disable=SC2016 # the shell in there expands them
	debian_root_run "$1" / sh -euc 'cd /tmp
		for machine in $0; do
			apt-get -q download "libevent-dev:$machine"
			dpkg -x libevent-dev_*_"$machine".deb /
		done' "$debian_root_machines"
}

# debian_root_bootstrap SUITE FOLDER: the least that Debian needs. An archive that lags behind must do, too: sid's index is
# valid for a week.
debian_root_bootstrap() {
	debootstrap --variant=minbase "$1" "$2" "$(debian_root_mirror)" || return 1
	echo 'Acquire::Check-Valid-Until "false";' >"$2/etc/apt/apt.conf.d/90lvmpolld-root"
}

# The archive that this machine installs from.
debian_root_mirror() {
	local uri=''
	if command -v apt-get >/dev/null; then
		# shellcheck disable=SC2016 # apt-get's own
		uri=$(apt-get indextargets --format '$(ORIGIN) $(CODENAME) $(REPO_URI)' 2>/dev/null |
			sed -n 's/^Debian \(bookworm\|trixie\|forky\|sid\) //p' | head -n 1)
	fi
	echo "${uri:-http://deb.debian.org/debian}"
}

# debian_root_run ROOT "FOLDER..." COMMAND...: runs a command in it, with a /tmp of its own, in which folders of this
# machine have the names that they have here ("/" stands for none).
debian_root_run() {
	local propagation=private
	# Where / is no mount point, as in a chroot, its propagation cannot be changed.
	unshare --mount --propagation private true 2>/dev/null || propagation=unchanged
	unshare --mount --propagation "$propagation" bash -s -- "$@" <<'END'
		set -eu
		root=$1 folders=$2
		shift 2
		bind() {
			mkdir -p "$root$1"
			mount --bind "$1" "$root$1"
		}
		# All other mounts are below this one, and so reach no other namespace.
		mount --bind "$root" "$root"
		trap 'umount -l "$root"' EXIT
		mount --make-private "$root"
		for folder in /proc /sys /dev /dev/pts /dev/shm; do
			[ ! -d "$folder" ] || bind "$folder"
		done
		mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
		for folder in $folders; do
			[ "$folder" = / ] || bind "$folder"
		done
		# The caller's may be none in there.
		[ -d "$root${TMPDIR:-/tmp}" ] || unset TMPDIR
		# The root of the namespace itself, where that can be: some things do not work in a chroot.
		cd "$root"
		if pivot_root . . 2>/dev/null; then
			trap - EXIT
			umount -l .
			cd /
			exec "$@" </dev/null
		fi
		chroot "$root" "$@" </dev/null
END
}
