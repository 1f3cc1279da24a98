# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# Two machines on shared disks: lvmlockd and sanlock, and how the machines tell each other how far they are. Each runs the same
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

# Where the other machine has failed nothing is to be waited for.
is_told() {
	[ ! -e "$shared/failed" ] || fail "the other machine has failed"
	[ -e "$shared/$1" ]
}

tell_failure() {
	[ "$1" = 0 ] || : >"$shared/failed"
	scenario_show_state "$1"
}
trap 'tell_failure "$?"' EXIT

# sanlock has no watchdog here, and waits for two seconds where it would for ten: so a machine that has died is found out sooner.
locks_start() {
	cat >/etc/lvm/lvm.conf <<-'END'
		devices { scan=["/dev"] types=["ubd", 16] filter=["a|ubd|","r|.*|"] use_devicesfile=0 }
		activation { udev_sync=0 udev_rules=0 verify_udev_operations=1 monitoring=0 polling_interval=1 }
		backup { backup=1 backup_dir="/run/lab/backup" archive=0 }
		global { use_lvmpolld=1 use_lvmlockd=1 }
	END
	echo "local { host_id=$LAB_HOST }" >/etc/lvm/lvmlocal.conf
	disk=(/dev/ubda /dev/ubdb)
	run_ok sanlock daemon -w 0 -h 0 -l 0 -U root -G root -e "host$LAB_HOST"
	wait_until 10 sanlock client status
	run_ok lvmlockd --gl-type sanlock --sanlock-timeout 2
	wait_until 10 test -S /run/lvm/lvmlockd.socket
}

# vg on both disks, made by host 1; host 2 joins its lockspace.
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

# vg/data, of 48 MiB, on the first disk, and active on this host alone.
data_make() {
	run_ok lvcreate -qq -y -aey -Wn -Zn -l 48 -n data vg "${disk[0]}"
	data_write vg/data
}

# The move is half way, and all but stands still until move_goes_on.
move_begin() {
	disk_write_at "${disk[1]}" 2048
	run_ok pvmove -b -i1 -n data "${disk[0]}" "${disk[1]}"
	wait_until 60 mirror_is_half_way
	disk_write_at "${disk[1]}" 16
}

move_goes_on() {
	mirror_is_half_way || fail "the move did not last"
	disk_write_at "${disk[1]}" 0
}

# expect_moved_within SECONDS: lvm2 and the kernel have the data on the second disk, and nothing of the move is left.
expect_moved_within() {
	wait_until "$1" pvmove_none
	expect_on vg/data "${disk[1]}"
	uncollected=1
}

# How often commands that the daemon of this machine has begun, lvpolls, reports and whatever else, have asked for the group's
# lock: a line for each name, "NUMBER NAME". lvmlockd tells their process ids, and the wrapper has them.
daemon_locks() {
	cut -d ' ' -f 1 "$lab/lvm.log" | sort -u >"$lab/pids"
	lvmlockctl --dump | sed -n 's/.*recv \([^ []*\)\[\([0-9]*\)[^]]*\] cl .* lock vg "vg" mode [es][xh].*/\2 \1/p' |
		awk 'NR == FNR { ours[$1]; next } $1 in ours { count[$2]++ } END { for (name in count) print count[name], name }' "$lab/pids" -
}

# Every scenario ends by this: what scenarios of one machine look for and clean up in the end, before the disks are the
# other one's again.
group_leave() {
	if daemon_is_expected; then
		wait_until 10 lvpoll_none
		[ "$LAB_STOCK" = 1 ] || expect_no_records
	fi
	volumes_check
	daemon_stop_if_running
	disk=() data_sums=()
}
