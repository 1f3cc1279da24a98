# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# Builds the guest's root, an overlay over the host's, in $guest_root. Sourced by both kinds of init.
#
# The kernel mounts the host's root read-only. What is written lands on a tmpfs; the one folder of the host that
# the guest may write to is its share, which appears as /mnt.

export PATH=/usr/sbin:/sbin:/usr/bin:/bin
guest_share=${0%/*}
guest_source=$(dirname "$(readlink -f "$0")")
guest_root=/mnt/root

guest_root_load_modules() {
	local kernel release
	release=$(uname -r)
	kernel=/mnt/kernel
	mkdir -p "$kernel/lib/modules"
	ln -s "/usr/lib/uml/modules/$release" "$kernel/lib/modules/$release"
	modprobe -d "$kernel" -a overlay dm-mod dm-log dm-mirror dm-snapshot dm-thin-pool dm-raid loop
}

guest_root_make() {
	mount -t proc proc /proc
	mount -t tmpfs tmpfs /mnt
	mkdir -p /mnt/upper /mnt/work "$guest_root"
	guest_root_load_modules || return 1
	mount -t overlay overlay -o lowerdir=/,upperdir=/mnt/upper,workdir=/mnt/work "$guest_root" || return 1
	mount -t hostfs none -o "$guest_share" "$guest_root/mnt" || return 1
	mount -t tmpfs -o mode=755 tmpfs "$guest_root/run" || return 1
	guest_root_limit_io || return 1
}

# The first version of the controller, since the second cannot limit what the kernel itself copies. See copy_slowly.
guest_root_limit_io() {
	mkdir "$guest_root/run/blkio"
	mount -t cgroup -o blkio blkio "$guest_root/run/blkio"
}
