/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Questions to device-mapper, and the probers that are asked. */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <event2/event.h>

#include "log/log.h"
#include "monitor/prober.h"
#include "monitor/probes.h"
#include "util/timer.h"

/*
 * A prober is seen to this often: what it has answered so far is read then. One that is still at
 * the same question is put aside: the other devices do not wait longer for an answer, they get
 * another prober.
 */
#define ASIDE_MS 500

/*
 * But not at once where others were put aside before, up to so many: on a machine that is only
 * slow, each one more would make it slower.
 */
#define PATIENCE_MAX 8

/* What takes longer is said: people can do something about it. */
#define SILENT_MS 5000

/* Enough for each operation on storage that hangs; beyond it devices are unreadable. */
#define PROBES_MAX 64

static void probe_free(struct probe *probe)
{
	struct probes *probes = probe->probes;

	if (probes->present == probe)
		probes->present = NULL;
	TAILQ_REMOVE(&probes->list, probe, link);
	probes->count--;
	if (probe->timer)
		event_free(probe->timer);
	if (probe->prober)
		prober_free(probe->prober);
	free(probe);
}

static void log_silence(const struct probe *probe)
{
	if (probe->kind == PROBE_LIST)
		log_warn("device-mapper does not answer: which devices have had events is not "
			 "known until it does");
	if (probe->kind == PROBE_SURVEY)
		log_warn("device-mapper does not answer: what nobody sees to is not known until it "
			 "does");
	for (size_t i = probe->done; probe->kind == PROBE_TABLE && i < probe->count; i++)
		log_terms(LOG_LEVEL_WARN, probe->looks[i].terms,
			"device-mapper does not answer: the device is left out until it does");
}

static void log_answer(const struct probe *probe)
{
	if (probe->kind == PROBE_LIST)
		log_notice("device-mapper answers again: which devices have had events");
	if (probe->kind == PROBE_SURVEY)
		log_notice("device-mapper answers again: what nobody sees to");
	for (size_t i = probe->done; probe->kind == PROBE_TABLE && i < probe->count; i++)
		log_terms(LOG_LEVEL_NOTICE, probe->looks[i].terms, "device-mapper answers again");
}

/* ANSWERS are those to the next COUNT questions of PROBE. */
static void hand_out(struct probe *probe, const char *answers, size_t size, size_t count)
{
	const struct probes_callbacks *callbacks = probe->probes->callbacks;
	void *context = probe->probes->context;
	size_t at = 0;

	if (probe->kind == PROBE_LIST)
		callbacks->listed(answers, size, context);
	if (probe->kind == PROBE_SURVEY)
		callbacks->surveyed(answers, size, context);
	for (size_t i = probe->done; probe->kind == PROBE_TABLE && i < probe->done + count; i++) {
		size_t length = answers ? probe_answer_size(answers + at, size - at) : 0;

		callbacks->looked(&probe->looks[i], answers ? answers + at : NULL, length, context);
		at += length;
	}
	probe->done += count;
}

/* The looks from number FIRST on are for another prober. */
static void pass_on(struct probe *probe, size_t first)
{
	struct probes *probes = probe->probes;

	for (size_t i = first; probe->kind == PROBE_TABLE && i < probe->count; i++)
		probes->callbacks->missed(&probe->looks[i], probes->context);
	if (first < probe->count)
		probe->count = first;
}

/*
 * The prober has ended. What it could not send is lost, and the question that it was at may have
 * been its end: that one is not asked again at once.
 */
static void hand_out_end(struct probe *probe)
{
	pass_on(probe, prober_question(probe->prober) + 1);
	hand_out(probe, NULL, 0, probe->count - probe->done);
}

/* It may have hung meanwhile, and another one have taken its place. */
static void on_answered(
	struct prober *prober, const char *answers, size_t size, size_t count, void *context)
{
	struct probe *probe = context;
	struct probes *probes = probe->probes;
	enum probe_kind kind = probe->kind;

	(void)prober;
	if (answers && probe->timeouts > 1)
		log_answer(probe);
	if (answers)
		hand_out(probe, answers, size, count);
	else
		hand_out_end(probe);
	if (probe->done < probe->count) {
		probes->callbacks->ready(PROBE_NOTHING, probes->context);
		return;
	}
	event_del(probe->timer);
	probe->kind = PROBE_NOTHING;
	probe->timeouts = 0;
	if (!answers || (probes->present && probes->present != probe))
		probe_free(probe);
	else
		probes->present = probe;
	if (kind != PROBE_NOTHING)
		probes->callbacks->ready(PROBE_NOTHING, probes->context);
}

