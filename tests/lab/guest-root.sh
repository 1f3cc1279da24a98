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
# shellcheck disable=SC1091 # written by the host for each guest
. "$guest_share/settings"

guest_root_load_modules() {
	local kernel release
	release=$(uname -r)
	kernel=/mnt/kernel
	mkdir -p "$kernel/lib/modules"
	ln -s "$LAB_MODULES/$release" "$kernel/lib/modules/$release"
	# Only some scenarios need them: for disks that break or are larger than the memory, for integrity and for caches.
	modprobe -d "$kernel" -a dm-flakey dm-zero dm-integrity raid1 dm-cache dm-cache-smq dm-writecache || true
	modprobe -d "$kernel" -a overlay dm-mod dm-log dm-mirror dm-snapshot dm-thin-pool dm-raid loop
}

# guest_root_mount_host FOLDER MOUNTPOINT: a folder of the host. Its path is all of the option, which mount(8) from 2.39 on
# can pass only by the old system call.
guest_root_mount_host() {
	LIBMOUNT_FORCE_MOUNT2=always mount -t hostfs none -o "$1" "$2"
}

guest_root_make() {
	mount -t proc proc /proc
	mount -t tmpfs tmpfs /mnt
	mkdir -p /mnt/upper /mnt/work "$guest_root"
	guest_root_load_modules || return 1
	mount -t overlay overlay -o lowerdir=/,upperdir=/mnt/upper,workdir=/mnt/work "$guest_root" || return 1
	guest_root_use_lvm2 || return 1
	guest_root_preload || return 1
	guest_root_mount_host "$guest_share" "$guest_root/mnt" || return 1
	mount -t tmpfs -o mode=755 tmpfs "$guest_root/run" || return 1
	guest_root_limit_io || return 1
	guest_root_share || return 1
}

# With machines that share disks: a folder in which they tell each other how far they are, and lvmlockd and sanlock, which are
# not installed on the host.
guest_root_share() {
	[ -n "$LAB_SHARED" ] || return 0
	mkdir "$guest_root/run/shared" || return 1
	guest_root_mount_host "$LAB_SHARED" "$guest_root/run/shared" || return 1
	tar -C "$LAB_SHARED/root" -c . | tar -C "$guest_root" -x --keep-directory-symlink --no-same-owner && [ -x "$guest_root/usr/sbin/sanlock" ]
}

# The first version of the controller, since the second cannot limit what the kernel itself copies. See copy_slowly.
guest_root_limit_io() {
	mkdir "$guest_root/run/blkio"
	mount -t cgroup -o blkio blkio "$guest_root/run/blkio"
}

# An lvm2 that somebody has built takes the place of the root's own. The name that Debian gives to libdevmapper ends in .1:
# where the build has none of that name, the daemon and dmsetup keep that of the root.
guest_root_use_lvm2() {
	local library
	[ -n "$LAB_LVM2" ] || return 0
	library=$(find "$guest_root/usr/lib" "$guest_root/lib/" -name libdevmapper.so.1.02.1 -print -quit)
	cp -L --remove-destination "$LAB_LVM2"/lib/libdevmapper.so.1.02* "${library%/*}/" || return 1
	cp -L --remove-destination "$LAB_LVM2/sbin/lvm" "$guest_root/sbin/lvm" || return 1
	[ ! -e "$LAB_LVM2/sbin/lvmpolld" ] || cp -L "$LAB_LVM2/sbin/lvmpolld" "$guest_root/sbin/lvmpolld"
}

# Into every program, since the library itself knows that it is meant for lvm alone.
guest_root_preload() {
	[ -n "$LAB_PRELOAD" ] || return 0
	cp "$LAB_PRELOAD" "$guest_root/usr/lib/lab-preload.so" && echo /usr/lib/lab-preload.so >"$guest_root/etc/ld.so.preload"
}
