# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash disable=SC2154 # the variables are those of run
# What the lab and a scenario need of the host, and what is missing. Sourced by run.

has_amx() {
	grep -qw amx_tile /proc/cpuinfo
}

# Prints why the lab cannot be had here, if it cannot.
missing_for_lab() {
	local command
	if [ "$(uname -sm)" != "Linux x86_64" ]; then
		echo "User Mode Linux runs on Linux on x86-64 only, this is $(uname -sm)"
		return
	fi
	for command in linux.uml:user-mode-linux lvm:lvm2 thin_check:thin-provisioning-tools modprobe:kmod taskset:util-linux; do
		if ! command -v "${command%:*}" >/dev/null; then
			echo "${command%:*} is not installed (Debian's package ${command#*:})"
			return
		fi
	done
	if ! compgen -G '/usr/lib/uml/modules/*/kernel/drivers/md/dm-mirror.ko*' >/dev/null; then
		echo "the modules of User Mode Linux are not under /usr/lib/uml/modules"
	elif [ "$stock" = 1 ] && [ ! -x "$stock_daemon" ]; then
		echo "stock's daemon $stock_daemon is not installed"
	elif has_amx && ! command -v cc >/dev/null; then
		echo "this CPU has AMX, which User Mode Linux does not know, and there is no cc to build what helps it"
	fi
}

# Prints why this scenario cannot be had here, if it cannot.
missing_for_scenario() {
	local path=$1
	if [ "$(header "$path" boot)" = systemd ] && [ ! -x /lib/systemd/systemd ]; then
		echo "systemd is not installed"
	elif [ -n "$(header "$path" program)" ] && ! command -v cc >/dev/null; then
		echo "there is no cc to build what it runs"
	elif [ "$(header "$path" daemon)" = own ]; then
		if [ "$stock" = 1 ]; then
			echo "it is about our daemon alone"
		elif [ -z "$builddir" ]; then
			echo "the daemon to test is not in a build tree that could be installed"
		fi
	fi
}

# The folder for the guests' memory, a file that User Mode Linux maps as code: /dev/shm, where that can be written to
# and allows it. In containers it often does not.
folder_for_memory() {
	local probe folder=$work
	if probe=$(mktemp /dev/shm/lab.XXXXXX 2>/dev/null); then
		if cp /bin/true "$probe" && chmod 700 "$probe" && "$probe" 2>/dev/null; then
			folder=/dev/shm
		fi
		rm -f "$probe"
	fi
	echo "$folder"
}