/*
 * What is asked next is asked of another prober. Where this one is at no question, all its answers
 * are made, and only late: it was stopped, or the machine is slow. They count when they come.
 */
static void put_aside(struct probe *probe)
{
	struct probes *probes = probe->probes;
	size_t at;

	if (prober_leave_alone(probe->prober, &at))
		pass_on(probe, at + 1);
	probe->timeouts = 1;
	probes->present = NULL;
}

/* It has answered no question for too long. */
static bool is_stuck(struct probe *probe)
{
	size_t before = probe->at, patience = probe->probes->count;

	probe->at = prober_question(probe->prober);
	probe->stays = probe->at == before ? probe->stays + 1 : 0;
	return probe->stays >= (patience < PATIENCE_MAX ? patience : PATIENCE_MAX);
}

static void on_timeout(evutil_socket_t descriptor, short what, void *context)
{
	struct probe *probe = context;
	struct probes *probes = probe->probes;

	(void)descriptor;
	(void)what;
	prober_collect(probe->prober);
	if (probe->timeouts > 0) {
		probe->timeouts++;
		log_silence(probe);
	} else if (!is_stuck(probe)) {
		timer_start_ms(probe->timer, ASIDE_MS);
	} else {
		put_aside(probe);
		timer_start_ms(probe->timer, SILENT_MS - ASIDE_MS);
		probes->callbacks->ready(probe->kind, probes->context);
	}
}

static struct probe *probe_new(struct probes *probes, struct lvmpolld_error *error)
{
	struct probe *probe;

	if (probes->count >= PROBES_MAX) {
		error_set(error, EBUSY, "%u questions have no answer", PROBES_MAX);
		return NULL;
	}
	error_set(error, ENOMEM, "out of memory");
	probe = calloc(1, sizeof(*probe));
	if (!probe)
		return NULL;
	probe->probes = probes;
	TAILQ_INSERT_TAIL(&probes->list, probe, link);
	probes->count++;
	probe->timer = event_new(probes->base, -1, 0, on_timeout, probe);
	if (probe->timer)
		probe->prober = prober_start(
			probes->base, probes->device_mapper, on_answered, probe, error);
	if (probe->prober)
		return probe;
	probe_free(probe);
	return NULL;
}

void probes_init(struct probes *probes, struct event_base *base,
	const struct device_mapper *device_mapper, const struct probes_callbacks *callbacks,
	void *context)
{
	*probes = (struct probes){
		.base = base,
		.device_mapper = device_mapper,
		.callbacks = callbacks,
		.context = context,
	};
	TAILQ_INIT(&probes->list);
}

void probes_destroy(struct probes *probes)
{
	struct probe *probe;

	while ((probe = TAILQ_FIRST(&probes->list))) {
		pass_on(probe, probe->done);
		probe_free(probe);
	}
}

bool probes_are_busy(const struct probes *probes)
{
	return probes->present && probes->present->kind != PROBE_NOTHING;
}

static const struct probe *find(const struct probes *probes, enum probe_kind kind)
{
	const struct probe *probe;

	TAILQ_FOREACH (probe, &probes->list, link)
		if (probe->kind == kind)
			return probe;
	return NULL;
}

const struct probe *probes_find_list(const struct probes *probes)
{
	return find(probes, PROBE_LIST);
}

const struct probe *probes_find_survey(const struct probes *probes)
{
	return find(probes, PROBE_SURVEY);
}

bool probes_have_look(const struct probes *probes, const char *lvid)
{
	const struct probe *probe;

	TAILQ_FOREACH (probe, &probes->list, link)
		for (size_t i = probe->done; probe->kind == PROBE_TABLE && i < probe->count; i++)
			if (!strcmp(probe->looks[i].terms->asked.lvid, lvid))
				return true;
	return false;
}

int probes_ask(struct probes *probes, const struct probe_question *questions,
	const struct look_begun *looks, size_t count, struct lvmpolld_error *error)
{
	struct probe *probe = probes->present ? probes->present : probe_new(probes, error);

	if (!probe && !probes->has_none)
		log_warn("device-mapper cannot be asked: %s; trying again", error->sentence);
	probes->has_none = !probe;
	if (!probe)
		return -error->code;
	probes->present = probe;
	probe->kind = looks ? PROBE_TABLE : questions[0].kind;
	probe->count = count;
	probe->at = probe->done = 0;
	probe->stays = 0;
	if (looks)
		memcpy(probe->looks, looks, count * sizeof(*looks));
	timer_start_ms(probe->timer, ASIDE_MS);
	prober_ask(probe->prober, questions, count);
	return 0;
}
