# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# A daemon to play with, beside stand-ins for lvm and for device-mapper. Sourced by bash; docs/debugging.md tells how.

play_top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

# play_start BUILD [OPTION...]: starts the daemon of a build tree in a new folder, $play.
play_start() {
	play_build=$1
	shift
	play=$(mktemp -d "${TMPDIR:-/tmp}/lvmpolld-play.XXXXXX")
	mkdir -p "$play/dm/devices" "$play/dm/events" "$play/dm/faults"
	play_lvid=$(printf '%064d' 7)
	STANDIN_DIR=$play LVMPOLLD_STANDIN_DM=$play/dm LD_PRELOAD=$play_build/tests/standin/device_mapper.so \
		ASAN_OPTIONS=${ASAN_OPTIONS:-}:verify_asan_link_order=0 \
		"$play_build/core/lvmpolld" -f -l all -s "$play/lvmpolld.socket" -p "$play/lvmpolld.pid" \
		-B "$play_top/tests/daemon/lvm-standin" "$@" 2>"$play/log" &
	play_pid=$!
	until [ -S "$play/lvmpolld.socket" ] || ! kill -0 "$play_pid" 2>/dev/null; do
		sleep 0.1
	done
	kill -0 "$play_pid" 2>/dev/null || { cat "$play/log"; return 1; }
	echo "log: $play/log"
}

# play_mirror DONE/REGIONS [NAME]: the kernel has a mirror of the volume, of which so many regions are copied.
play_mirror() {
	local name=${2:-pvmove0}
	printf 'name vg-%s\nuuid LVM-%s\nevents %s\ntarget 0 8192 mirror 2 7:0 7:1 %s 1 AA 1 core\n' \
		"${name//-/--}" "$play_lvid" "${1%/*}" "$1" >"$play/dm/new"
	mv "$play/dm/new" "$play/dm/devices/1"
	: >"$play/dm/events/raised"
}

# The kernel has the volume's device no more.
play_gone() {
	rm -f "$play/dm/devices/1"
	: >"$play/dm/events/raised"
}

# play_ask LINE...: sends a request made of these lines, and prints the reply.
play_ask() {
	python3 - "$play/lvmpolld.socket" "$@" <<-'END'
		import socket, sys
		with socket.socket(socket.AF_UNIX) as connection:
		    connection.connect(sys.argv[1])
		    connection.sendall("\n".join(sys.argv[2:] + ["##", ""]).encode())
		    connection.shutdown(socket.SHUT_WR)
		    print(connection.makefile().read().split("\n##\n")[0])
	END
}

# play_begin [NAME [LINE...]]: what pvmove asks of the daemon. NAME is a scenario of the stand-in for lvm, such as good.
play_begin() {
	play_ask 'request="pvmove"' "lvid=\"$play_lvid\"" 'vgname="vg"' "lvname=\"${1:-good}\"" 'interval="15"' "${@:2}"
}

# How far is it?
play_progress() {
	play_ask 'request="progress_info"' "lvid=\"$play_lvid\"" "$@"
}

play_dump() {
	"$play_build/core/lvmpolld" --dump -s "$play/lvmpolld.socket"
}

play_stop() {
	kill "$play_pid"
	wait "$play_pid"
	rm -rf "$play"
}
