# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# What is written to a volume in mid-move is on the new disk after the move.

disks_make 2 64
vg_make vg "${disk[@]}"
lv_make vg data 48 "${disk[0]}"
dd if=/dev/vg/data of="$lab/rest" bs=1M skip=8 iflag=direct status=none
head -c 8M /dev/urandom >"$lab/new"
daemon_start

copy_slowly
job_start move pvmove -i1 "${disk[0]}" "${disk[1]}"
wait_until 10 mirror_is_half_way
dd if="$lab/new" of=/dev/vg/data bs=1M oflag=direct conv=notrunc status=none
kernel_has_target mirror || fail "the move ended before the data was written"
copy_fast
data_sums[vg/data]=$(cat "$lab/new" "$lab/rest" | md5sum | cut -d' ' -f1)
job_wait move 20

expect_status 0
expect_output "^ *${disk[0]}: Moved: [0-9.]+%$"
expect_on vg/data "${disk[1]}"
expect_lvpoll_runs 1
