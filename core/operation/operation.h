/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * An operation: what is done about a device, from its first request until it is over. It has a
 * state, and one lvm command at a time runs for its device. All of it is the main thread's.
 */
#ifndef CORE_OPERATION_H
#define CORE_OPERATION_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>
#include <sys/types.h>

#include "operation/device.h"
#include "operation/request.h"
#include "operation/state.h"
#include "records/record.h"

struct ask;
struct command;
struct event;
struct operations;
struct scheduler_group;

/* What an lvm command is run for. */
enum attempt_purpose {
	ATTEMPT_POLL, /* lvpoll polls by itself, as with stock: the kernel is of no help */
	ATTEMPT_STEP, /* it moves the metadata on, and is ended when it would begin to wait */
	ATTEMPT_ABORT
};

/* The latest run of an lvm command, and how it ended. */
struct attempt {
	enum attempt_purpose purpose;
	struct command *command; /* it runs; or NULL */
	pid_t pid;               /* 0 before the first */
	uint64_t start_ticks;    /* as /proc tells; 0 where that is not known */
	char *vg_name;           /* the names that it was given; or NULL */
	char *lv_name;
	uint64_t signature;           /* what the kernel showed before it; 0: that counts no more */
	bool has_shown_end;           /* it has said that all data is copied */
	bool is_orphan;               /* a former daemon's: nobody reads what it prints */
	struct request_result result; /* when it has ended */
	int failure;                  /* an errno where it could not be started; or 0 */
	uint64_t failure_said;        /* the checksum of what the log says of it */
};

/* Waiting, after an attempt, before the next. */
struct back_off {
	enum back_off_reason reason;
	unsigned count;     /* how often in a row, for whatever reasons pauses grow */
	uint64_t signature; /* what the kernel showed then: a change ends it */
};

struct operation {
	/* Written by the life cycle alone. */
	const enum operation_state state;
	struct operations *operations;
	struct device *device;
	struct terms *terms; /* of the request that it began with: what is recorded */
	struct terms *lead;  /* of the latest request: what the next command is run with */
	bool is_watched;     /* the kernel tells how far it is */
	struct request_list requests;

	struct attempt attempt;
	char *reported_vg_name; /* what lvm2 has said that the volume is called; or NULL */
	char *reported_lv_name;
	struct back_off back_off;
	enum ending_reason ending; /* why the attempt is ended, in state ENDING */
	bool is_begun;             /* it was watched, or a command has run: it is seen through */
	struct event *timer;       /* of the state, until: */
	int64_t timer_due_ms;      /* by boot_clock_ms */
	struct event *patience;    /* until those who wait are told that attempts fail */
	int64_t failing_since_ms;  /* the first failure in a row, by boot_clock_ms; or 0 */
	int64_t begun_ms;          /* when it was asked for, by boot_clock_ms */
	int64_t not_before_ms;     /* no step before this, by boot_clock_ms; 0: at any time */

	/* The recorder's. */
	enum record_command recorded_command; /* what its record says of the attempt */
	bool is_record_stale;                 /* it could not be written */

	/* The scheduler's. */
	struct scheduler_group *group; /* where it waits or runs; or NULL */
	bool is_waiting;
	TAILQ_ENTRY(operation) waiting_link;

	/* Those who ask lvm2: the report that it waits for; or NULL. */
	struct ask *ask;
	TAILQ_ENTRY(operation) ask_link;

	TAILQ_ENTRY(operation) link; /* in operations->list */
};

TAILQ_HEAD(operation_list, operation);

/* An operation for TERMS, of which it holds references, on DEVICE. NULL when out of memory. */
struct operation *operation_new(
	struct operations *operations, struct device *device, struct terms *terms);
/* It must have no command, and be in no list but that of OPERATION's requests. */
void operation_free(struct operation *operation);

static inline bool operation_is_abort(const struct operation *operation)
{
	return operation->terms->asked.abort;
}

/* It is not over: it may be dormant. */
static inline bool operation_is_alive(const struct operation *operation)
{
	return operation->state != STATE_FINISHED && operation->state != STATE_FAILED;
}

/* An abort of it is under way: it goes on only if that fails. */
static inline bool operation_is_being_aborted(const struct operation *operation)
{
	const struct operation *abort_operation = operation->device->operations[1];

	return !operation_is_abort(operation) && abort_operation &&
	       operation_is_alive(abort_operation);
}

/* REQUEST waits for OPERATION from now on, and leads it; and no longer for what it waited for. */
void operation_join(struct operation *operation, struct request *request);
void operation_leave(struct request *request);

#define log_operation(level, operation, ...) log_terms(level, (operation)->terms, __VA_ARGS__)

#endif
