/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A request: what a client asked for, who waits for its end, and what clients are told. A request
 * is always in a store, under its identifier. Several requests may belong to one operation. A
 * request may be told its end before the operation is over.
 */
#ifndef CORE_OPERATION_REQUEST_H
#define CORE_OPERATION_REQUEST_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>
#include <time.h>

#include "operation/terms.h"
#include "operation/waiters.h"
#include "util/lock.h"

struct operation;

/* What progress_info tells. */
enum request_standing {
	REQUEST_IN_PROGRESS,
	REQUEST_FINISHED, /* with a result */
	REQUEST_FAILED    /* the daemon could not see it through, or not yet */
};

/* An exit status, or the number of a signal. */
struct request_result {
	bool by_signal;
	int value;
};

struct request {
	struct terms *const terms;

	struct lock lock;
	/* Written by request_tell alone. */
	const enum request_standing standing GUARDED_BY(request_role);
	const struct request_result result GUARDED_BY(request_role);
	unsigned count GUARDED_BY(request_role); /* init requests that this daemon has got for it */

	/* Not the monitor's. */
	struct operation *operation; /* NULL if the operation is over */
	TAILQ_ENTRY(request) operation_link;
	struct wait_list waits;            /* those who wait for its end */
	int64_t failing_since_ms;          /* the first failure in a row that it has seen, or 0 */
	pid_t last_pid;                    /* the latest lvpoll when the end was told; 0 before */
	struct lvmpolld_progress progress; /* the progress then; struct_size is 0 before */
	bool is_collected;                 /* a client has collected the result */

	/* The store's. */
	TAILQ_ENTRY(request) link;
	TAILQ_ENTRY(request) told_link;
	bool is_told_kept;       /* it is in the list "told" of its store, since told_at */
	struct timespec told_at; /* CLOCK_BOOTTIME */
};

TAILQ_HEAD(request_list, request);

/* Makes a request in progress. Takes one reference of TERMS. NULL when out of memory. */
struct request *request_new(struct terms *terms);
/* Releases the terms, too. REQUEST must have no waiters and be in no store. */
void request_free(struct request *request);

void request_lock(struct request *request) ACQUIRE(request_role);
void request_unlock(struct request *request) RELEASE(request_role);

enum request_standing request_get_standing(struct request *request) EXCLUDES(request_role);
/* Clients that ask are told this from now on. REQUEST must be in progress. */
void request_tell(struct request *request, enum request_standing standing,
	struct request_result result) EXCLUDES(request_role);

#endif
