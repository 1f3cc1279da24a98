# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# Disks, volume groups and volumes with data whose checksum is known.

disk=()
declare -A data_sums=()

# --- lvm2 ---------------------------------------------------------------------------------------------------

lvm_configure() {
	mkdir -p "$1"
	cat >"$1/lvm.conf" <<-'END'
		devices { scan=["/dev"] filter=["a|loop|","r|.*|"] use_devicesfile=0 }
		activation { udev_sync=0 udev_rules=0 verify_udev_operations=1 monitoring=0 }
		backup { backup=1 backup_dir="/run/lab/backup" archive=0 }
		global { use_lvmpolld=1 }
	END
}

# --- disks --------------------------------------------------------------------------------------------------

# Makes disks of so many MiB. Their device names are appended to the array $disk.
disks_make() {
	local count=$1 mib=$2 number
	while [ "$count" -gt 0 ]; do
		number=${#disk[@]}
		truncate -s "${mib}M" "$lab/disk$number"
		disk+=("$(losetup --find --show "$lab/disk$number")")
		count=$((count - 1))
	done
}

# layer_make DEVICE TABLE: a device of device-mapper that is no volume. Those that lvm2 is to take for disks are named
# /dev/mapper/loop_... The last one made is the first in $layers.
layers=()
layer_make() {
	printf '%s\n' "$2" >"$lab/table"
	run_ok dmsetup create "${1##*/}" "$lab/table"
	run_ok dmsetup mknodes --noudevrules "${1##*/}"
	layers=("$1" "${layers[@]}")
}

# What a command was told, in $status and $output, stays.
layers_remove() {
	local layer left=()
	for layer; do
		dmsetup remove "${layer##*/}" || fail "$layer cannot be removed"
	done
	for layer in "${layers[@]}"; do
		[[ " $* " == *" $layer "* ]] || left+=("$layer")
	done
	layers=("${left[@]}")
}

# A volume group with extents of 1 MiB, so that small volumes have many.
vg_make() {
	run_ok vgcreate -qq -y -s 1m "$@"
}

# lv_make VG NAME MIB [DISK...]: a volume filled with data.
lv_make() {
	local vg=$1 name=$2 mib=$3
	shift 3
	run_ok lvcreate -qq -y -Wn -Zn -l "$mib" -n "$name" "$vg" "$@"
	data_write "$vg/$name"
}

# Two volumes, VG/NAME and VG/NAME_between, that take turns on a disk: the first has so many segments of 2 MiB.
lv_make_fragmented() {
	local vg=$1 name=$2 segments=$3 on=$4 number
	run_ok lvcreate -qq -y -Wn -Zn -l 2 -n "$name" "$vg" "$on"
	run_ok lvcreate -qq -y -Wn -Zn -l 2 -n "${name}_between" "$vg" "$on"
	for ((number = 1; number < segments; number++)); do
		run_ok lvextend -qq -l +2 "$vg/$name" "$on"
		run_ok lvextend -qq -l +2 "$vg/${name}_between" "$on"
	done
	expect_equal "the number of segments of $vg/$name" "$segments" "$(lv_segments "$vg/$name")"
	data_write "$vg/$name"
	data_write "$vg/${name}_between"
}

lv_segments() {
	lvs --noheadings -o seg_count "$1" | tr -d ' '
}

# --- data ---------------------------------------------------------------------------------------------------

# Past the page cache, which would show old data whatever the disk holds.
data_sum() {
	dd if="/dev/$1" bs=1M iflag=direct status=none | md5sum | cut -d' ' -f1
}

# random_data MIB: prints so much of it. The host has made some, from which any piece is taken: a guest is slow at it.
random_data() {
	if [ "$1" -le 64 ]; then
		dd if="$LAB_PROGRAMS/random" bs=1M count="$1" skip=$((RANDOM << 10 | RANDOM >> 5)) \
			iflag=skip_bytes,fullblock status=none
	else
		head -c "${1}M" /dev/urandom
	fi
}

# data_overwrite VG/NAME MIB: random data into the beginning of a volume.
data_overwrite() {
	random_data "$2" | dd of="/dev/$1" bs=1M iflag=fullblock oflag=direct conv=notrunc status=none
}

data_write() {
	data_overwrite "$1" $(($(blockdev --getsize64 "/dev/$1") >> 20))
	data_sums[$1]=$(data_sum "$1")
}

# data_spoil VG/NAME MIB: overwrites what a merge is then to bring back.
data_spoil() {
	data_overwrite "$1" "$2"
	[ "$(data_sum "$1")" != "${data_sums[$1]}" ] || fail "the data of $1 could not be overwritten"
}

# The volume's data must be what it was.
data_check() {
	expect_equal "the checksum of $1" "${data_sums[$1]}" "$(data_sum "$1")"
}

# What is written to a disk, by whomever, is limited to so many KiB a second (0: without a limit). The throttle of
# dm-mirror itself is no use: it heeds only what lasts longer than a tick of the clock, and so lets one copy pass at full
# speed and holds up the next.
write_at() {
	local device
	for device in /sys/block/loop*/dev; do
		echo "$(<"$device") $(($1 << 10))" >/run/blkio/blkio.throttle.write_bps_device
	done
}

# disk_write_at DISK KIB: likewise for one disk.
disk_write_at() {
	echo "$(<"/sys/block/${1##*/}/dev") $(($2 << 10))" >/run/blkio/blkio.throttle.write_bps_device
}

# disk_read_at DISK KIB: likewise what is read from it.
disk_read_at() {
	echo "$(<"/sys/block/${1##*/}/dev") $(($2 << 10))" >/run/blkio/blkio.throttle.read_bps_device
}

# From here on a copy can be caught in its middle: 48 MiB take 24 s, with a region done every quarter of a second.
copy_slowly() {
	write_at 2048
}

# One that was seen in its middle stays there for what is done to it meanwhile, on a busy machine, too: 48 MiB take a minute and
# a half. It is for those that copy_fast ends; what lvm2 writes takes longer as well.
copy_slower() {
	write_at 512
}

# It all but stands still, for as long as a busy machine may take to see it.
copy_hold() {
	write_at 16
}

copy_fast() {
	write_at 0
}

# --- where the data lies --------------------------------------------------------------------------------------

# The disks of a volume by lvm2's metadata, in one line.
lv_disks() {
	lvs -a --noheadings -o devices "$1" | tr ',' '\n' | sed 's/([0-9]*)//; s/ //g' | sort -u | xargs
}

# The disks of a volume by the kernel, in one line.
kernel_disks() {
	dmsetup deps -o devname "${1/\//-}" | sed 's/.*: //' | tr -d '()' | tr ' ' '\n' | sed '/^$/d; s|^|/dev/|' | sort -u | xargs
}

# A volume must lie on these disks and no other, for lvm2 and for the kernel.
expect_on() {
	local volume=$1
	shift
	expect_equal "where $volume lies by the metadata" "$*" "$(lv_disks "$volume")"
	expect_equal "where $volume lies by the kernel" "$*" "$(kernel_disks "$volume")"
}

# expect_mirror_legs VG/NAME DISK...: one leg a disk, in sync, each with the whole of the data, none half made.
expect_mirror_legs() {
	local volume=$1 leg number=0
	shift
	expect_equal "the number of legs of $volume" "$#" "$(lvs -a --noheadings -o lv_name "${volume%/*}" | grep -c mimage)"
	expect_equal "the share of $volume in sync" 100.00 "$(lvs --noheadings -o copy_percent "$volume" | tr -d ' ')"
	for leg in "$@"; do
		expect_on "${volume}_mimage_$number" "$leg"
		expect_equal "the checksum of leg $number of $volume" "${data_sums[$volume]}" \
			"$(data_sum "mapper/${volume/\//-}_mimage_$number")"
		number=$((number + 1))
	done
}

lv_pool() {
	lvs --noheadings -o pool_lv "$1" | tr -d ' '
}

volume_is_gone() {
	local names
	names=$(lvs -a --noheadings -o lv_name "${1%/*}" | tr -d ' []') || return 1
	! grep -qx "${1#*/}" <<<"$names"
}

pv_used_extents() {
	pvs --noheadings -o pv_pe_alloc_count "$1" | tr -d ' '
}

expect_disk_empty() {
	expect_equal "the number of extents used on $1" 0 "$(pv_used_extents "$1")"
}

# --- a move or another operation under way -------------------------------------------------------------------------

# A device of the kernel has a target of this type: mirror, snapshot-merge ...
kernel_has_target() {
	local table
	table=$(dmsetup table)
	grep -Eq -- ": [0-9]+ [0-9]+ $1 " <<<"$table"
}

# A mirror has copied some of its data and has some still to copy.
mirror_is_half_way() {
	dmsetup status --target mirror | awk '
		{ for (i = 1; i <= NF; i++) if (split($i, part, "/") == 2 && part[1] > 0 && part[1] < part[2]) found = 1 }
		END { exit !found }'
}

# raid_is_in_sync VG/NAME: by the kernel, where it has no snapshot.
raid_is_in_sync() {
	dmsetup status "${1/\//-}" | awk '{ split($7, part, "/"); found = part[1] == part[2] && $8 == "idle" } END { exit !found }'
}

# No pvmove volume, hidden or not, in any volume group.
pvmove_none() {
	local names
	names=$(lvs -a --noheadings -o lv_name) || return 1
	[[ $names != *pvmove* ]]
}

kernel_has_none_suspended() {
	local states
	states=$(dmsetup info -c --noheadings -o suspended)
	[[ $states != *Suspended* ]]
}

# --- the end --------------------------------------------------------------------------------------------------

# Nothing of a move is left, in metadata and kernel, and all data is what it was.
volumes_check() {
	local volume
	[ "${#disk[@]}" -gt 0 ] || return 0
	pvmove_none || fail "a pvmove volume is left: $(lvs -a --noheadings -o lv_name,devices | xargs)"
	kernel_has_none_suspended || fail "a device is left suspended: $(dmsetup info -c)"
	run_ok vgck
	for volume in "${!data_sums[@]}"; do
		data_check "$volume"
	done
}

volumes_remove() {
	local device
	[ "${#disk[@]}" -gt 0 ] || return 0
	run_ok vgchange -qq -an
	layers_remove "${layers[@]}"
	expect_equal "the list of devices after deactivation" "No devices found" "$(dmsetup ls)"
	for device in "${disk[@]}"; do
		losetup -d "$device"
	done
}
