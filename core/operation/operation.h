/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * An operation: what the daemon does about a device, from the first request until it is over. It
 * has a state. One lvm command at a time runs for a device.
 */
#ifndef CORE_OPERATION_OPERATION_H
#define CORE_OPERATION_OPERATION_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>
#include <sys/types.h>

#include "operation/device.h"
#include "operation/evidence.h"
#include "operation/request.h"
#include "operation/state.h"
#include "records/record.h"

struct inquiry;
struct command;
struct comparison;
struct event;
struct operations;
struct scheduler_group;

/* What an lvm command is run for. */
enum attempt_purpose {
	ATTEMPT_POLL, /* lvpoll polls by itself, as with stock, since the kernel does not help */
	/* The metadata is moved on; an lvpoll is ended before it begins to wait. */
	ATTEMPT_STEP,
	ATTEMPT_ABORT
};

/* Room for the name of an lvm command. */
#define COMMAND_NAME_SIZE 65

/* What its exit tells. */
enum attempt_end {
	ATTEMPT_ENDED_ITSELF, /* the status or signal is its own */
	ATTEMPT_ENDED_BY_US,  /* its work was done, or it gave way: it has not failed */
	ATTEMPT_END_UNKNOWN   /* it has ended, and how nobody knows: it is not lvpoll */
};

/* The latest run of an lvm command, and how it ended. */
struct attempt {
	enum attempt_purpose purpose;
	struct command *command; /* the process that runs; or NULL */
	/* "lvconvert", where that is left to end by itself; "" of lvpoll, which is not. */
	char command_name[COMMAND_NAME_SIZE];
	uint64_t phases;          /* a bit for each that was run since the operation has got on */
	uint64_t table_signature; /* of the device before it */
	unsigned phase;           /* of the operation, which it is for; 0: not known */
	pid_t pid;                /* 0 before the first */
	uint64_t start_ticks;     /* its start time in /proc; 0: not known */
	char *vg_name;            /* the names that it was given; or NULL */
	char *lv_name;
	uint64_t signature;           /* the device's signature before it; 0: not to be compared */
	bool has_shown_more;          /* it has said that data is still to be copied */
	bool has_shown_end;           /* it has said that all data is copied */
	bool is_orphan;               /* a previous daemon's: its output is not read */
	struct request_result result; /* how it ended, if it has, by itself */
	enum attempt_end end;
	int failure;           /* the errno if it could not be started; or 0 */
	uint64_t failure_said; /* checksum of the failure that was logged last */
};

/* Any other command of lvm2 is never sent a signal: it is left to end by itself. */
static inline bool attempt_is_lvpoll(const struct attempt *attempt)
{
	return attempt->command_name[0] == '\0';
}

/* Its phase was run. */
static inline void attempt_note_phase(struct attempt *attempt)
{
	if (attempt->phase < 64)
		attempt->phases |= UINT64_C(1) << attempt->phase;
}

/* NAME is that of an lvm command; NULL: lvpoll. */
void attempt_set_command(struct attempt *attempt, const char *name);

/* The name of its command, for the log. */
static inline const char *attempt_name(const struct attempt *attempt)
{
	return attempt_is_lvpoll(attempt) ? "lvpoll" : attempt->command_name;
}

/* A pause between two attempts. */
struct back_off {
	enum back_off_reason reason;
	unsigned count;     /* how many pauses in a row, for any reason for which pauses grow */
	uint64_t signature; /* the device's signature then: a change ends the pause */
};

/* Changes of what people are told of it: status/changes.h. All zero: none is counted yet. */
struct changes {
	uint64_t first;    /* the serial number of its beginning; 0: not counted yet */
	uint64_t latest;   /* and of its latest change */
	uint64_t checksum; /* of the entry then */
	int64_t at_ms;     /* by boot_clock_ms */
};

struct operation {
	/* Written by lifecycle.c alone. */
	const enum operation_state state;
	struct operations *operations;
	struct device *device;
	struct terms *terms; /* of the first request: these are recorded */
	struct terms *lead;  /* of the latest request: the next command runs with these */
	bool is_watchable;   /* the monitor can watch its device */
	struct request_list requests;

