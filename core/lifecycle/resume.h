/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Resuming operations of a former daemon, or of the program before an upgrade. */
#ifndef CORE_RESUME_H
#define CORE_RESUME_H

#include <stdbool.h>

#include "operation/volume.h"

struct operations;

/* What a former daemon, or the program before an upgrade, left of an operation. */
struct resume_info {
	bool is_displaced;     /* an abort of it is under way */
	int64_t begun_ms;      /* when it was asked for, by boot_clock_ms; 0: not known */
	int64_t not_before_ms; /* no step before this, by boot_clock_ms */
	pid_t pid;             /* an lvpoll that still runs; or 0 */
	uint64_t start_ticks;
	bool is_child;  /* it is a child of this process, and what follows is known */
	int outputs[2]; /* what its outputs are read from; or -1 */
	enum lvpoll_purpose purpose;
	bool is_terminating;
	bool is_leftover; /* a former daemon has started it, and nobody reads what it prints */
	const char *step_vg_name; /* the names that it was given; or NULL */
	const char *step_lv_name;
	pid_t last_pid;
	unsigned request_count;
	bool is_finished;
	bool is_failed;
	struct volume_result result;
	bool is_record_stale; /* what is on disk of it, if anything, is old */
	bool is_handed_out;
	time_t finished_at_s;              /* CLOCK_BOOTTIME */
	struct lvmpolld_progress progress; /* where struct_size is not 0 */
};

/* Resumes an operation that was in flight, or keeps its result. REQUEST is freed or kept. */
void operation_resume(struct operations *operations, struct volume_request *request,
	const struct resume_info *info);

/*
 * REQUEST, which is taken, was displaced by an abort: where that is under way, it remembers it for
 * the case that it fails.
 */
void operation_resume_displaced(struct operations *operations, struct volume_request *request);

#endif
