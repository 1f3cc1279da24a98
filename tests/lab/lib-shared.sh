# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# Two machines on one shared disk: lvmlockd and sanlock, and how the machines tell each other how far they are. Each runs the same
# scenario, as host 1 and as host 2 ($LAB_HOST). Sourced by the scenarios of shared_storage.

shared=/run/shared

# tell WORD: the other machine may go on.
tell() {
	echo "host $LAB_HOST tells: $1"
	: >"$shared/$1"
}

# await SECONDS WORD
await() {
	wait_until "$1" is_told "$2"
}

# One that has failed keeps the other waiting for nothing.
is_told() {
	[ ! -e "$shared/failed" ] || fail "the other machine has failed"
	[ -e "$shared/$1" ]
}

tell_failure() {
	[ "$1" = 0 ] || : >"$shared/failed"
	scenario_show_state "$1"
}
trap 'tell_failure "$?"' EXIT

# sanlock without a watchdog: nobody else would notice where this machine hangs. The pauses by which it finds out that a machine
# has died count in this time: two seconds instead of ten.
locks_start() {
	cat >/etc/lvm/lvm.conf <<-'END'
		devices { scan=["/dev"] types=["ubd", 16] filter=["a|ubd|","r|.*|"] use_devicesfile=0 }
		activation { udev_sync=0 udev_rules=0 verify_udev_operations=1 monitoring=0 polling_interval=1 }
		backup { backup=1 backup_dir="/run/lab/backup" archive=0 }
		global { use_lvmpolld=1 use_lvmlockd=1 sanlock_lv_extend=8 }
	END
	echo "local { host_id=$LAB_HOST }" >/etc/lvm/lvmlocal.conf
	disk=(/dev/ubda /dev/ubdb)
	run_ok sanlock daemon -w 0 -h 0 -l 0 -U root -G root -e "host$LAB_HOST"
	wait_until 10 sanlock client status
	run_ok lvmlockd --gl-type sanlock --sanlock-timeout 2
	wait_until 10 test -S /run/lvm/lvmlockd.socket
}

# group_make: vg on both disks, made by host 1; host 2 joins its lockspace.
group_make() {
	if [ "$LAB_HOST" = 1 ]; then
		run_ok vgcreate -qq -y -s 1m --shared vg "${disk[@]}"
		tell group_made
	else
		await 60 group_made
		group_join
	fi
}

# Without udev the node of the volume of locks is there only after the first command.
group_join() {
	run vgchange --lock-start vg
	run_ok vgchange --lock-start vg
}

# data_make: vg/data, of 48 MiB, on the first disk, and active on this host alone.
data_make() {
	run_ok lvcreate -qq -y -aey -Wn -Zn -l 48 -n data vg "${disk[0]}"
	data_write vg/data
}

move_half_way() {
	disk_write_at "${disk[1]}" 2048
	run_ok pvmove -b -i1 -n data "${disk[0]}" "${disk[1]}"
	wait_until 60 mirror_is_half_way
}

move_is_over() {
	wait_until "$1" pvmove_none
	expect_on vg/data "${disk[1]}"
	data_check vg/data
}

# How often lvpolls of this machine have taken the group's lock, or could not.
lvpoll_locks() {
	lvmlockctl --dump | grep -c 'recv lvpoll\[.*\] cl .* lock vg "vg" mode [es][xh]' || true
}

# What scenarios of one machine clean up is shared here.
leave_group() {
	daemon_stop_if_running
	daemon_pid=
	disk=() data_sums=()
}
