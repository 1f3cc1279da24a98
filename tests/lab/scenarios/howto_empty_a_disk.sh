# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# The script of docs/howto/empty-a-disk.md, as it stands there: a disk with a bad place stays in its group, with all data; a
# good one takes the data, and the disk is out of its group.
# daemon: own

tool=$(dirname "$(dirname "$LAB_DAEMON")")/ctl/lvmpollctl
[ -x "$tool" ] || skip "lvmpollctl was not built, since libsmartcols was missing"
export LVM_LVMPOLLD_SOCKET=$daemon_socket
PATH=$(dirname "$tool"):$PATH
script=$lab/empty-a-disk
# shellcheck disable=SC2016 # the backquotes are the page's
sed -n '/^```sh$/,/^```$/{//!p}' "$lab_source/../../docs/howto/empty-a-disk.md" >"$script"
chmod +x "$script"

failing_disks_make target
lv_make vg data 24 "$from"
daemon_start

disk_spoil 16384 8192
run "$script" "$from"
[ "$status" != 0 ] || fail "a move that failed is called good"
expect_data_held
run_ok pvs "$from"
expect_equal "the group of the disk" vg "$(pvs --noheadings -o vg_name "$from" | tr -d ' ')"

run_ok "$script" "$from"
[[ " $(lv_disks vg/data) " != *" $from "* ]] || fail "vg/data is still on $from"
data_check vg/data
expect_equal "the disks of the group" "$to" "$(pvs --noheadings -o pv_name -S vg_name=vg | tr -d ' ')"
# What nobody collected is of no interest here.
daemon_stop