	struct attempt attempt;
	char *reported_vg_name; /* the names in lvm2's report, if it was renamed; or NULL */
	char *reported_lv_name;
	struct back_off back_off;
	struct evidence evidence;      /* that all data was copied which the next step lets go of */
	struct comparison *comparison; /* in state VERIFYING; or NULL */
	struct kernel_log_state compared_log; /* what was known when that began */
	uint64_t compared_signature;
	uint64_t compared_from_sectors; /* where they begin in the operation; 0: not known */
	enum ending_reason ending;      /* in state ENDING: why the attempt is ended */
	bool is_forgotten;   /* by an administrator: it ends with its command, and that is on record
			      */
	bool is_begun;       /* it was watched, or a command has run: it must be seen through */
	struct event *timer; /* the state's timer, and when it is due: */
	int64_t timer_due_ms;     /* by boot_clock_ms */
	struct event *patience;   /* runs until the waiters are told that attempts fail */
	int64_t failing_since_ms; /* the first failure in a row, by boot_clock_ms; or 0 */
	struct request_result failing_result; /* what is told of the latest attempt that failed */
	int64_t begun_ms;                     /* when it began, by boot_clock_ms */
	int64_t not_before_ms; /* no step before this, by boot_clock_ms; 0: at any time */

	/* What people know it by. */
	uint64_t number;    /* never given to another; 0: none yet */
	int64_t accepted_s; /* when it was asked for, as time() tells; 0: not known */
	struct changes changes;

	/* The recorder's. */
	enum record_command recorded_command; /* what the record says of the attempt */
	bool is_record_stale;                 /* the record could not be written */

	/* The scheduler's. */
	struct scheduler_group *group; /* its group while it waits or runs; or NULL */
	bool is_waiting;
	TAILQ_ENTRY(operation) waiting_link;

	/* asking.c's: the report that it waits for; or NULL. */
	struct inquiry *inquiry;
	TAILQ_ENTRY(operation) inquiry_link;

	TAILQ_ENTRY(operation) link; /* in operations->list */
};

TAILQ_HEAD(operation_list, operation);

/*
 * Makes an operation for TERMS, of which it holds references, on DEVICE. NULL when out of memory.
 */
struct operation *operation_new(
	struct operations *operations, struct device *device, struct terms *terms);
/* Longer than any sentence about a pause. */
#define PAUSE_TEXT_SIZE 160

/*
 * Writes the sentence of REASON, for people, with the name of the latest command in the place of
 * lvpoll's. Returns TEXT.
 */
const char *operation_explain_pause(
	const struct operation *operation, enum back_off_reason reason, char text[PAUSE_TEXT_SIZE]);

/* What was asked for first, in the phase of the latest attempt. */
struct lvmpolld_request operation_asked(const struct operation *operation);
/* OPERATION must have no command, and be in no list but that of its requests. */
void operation_free(struct operation *operation);

static inline bool operation_is_abort(const struct operation *operation)
{
	return operation->terms->asked.abort;
}

/* It is not over; it may be dormant. */
static inline bool operation_is_alive(const struct operation *operation)
{
	return operation->state != STATE_FINISHED && operation->state != STATE_FAILED;
}

/* Its abort is under way: it goes on only if the abort fails. */
static inline bool operation_is_being_aborted(const struct operation *operation)
{
	const struct operation *abort_operation = operation->device->operations[1];

	return !operation_is_abort(operation) && abort_operation &&
	       operation_is_alive(abort_operation);
}

/*
 * REQUEST belongs to OPERATION from now on, and to no other. The next command runs with its terms.
 */
void operation_join(struct operation *operation, struct request *request);
void operation_leave(struct request *request);

#define log_operation_message(level, operation, which, how, ...)                                   \
	log_terms_message(level, (operation)->terms, which, how, __VA_ARGS__)
#define log_operation(level, operation, ...) log_terms(level, (operation)->terms, __VA_ARGS__)

#endif
