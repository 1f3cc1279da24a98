/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * When all devices of lvm2's are to be read, for those who look for what nobody has asked for: when
 * somebody wants it, and when devices have come or gone, not too often. Main thread only. All
 * moments are by schedule_clock_ms.
 */
#ifndef CORE_MONITOR_SURVEYS_H
#define CORE_MONITOR_SURVEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "monitor/device_mapper.h"
#include "monitor/survey.h"

/* All zero: none are made. */
struct surveys {
	bool is_on;        /* they are made when devices come or go */
	bool wants_status; /* of each device, too */
	unsigned wanted;
	unsigned asked;        /* how often one was wanted when the latest was asked for */
	unsigned made;         /* likewise, of the latest that was made */
	struct survey *latest; /* until somebody takes it; or NULL */
	struct device_mapper_events known; /* the latest list */
	int64_t asked_ms;
	int64_t due_ms;       /* 0: none is that nobody wants */
	int64_t retry_ms;     /* none before, since the latest has failed */
	int64_t rest_ms;      /* none that nobody wants before */
	int64_t settled_ms;   /* until then what devices have begun may not show yet */
	int64_t list_rest_ms; /* no list that is for surveys alone before */
};

/* Frees what SURVEYS has. */
void surveys_destroy(struct surveys *surveys);

/* One is wanted; with IS_ON also whenever devices come or go, from now on; WANTS_STATUS: of each.
 */
void surveys_want(struct surveys *surveys, bool is_on, bool wants_status);

/* Takes EVENTS, a list. Where other devices are there than before, a survey is due. */
void surveys_note_list(struct surveys *surveys, struct device_mapper_events *events);

/* When the next is to be asked for, where none is being made; -1: never. */
int64_t surveys_next_ms(const struct surveys *surveys);

/* One is asked for; or, where IS_ASKED is false, it could not be: that is tried again. */
void surveys_note_asked(struct surveys *surveys, bool is_asked);

/* What came of it: SIZE bytes of ANSWER, or NULL. Returns true where there is a new one. */
bool surveys_note_answer(struct surveys *surveys, const char *answer, size_t size);

/* The latest, which is the caller's then; NULL: none, or another one is wanted since. */
struct survey *surveys_take(struct surveys *surveys);

#endif
