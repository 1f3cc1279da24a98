/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * An operation as its clients see it: begun, in progress, over, its result handed out. What happens
 * in between is in steps.h. All of this runs in the main thread.
 */
#ifndef CORE_OPERATION_H
#define CORE_OPERATION_H

#include <stdbool.h>

#include "operation/volume.h"

struct operations;

/* What became of an init request. */
enum operation_answer {
	OPERATION_ACCEPTED,      /* set going now, or in progress already */
	OPERATION_DIFFERENT,     /* another operation is in progress under this identifier */
	OPERATION_NO_MEMORY,     /* nothing could be started */
	OPERATION_NOT_EXECUTABLE /* nothing was, since lvm cannot be executed */
};

/*
 * Takes REQUEST, which is freed or kept in any case. Where it is accepted, WAITER (NULL: nobody) is
 * to hear how it ends.
 */
enum operation_answer operation_begin(
	struct operations *operations, struct volume_request *request, struct waiter *waiter);

/* What is left of an operation by a former daemon, or by the program before an upgrade. */
struct operation_inheritance {
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

/* Goes on with an operation that was in flight, or keeps its result; takes REQUEST. */
void operation_inherit(struct operations *operations, struct volume_request *request,
	const struct operation_inheritance *inheritance);

/*
 * REQUEST, which is taken, was displaced by an abort: where that is under way, it remembers it for
 * the case that it fails.
 */
void operation_inherit_displaced(struct operations *operations, struct volume_request *request);

/* What progress_info is told. */
enum operation_standing {
	OPERATION_NOT_FOUND,
	OPERATION_IN_PROGRESS,
	OPERATION_FINISHED,
	OPERATION_FAILED
};

struct operation_report {
	enum operation_standing standing;
	struct volume_result result; /* where it is finished */
	struct lvmpolld_progress progress;
};

/*
 * Tells WAITER where the operation stands. It is to hear how one in progress ends. The result of
 * one that is over is handed out, and kept for those who wait for it; then it is forgotten.
 */
struct operation_report operation_collect(struct operations *operations, const char *identifier,
	bool abort_store, struct waiter *waiter);

/* WAITER goes: a result that was kept for it alone, and was handed out, is forgotten. */
void operation_forget_waiter(struct operations *operations, struct waiter *waiter);

/* VOLUME's operation is over, with a result, or because the daemon could not see it through. */
void operation_finish(
	struct operations *operations, struct volume *volume, struct volume_result result);
void operation_fail(struct operations *operations, struct volume *volume);
/* Likewise; but the record stays, for VOLUME's devices are there, and a later daemon looks again.
 */
void operation_fail_in_doubt(struct operations *operations, struct volume *volume);

/* Calls ACT for each operation of both stores that is in progress. ACT removes none. */
void operation_for_each_in_progress(struct operations *operations,
	void (*act)(struct operations *operations, struct volume *volume));

/* Ends every lvpoll with SIGTERM. What is in flight stays as it is, in kernel and metadata. */
void operation_end_all(struct operations *operations);
bool operation_any_lvpoll(struct operations *operations);
/* Lets go of lvpolls that have not ended. */
void operation_forget_lvpolls(struct operations *operations);

#endif
