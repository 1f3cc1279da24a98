/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A prober: a process that asks device-mapper, one question after the other, and may hang there. It
 * is no child of the daemon, holds none of its descriptors, and ends when the daemon's end of its
 * socket is closed: so nobody waits for it, neither the end of the daemon nor its upgrade.
 */
#ifndef CORE_MONITOR_PROBER_H
#define CORE_MONITOR_PROBER_H

#include <stdbool.h>
#include <stddef.h>

#include "monitor/device_mapper.h"
#include "monitor/probe_message.h"
#include "util/error.h"

struct event_base;
struct prober;

/*
 * ANSWERS has SIZE bytes, those to the next COUNT questions, for probe_answer_read_...: to all, but
 * where prober_collect was called, or they are more than the kernel keeps at once. It is NULL
 * where the process has ended, or what it said could not be kept: PROBER is of no use then. The
 * callee may free PROBER.
 */
typedef void (*prober_answered)(
	struct prober *prober, const char *answers, size_t size, size_t count, void *context);

/*
 * Starts a process that asks through DEVICE_MAPPER's descriptor. ANSWERED is called with CONTEXT
 * from the loop BASE. The calling process has no other thread. Returns NULL with the error.
 */
struct prober *prober_start(struct event_base *base, const struct device_mapper *device_mapper,
	prober_answered answered, void *context, struct lvmpolld_error *error);

/*
 * Asks COUNT questions, at most PROBE_QUESTIONS_MAX. PROBER has none that is unanswered. Where it
 * has ended, that will be the answer.
 */
void prober_ask(struct prober *prober, const struct probe_question *questions, size_t count);

/* The number of the question that PROBER is at; their count where all answers are made. */
size_t prober_question(const struct prober *prober);

/*
 * Answers are told when PROBER has made the last, so that many cost no more wake-ups than one. With
 * this, those that it has made so far are told at once: from the loop, not from here.
 */
void prober_collect(struct prober *prober);

/*
 * Leaves PROBER alone with the question that it is at, whose number goes into *AT: that one, and
 * those before it, will be answered, and no others. Returns false where it is at none: all answers
 * are on their way.
 */
bool prober_leave_alone(struct prober *prober, size_t *at);

/* Leaves the process alone, which ends as soon as it can. */
void prober_free(struct prober *prober);

#endif
