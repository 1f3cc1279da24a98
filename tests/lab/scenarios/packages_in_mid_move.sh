# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# Our packages are installed while stock's daemon polls a move, upgraded in the next, removed and back in another, also while a
# command waits; purged, they leave nothing.
# boot: systemd
# guest: own
# daemon: own
# packages: needed
# deadline: 400

program_is() {
	[ "$(readlink "/proc/$(unit_property "$service" MainPID)/exe")" = "$1" ]
}

# What dpkg itself keeps is its own. Of the thousands of folders that are looked at each keeps one open in the guest's kernel,
# until it is forgotten there.
files_of_daemons() {
	local folder
	for folder in /etc /usr/* /run/lvm /var/lib; do
		find_those_of_daemons "$folder"
		echo 2 >/proc/sys/vm/drop_caches
	done | sort
}

find_those_of_daemons() {
	find "$1" -xdev \( -path '*lvmpoll*' -o -path '*switch-daemon*' \) ! -path '/var/lib/dpkg/*'
}

# move_begin FROM TO: in the background, seen half way, and then so slow that dpkg comes to its end before.
move_begin() {
	copy_slowly
	run_ok pvmove -b -i1 "$1" "$2"
	wait_until 30 mirror_is_half_way
	write_at 16
}

# Likewise, with a command that waits in the foreground.
move_begin_in_foreground() {
	copy_slowly
	job_start waiting pvmove -i1 "$1" "$2"
	wait_until 30 mirror_is_half_way
	write_at 16
}

# The command has lost its daemon, and says so; the move goes on.
expect_waiting_to_have_failed() {
	job_wait waiting 30
	expect_status 5
	expect_output "Connection reset by peer"
	rm "$lab/job.waiting.status"
}

move_ends_on() {
	copy_fast
	wait_until 60 pvmove_none
	expect_on vg/data "$1"
}

packages() {
	dpkg --force-unsafe-io "$@"
}

# The same packages as of a later version.
make_next_version() {
	local package
	mkdir "$lab/next"
	for package in "${files[@]}"; do
		dpkg-deb -R "$package" "$lab/unpacked"
		sed -i -e 's/^Version: .*/&+next/' -e 's/^\(Depends: .*lvmpolld (= [^)]*\)/\1+next/' "$lab/unpacked/DEBIAN/control"
		dpkg-deb -b "$lab/unpacked" "$lab/next/$(basename "$package")" >/dev/null
		rm -rf "$lab/unpacked"
	done
}

files=("$LAB_PACKAGES"/lvmpolld_*.deb "$LAB_PACKAGES"/lvmpolld-plugin-{convert,merge,pvmove,thin-merge}_*.deb)
names=(lvmpolld lvmpolld-plugin-{convert,merge,pvmove,thin-merge})
ours=/usr/libexec/lvmpolld/lvmpolld
run_ok systemctl daemon-reload
run_ok systemctl start "$socket"
disks_make 2 64
vg_make vg "${disk[@]}"
lv_make vg data 48 "${disk[0]}"
before=$(files_of_daemons)
diverted_before=$(dpkg-divert --list)
# An index of all manual pages takes minutes in a guest.
ln -sf /bin/true /usr/bin/mandb

move_begin_in_foreground "${disk[0]}" "${disk[1]}"
wait_until 10 program_is /usr/sbin/lvmpolld
run_ok packages -i "${files[@]}"
wait_until 10 program_is "$ours"
expect_waiting_to_have_failed
move_ends_on "${disk[1]}"

# The daemon that runs executes the new program: it is the same process, and whoever waits for it goes on waiting.
move_begin_in_foreground "${disk[1]}" "${disk[0]}"
pid=$(unit_property "$service" MainPID)
make_next_version
run_ok packages -i "$lab/next"/*.deb
# The program of the former one is deleted.
wait_until 20 program_is "$ours"
expect_equal "the daemon after the upgrade" "$pid" "$(unit_property "$service" MainPID)"
move_ends_on "${disk[0]}"
job_wait waiting 30
expect_status 0
rm "$lab/job.waiting.status"

# A plugin that is missing keeps its operations in flight, until it is back.
move_begin "${disk[0]}" "${disk[1]}"
run_ok packages -r lvmpolld-plugin-pvmove
expect_output 'the operation "pvmove" of vg/pvmove0 is in flight: nobody finishes it until its plugin is back'
run_ok systemctl kill --kill-who=main --signal=SIGKILL "$service"
wait_until 20 compgen -G '/run/lvm/lvmpolld.state.no_plugin/*'
run_ok packages -i "$lab/next"/lvmpolld-plugin-pvmove_*.deb
move_ends_on "${disk[1]}"

# Where a copy has failed stock's daemon must not go on.
move_begin "${disk[1]}" "${disk[0]}"
mkdir -p /run/lvm/lvmpolld.state.given_up
for record in /run/lvm/lvmpolld.state/*; do
	touch "/run/lvm/lvmpolld.state.given_up/${record##*/}"
done
run packages -r "${names[@]}"
[ "$status" != 0 ] || fail "the packages were removed though a copy has failed"
expect_output "was given up"
for name in "${names[@]}"; do
	# shellcheck disable=SC2016 # dpkg replaces it
	expect_equal "the state of $name" "install ok installed" "$(dpkg-query -W -f '${Status}' "$name" | sed 's/deinstall/install/')"
done
rm -r /run/lvm/lvmpolld.state.given_up
move_ends_on "${disk[0]}"

# Removed and back in one move: dpkg names the former version then, though stock's daemon polls.
move_begin "${disk[0]}" "${disk[1]}"
run_ok packages -r "${names[@]}"
wait_until 10 program_is /usr/sbin/lvmpolld
run_ok packages -i "$lab/next"/*.deb
wait_until 10 program_is "$ours"
move_ends_on "${disk[1]}"

move_begin_in_foreground "${disk[1]}" "${disk[0]}"
run_ok packages -P "${names[@]}"
wait_until 10 program_is /usr/sbin/lvmpolld
expect_waiting_to_have_failed
move_ends_on "${disk[0]}"
run_ok systemctl stop "$service"
expect_equal "what is left when the packages are purged" "$before" "$(files_of_daemons)"
expect_equal "what is diverted when they are" "$diverted_before" "$(dpkg-divert --list)"
run_ok systemctl stop "$socket"
