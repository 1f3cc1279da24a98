/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What is in flight, kept up to date by the daemon's watch. Where the daemon ends or is upgraded,
 * the next one is asked; what has ended meanwhile is told by its history.
 */
#ifndef CTL_LIVE_H
#define CTL_LIVE_H

#include "ask.h"

enum live_event {
	LIVE_EXISTS,  /* it was there at the beginning */
	LIVE_LISTED,  /* all that is there was told */
	LIVE_CREATE,  /* it has begun */
	LIVE_CHANGE,  /* its progress or state has changed */
	LIVE_DESTROY, /* it is over; how is not known where it has no result */
	LIVE_MISSED,  /* changes were missed, since they came too fast */
	LIVE_NOTHING, /* nothing has happened for the time given */
	LIVE_COUNT
};

struct live {
	const struct ctl *ctl;
	struct message_stream stream;
	bool was_listed;        /* once: what comes after that is new */
	bool is_listed;         /* by this daemon */
	bool is_lost;           /* there is no connection; it is made anew */
	int64_t lost_ms;        /* since then, by CLOCK_MONOTONIC */
	struct entries entries; /* in flight; the earliest first */
	struct entries ended;   /* to be told yet */
	struct entry *current;  /* that was told last */
	bool is_current_ended;  /* current is not in entries */
	int64_t missed;         /* with LIVE_MISSED */
};

/*
 * Begins. KNOWN, entries that were listed before, become part of it: those that are over by now
 * are told. Returns a status, with the error; live_close is right in any case.
 */
int live_open(struct live *live, const struct ctl *ctl, struct entries *known,
	struct lvmpolld_error *error);
void live_close(struct live *live);

/*
 * Waits up to TIMEOUT_MS (-1: as long as it takes). *ENTRY is LIVE's, and valid until the next
 * call; NULL where the event is about none. Returns a status, with the error.
 */
int live_next(struct live *live, int timeout_ms, enum live_event *event, const struct entry **entry,
	struct lvmpolld_error *error);

#endif
