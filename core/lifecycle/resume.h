/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Resuming operations of a previous daemon, or of the program before an upgrade. */
#ifndef CORE_LIFECYCLE_RESUME_H
#define CORE_LIFECYCLE_RESUME_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

#include "operation/operation.h"

struct operations;

/* What is left of an operation. */
struct resume_info {
	bool is_being_aborted; /* its abort was under way */
	bool is_given_up;      /* going on would lose data: its lvpoll is ended, and that is all */
	int64_t begun_ms;      /* when it was asked for, by boot_clock_ms; 0: not known */
	int64_t not_before_ms;
	pid_t pid; /* an lvpoll that still runs; or 0 */
	uint64_t start_ticks;
	const char *vg_name; /* the names that it was given; or NULL */
	const char *lv_name;
	/* After an upgrade alone, where the lvpoll is a child of this process: */
	bool is_child;
	int outputs[2]; /* what its outputs are read from; or -1 */
	enum attempt_purpose purpose;
	bool is_ended; /* for this reason: */
	enum ending_reason ending;
	bool is_orphan; /* it is to be adopted */
	pid_t last_pid;
	bool has_shown_end;           /* the latest lvpoll has said that all data is copied */
	struct request_result result; /* of it, where it has ended */
	enum operation_state state;   /* where it is one that a timer leads on from; or LOOKING */
	int64_t timer_due_ms;         /* by boot_clock_ms */
	struct back_off back_off;
	int64_t failing_since_ms;
	bool is_asking; /* lvm2 was being asked how it stands */
	bool is_record_stale;
	struct lvmpolld_progress progress; /* where struct_size is not 0 */
};

/*
 * Resumes an operation with TERMS, of which it takes one reference. Where no request is in the
 * store for it, one is made, which nobody has made to this daemon. Returns 0; or -ENOMEM with the
 * error, and the record stays.
 */
int resume_operation(struct operations *operations, struct terms *terms,
	const struct resume_info *info, struct lvmpolld_error *error);

/* What is left of a request, after an upgrade. */
struct resume_request_info {
	unsigned count;
	enum request_standing standing;
	struct request_result result;
	bool is_handed_out;
	time_t told_at_s; /* CLOCK_BOOTTIME */
	pid_t last_pid;
	struct lvmpolld_progress progress;
};

/* Puts a request with TERMS, one reference of which is taken, into its store, and to its operation.
 */
void resume_request(
	struct operations *operations, struct terms *terms, const struct resume_request_info *info);

#endif
