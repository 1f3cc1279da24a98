# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# Installed beside stock, the daemon stays when lvm2's package is upgraded in mid-move; and the way back is docs/howto/switch.md's.
# boot: systemd
# guest: own
# daemon: own
# deadline: 200

# What the package's scripts do when it is upgraded, with stock's files put in place anew.
upgrade_lvm2() {
	cp /run/stock-units/* /lib/systemd/system/
	run_ok systemctl daemon-reload
	run_ok systemctl restart "$socket"
}

remove_ours() {
	run_ok "${program%/*}/switch-daemon" check
	run_ok "${program%/*}/switch-daemon" leave
	rm -r "$installed"/lvm2-lvmpolld.* "$program"
	run_ok systemctl daemon-reload
	run_ok systemctl restart "$socket"
}

program_is() {
	[ "$(readlink "/proc/$(unit_property "$service" MainPID)/exe")" = "$1" ]
}

expect_ours() {
	expect_equal "the unit" "/lib/systemd/system/$service" "$(unit_property "$service" FragmentPath | sed 's|^/usr||')"
	expect_equal "its drop-ins" "$installed/$service.d/lvmpolld.conf" "$(unit_property "$service" DropInPaths)"
	wait_until 10 program_is "$program"
}

program=$(staged lvmpolld)
[ -n "$program" ] || skip "the daemon under test was not installed"
program=${program#"$LAB_STAGE"}
installed=/usr/local/lib/systemd/system
mv /run/drop-ins/* "$installed/"
run_ok systemctl daemon-reload
run_ok systemctl start "$socket"
disks_make 2 64
vg_make vg "${disk[@]}"
lv_make vg data 48 "${disk[0]}"
copy_slowly
run_ok pvmove -b -i1 "${disk[0]}" "${disk[1]}"
wait_until 30 mirror_is_half_way
copy_slower
expect_ours
upgrade_lvm2
expect_ours
copy_fast
wait_until 30 pvmove_none
expect_moved vg/data

copy_slowly
run_ok pvmove -b -i1 "${disk[1]}" "${disk[0]}"
wait_until 30 mirror_is_half_way
copy_slower
remove_ours
run_ok vgchange --poll y
copy_fast
wait_until 30 pvmove_none
expect_on vg/data "${disk[0]}"
wait_until 10 program_is /usr/sbin/lvmpolld

# The next scenario starts its own.
run_ok systemctl stop "$socket" "$service"
