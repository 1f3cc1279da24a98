# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# Of two moves that a killed daemon leaves, the record of one is damaged: it is set aside, with a message, and the other goes on.
# daemon: own
# deadline: 150

lvpolls_note_overlaps
disks_make 4 64
vg_make vg "${disk[@]:0:2}"
vg_make other "${disk[@]:2:2}"
lv_make vg data 48 "${disk[0]}"
lv_make other data 48 "${disk[2]}"
daemon_start
copy_slower
run_ok pvmove -b -i1 "${disk[0]}" "${disk[1]}"
run_ok pvmove -b -i1 "${disk[2]}" "${disk[3]}"
wait_until 10 polled_are 2
daemon_kill KILL
records_are 2 || fail "the records are not two: $(ls "$state_directory")"
damaged=$(grep -l '"other"' "$state_directory"/*)
printf 'x' | dd of="$damaged" bs=1 seek=20 conv=notrunc status=none
daemon_start_again
copy_fast

wait_until 30 move_is_over vg
expect_on vg/data "${disk[1]}"
grep -q "$damaged is no record that can be used: its checksum is wrong.*it is set aside in $state_directory.damaged" \
	"$lab/daemon.log" || fail "the log says nothing of the damaged record"
polled_are 0 || fail "what is damaged was taken up"

# Whoever looks into the log knows what to do.
run_ok lvchange --poll y other/data
wait_until 30 move_is_over other
expect_on other/data "${disk[3]}"
# Now that the end is known nobody needs it.
[ ! -e "$state_directory.damaged" ] || fail "the damaged record is left: $(ls "$state_directory.damaged")"
expect_survived
uncollected=2
