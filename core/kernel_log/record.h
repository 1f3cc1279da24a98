/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One record of the kernel's log, as /dev/kmsg gives it. */
#ifndef CORE_KERNEL_LOG_RECORD_H
#define CORE_KERNEL_LOG_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct kernel_log_record {
	uint64_t number;    /* records are counted from the boot on */
	uint64_t time_us;   /* since the boot, by the kernel's own clock: CLOCK_MONOTONIC */
	bool is_kernels;    /* the kernel has written it, and no program */
	const char *text;   /* in what was parsed; no NUL byte follows */
	size_t text_length; /* of its first line, which is all of the message */
};

/*
 * Reads the LENGTH bytes at DATA, a record "PRIORITY,NUMBER,TIME,FLAGS[,...];TEXT" with its lines
 * of properties. Returns 0; or -EBADMSG where that is no record.
 */
int kernel_log_record_parse(const char *data, size_t length, struct kernel_log_record *record);

#endif
