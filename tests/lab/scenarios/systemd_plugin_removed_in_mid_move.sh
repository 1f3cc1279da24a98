# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# Under systemd, the plugin of a move is removed and the daemon dies: no daemon is started for it again and again; with the plugin back it goes on.
# boot: systemd
# daemon: own
# deadline: 90

[ -n "$(staged pvmove.so)" ] || skip "the plugins are linked into the daemon"
daemon_is_systemds
lvpolls_note_overlaps
mkdir "$lab/plugins"
cp "$(staged pvmove.so)" "$(staged convert.so)" "$lab/plugins"
aside=$state_directory.no_plugin

aside_are() {
	[ "$(find "$aside" -type f 2>/dev/null | wc -l)" = "$1" ]
}

service_is_idle() {
	unit_is "$service" inactive && unit_is "$path" active
}

# How often a daemon has left the record alone.
refusals() {
	grep -c "vg/pvmove0 was in flight and is left alone: no plugin for the operation pvmove is loaded" "$lab/daemon.log" || true
}

disks_make 2 64
vg_make vg "${disk[@]}"
lv_make vg data 48 "${disk[0]}"
daemon_start -t 1 --plugin-dir "$lab/plugins"
copy_slowly
run_ok pvmove -b -i1 "${disk[0]}" "${disk[1]}"
wait_until 10 mirror_is_half_way

mv "$lab/plugins/pvmove.so" "$lab"
daemon_kill KILL
wait_until 10 aside_are 1
wait_until 10 service_is_idle
records_are 0 || fail "what would start a daemon is recorded: $(ls "$state_directory")"
expect_equal "the starts of a daemon without the plugin" 1 "$(refusals)"
sleep 3
service_is_idle || fail "a daemon was started that has nothing to do"
expect_equal "the starts while nobody asked" 1 "$(refusals)"
copy_fast

# Another daemon without it changes nothing.
wait_until 10 daemon_answers
wait_until 10 service_is_idle
aside_are 1 || fail "the record is gone"

# This one is asked for its result in the end: it does not go before that.
mv "$lab/pvmove.so" "$lab/plugins"
unit_extend_command --plugin-dir "$lab/plugins"
run_ok systemctl daemon-reload
run_ok systemctl start "$service"
wait_until 30 pvmove_none
expect_on vg/data "${disk[1]}"
aside_are 0 || fail "the record is still set aside"
uncollected=1
expect_survived
