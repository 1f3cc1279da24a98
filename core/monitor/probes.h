/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Questions to device-mapper: one prober is asked at a time, several questions at once. Where it
 * does not get on, it is put aside with the question that it is at, whose answer counts when it
 * comes, as do those before it, which are read then; the rest is to be asked of another. So it is
 * where a prober has ended, but that the question that it was at has no answer then.
 */
#ifndef CORE_MONITOR_PROBES_H
#define CORE_MONITOR_PROBES_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/queue.h>

#include "monitor/device_mapper.h"
#include "monitor/look.h"
#include "monitor/probe_message.h"
#include "util/error.h"

struct event;
struct event_base;
struct prober;
struct probes;

/* A prober, and what it is asked: a list, or the tables that LOOKS are for. */
struct probe {
	struct probes *probes;
	struct prober *prober;
	enum probe_kind kind; /* PROBE_NOTHING: it has no question */
	size_t count;         /* of its questions */
	size_t done;          /* those that are answered */
	size_t at;            /* the one that it was at when it was last looked at */
	unsigned stays;       /* how often it was still there */
	struct look_begun looks[PROBE_QUESTIONS_MAX];
	unsigned timeouts; /* since it was asked: the first puts it aside, the second is logged */
	struct event *timer;
	TAILQ_ENTRY(probe) link;
};

TAILQ_HEAD(probe_list, probe);

struct probes_callbacks {
	/* ANSWER has SIZE bytes, for probe_answer_read_list; NULL where the prober has ended. */
	void (*listed)(const char *answer, size_t size, void *context);
	/* Likewise for probe_answer_read_survey. */
	void (*surveyed)(const char *answer, size_t size, void *context);
	/* Likewise for probe_answer_read_table. The look is to be concluded. */
	void (*looked)(
		const struct look_begun *begun, const char *answer, size_t size, void *context);
	/* It was asked, and is to be asked of another prober: the look is to be given up. */
	void (*missed)(const struct look_begun *begun, void *context);
	/* There were answers, or a question of KIND was put aside: perhaps another may be asked. */
	void (*ready)(enum probe_kind kind, void *context);
};

struct probes {
	struct event_base *base;
	const struct device_mapper *device_mapper;
	const struct probes_callbacks *callbacks;
	void *context;
	struct probe_list list;
	size_t count;
	struct probe *present; /* the one that is asked next; NULL: a new one */
	bool has_none;         /* none could be started, and that is logged */
};

/* DEVICE_MAPPER must be open when something is asked. */
void probes_init(struct probes *probes, struct event_base *base,
	const struct device_mapper *device_mapper, const struct probes_callbacks *callbacks,
	void *context);
/* Leaves all questions without an answer: looks that have begun are missed. */
void probes_destroy(struct probes *probes);

/* A question was asked, is not answered, and not put aside yet. */
bool probes_are_busy(const struct probes *probes);

/* The list that has no answer yet, put aside or not; or NULL. */
const struct probe *probes_find_list(const struct probes *probes);

/* Likewise a survey. */
const struct probe *probes_find_survey(const struct probes *probes);

/* A look at the device LVID has no answer yet. */
bool probes_have_look(const struct probes *probes, const char *lvid);

/*
 * Asks the COUNT QUESTIONS, tables for LOOKS, or one list or survey where LOOKS is NULL. PROBES
 * must not be busy. Returns 0, or a negative errno with the error.
 */
int probes_ask(struct probes *probes, const struct probe_question *questions,
	const struct look_begun *looks, size_t count, struct lvmpolld_error *error);

#endif
