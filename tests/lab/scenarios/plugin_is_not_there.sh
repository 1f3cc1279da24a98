# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# pvmove without its plugin, in the foreground and in the background: what lvm2 prints and returns, and what becomes of the data; with
# the plugin back lvm2 goes on when it is asked.
# daemon: own
# lvm2: each

disks_make 2 64
vg_make vg "${disk[@]}"
lv_make vg data 48 "${disk[0]}"
mkdir "$lab/plugins"
daemon_start --plugin-dir "$lab/plugins"

# expect_refusal COMMAND...: what any of them prints. The kernel copies all the same.
expect_refusal() {
	run "$@"
	expect_output "lvmpolld couldn't handle a request" \
		'The reason was: request not implemented: no plugin for the operation "pvmove" is installed\.'
	kernel_has_target mirror || fail "there is no move after $*"
}

expect_refusal pvmove -i1 "${disk[0]}" "${disk[1]}"
expect_status 5
expect_refusal pvmove -b -i1 "${disk[0]}" "${disk[1]}"
expect_status 5
# lvm2 returns 0 for these two, though nothing was done.
expect_refusal pvmove -i1
expect_status 0
expect_refusal pvmove --abort
expect_status 0
expect_lvpoll_runs 0
kernel_has_target mirror || fail "the move has ended"

# The plugin is there again.
daemon_stop
daemon_start
run_ok vgchange --poll y vg
wait_until 20 pvmove_none
expect_on vg/data "${disk[1]}"
expect_disk_empty "${disk[0]}"
uncollected=1
