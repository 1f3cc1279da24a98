/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The monitor: waits for the kernel's events, and lets probers look at devices. */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <event2/event.h>

#include "kernel_log/kernel_log.h"
#include "loader/calls.h"
#include "loader/plugins.h"
#include "log/log.h"
#include "monitor/device_mapper.h"
#include "monitor/look.h"
#include "monitor/monitor.h"
#include "monitor/probes.h"
#include "monitor/schedule.h"
#include "monitor/survey.h"
#include "util/timer.h"

/* A list of devices that failed is asked for again after this time; it may have hidden an event. */
#define LIST_RETRY_MS 500

/*
 * After a prober has ended the next is started no sooner: each may end at its first question. The
 * other devices have not long to wait for it.
 */
#define RESTART_MS 100

/* A look that is older than this is repeated when a client asks. */
#define REFRESH_MS 1000

/* Devices that have just come have no table yet, or come in numbers. */
#define SURVEY_DELAY_MS 2000

/* A survey of many devices takes its time: the next one comes after so many times that time. */
#define SURVEY_REST 20

/* All moments are by schedule_clock_ms. */
struct surveys {
	bool is_on; /* they are made when devices come or go */
	unsigned wanted;
	unsigned asked;        /* how often one was wanted when the latest was asked for */
	unsigned made;         /* likewise, of the latest that was made */
	struct survey *latest; /* until somebody takes it; or NULL */
	struct device_mapper_events known; /* the latest list */
	int64_t asked_ms;
	int64_t due_ms;       /* 0: none is that nobody wants */
	int64_t retry_ms;     /* none before, since the latest has failed */
	int64_t rest_ms;      /* none that nobody wants before */
	int64_t list_rest_ms; /* no list that is for surveys alone before */
};

struct monitor {
	struct device_mapper device_mapper;
	struct devices *devices;
	struct kernel_log log;
	struct event_base *base;
	void (*told)(void *context);
	void *context;
	struct event *on_event; /* of the kernel */
	struct event *on_due;   /* a device is to be looked at, or devices are to be listed */
	struct probes probes;
	struct surveys surveys;
	bool is_paused;
	bool has_news;        /* that nobody was told yet */
	bool is_dirty;        /* an event may have come that no list has told of yet */
	int64_t ask_due_ms;   /* no question before this */
	int64_t list_due_ms;  /* no list before this */
	bool has_list_failed; /* the latest did, and that is logged */
};

static void advance_soon(struct monitor *monitor)
{
	timer_start_ms(monitor->on_due, 0);
}

/* The kernel tells of events, and its list does not hang. */
static bool has_events(const struct monitor *monitor)
{
	const struct probe *list = probes_find_list(&monitor->probes);

	return monitor->device_mapper.has_events && (!list || list->timeouts == 0);
}

static bool is_same(
	const struct device_mapper_events *former, const struct device_mapper_events *events)
{
	for (size_t i = 0; i < events->count && i < former->count; i++)
		if (former->list[i].device != events->list[i].device)
			return false;
	return former->count == events->count;
}

/* Takes EVENTS. Where other devices are there than before, a survey is due. */
static void keep_known(struct surveys *surveys, struct device_mapper_events *events)
{
	int64_t due_ms = schedule_clock_ms() + SURVEY_DELAY_MS;

	surveys->list_rest_ms = due_ms;
	if (surveys->is_on && surveys->due_ms == 0 && !is_same(&surveys->known, events))
		surveys->due_ms = due_ms > surveys->rest_ms ? due_ms : surveys->rest_ms;
	free(surveys->known.list);
	surveys->known = *events;
}

/* When the next is to be asked for; -1: never. */
static int64_t next_survey_ms(const struct monitor *monitor)
{
	const struct surveys *surveys = &monitor->surveys;
	bool is_wanted = surveys->made != surveys->wanted;
	int64_t due_ms = is_wanted ? 0 : surveys->due_ms;

	if (!surveys->is_on || probes_find_survey(&monitor->probes) || (!is_wanted && due_ms == 0))
		return -1;
	return due_ms > surveys->retry_ms ? due_ms : surveys->retry_ms;
}

/*
 * Events may come in numbers, of devices that nobody watches: for surveys alone they are not listed
 * so soon again.
 */
static bool is_resting(const struct monitor *monitor)
{
	return !schedule_is_any_watched(monitor->devices) &&
	       schedule_clock_ms() < monitor->surveys.list_rest_ms;
}

static bool is_watching(const struct monitor *monitor)
{
	return monitor->surveys.is_on || schedule_is_any_watched(monitor->devices);
}

static void conclude_list(struct monitor *monitor, const char *answer, size_t size)
{
	struct device_mapper_events events = {0};
	int result = answer ? probe_answer_read_list(answer, size, &events) : -EPIPE;

	if (result < 0) {
		if (!monitor->has_list_failed)
			log_warn("cannot list device-mapper's events: %s; trying again",
				strerror(-result));
		monitor->list_due_ms = schedule_clock_ms() + LIST_RETRY_MS;
	} else {
		schedule_note_events(monitor->devices, &events);
		monitor->is_dirty = false;
		keep_known(&monitor->surveys, &events);
	}
	monitor->has_list_failed = result < 0;
}

static void conclude(struct monitor *monitor, struct look *look)
{
	monitor->has_news |=
		look_conclude(monitor->devices, look, &monitor->log, has_events(monitor));
}

/* Not within the answers: who hears of it may watch, and stop watching, devices. */
static void tell(struct monitor *monitor)
{
	if (!monitor->has_news)
		return;
	monitor->has_news = false;
	monitor->told(monitor->context);
}

/* ANSWER is NULL where the prober has ended. */
static void note_end(struct monitor *monitor, const char *answer)
{
	if (!answer)
		monitor->ask_due_ms = schedule_clock_ms() + RESTART_MS;
}

static void on_listed(const char *answer, size_t size, void *context)
{
	note_end(context, answer);
	conclude_list(context, answer, size);
}

/* What cannot be had is asked for again after a while. */
static void on_surveyed(const char *answer, size_t size, void *context)
{
	struct monitor *monitor = context;
	struct surveys *surveys = &monitor->surveys;
	int64_t now_ms = schedule_clock_ms();
	struct survey *survey = answer ? probe_answer_read_survey(answer, size) : NULL;

	note_end(monitor, answer);
	surveys->rest_ms = now_ms + SURVEY_REST * (now_ms - surveys->asked_ms);
	if (!survey) {
		surveys->due_ms = surveys->retry_ms = now_ms + SURVEY_DELAY_MS;
		return;
	}
	survey->number = surveys->made = surveys->asked;
	survey_free(surveys->latest);
	surveys->latest = survey;
	monitor->has_news = true;
}

static void on_looked(
	const struct look_begun *begun, const char *answer, size_t size, void *context)
{
	struct monitor *monitor = context;
	struct look look = {.begun = *begun};

	note_end(monitor, answer);
	if (answer) {
		look.answer = probe_answer_read_table(
			answer, size, &look.table, &look.lines, &look.has_lines, &look.error);
	} else {
		look.answer = DEVICE_MAPPER_UNREADABLE;
		error_set(&look.error, EPIPE, "its table cannot be read: the prober has ended");
	}
	conclude(monitor, &look);
}

static void on_missed(const struct look_begun *begun, void *context)
{
	struct monitor *monitor = context;

	look_give_up(monitor->devices, begun, true);
}

static void on_ready(enum probe_kind aside, void *context)
{
	struct monitor *monitor = context;

	/* Nobody hears of events meanwhile. */
	if (aside == PROBE_LIST)
		schedule_want_all(monitor->devices);
	tell(monitor);
	advance_soon(monitor);
}

static const struct probes_callbacks callbacks = {
	.listed = on_listed,
	.surveyed = on_surveyed,
	.looked = on_looked,
	.missed = on_missed,
	.ready = on_ready,
};

/* A list is to be asked for, if not now, then when it is due. */
static bool wants_list(const struct monitor *monitor)
{
	return monitor->is_dirty && monitor->device_mapper.has_events && is_watching(monitor) &&
	       !probes_find_list(&monitor->probes);
}

static void ask_list(struct monitor *monitor)
{
	struct probe_question question = {.kind = PROBE_LIST};
	struct lvmpolld_error error;

	if (probes_ask(&monitor->probes, &question, NULL, 1, &error) < 0)
		monitor->list_due_ms = schedule_clock_ms() + LIST_RETRY_MS;
}

static void ask_survey(struct monitor *monitor)
{
	struct probe_question question = {.kind = PROBE_SURVEY};
	struct surveys *surveys = &monitor->surveys;
	struct lvmpolld_error error;

	surveys->asked_ms = schedule_clock_ms();
	if (probes_ask(&monitor->probes, &question, NULL, 1, &error) < 0) {
		surveys->retry_ms = surveys->asked_ms + SURVEY_DELAY_MS;
		return;
	}
	surveys->asked = surveys->wanted;
	surveys->due_ms = 0;
}

static void conclude_unread(
	struct monitor *monitor, const struct look_begun *begun, const struct lvmpolld_error *error)
{
	struct look look = {.begun = *begun, .answer = DEVICE_MAPPER_UNREADABLE, .error = *error};

	conclude(monitor, &look);
}

/* Returns false, with the error, where BEGUN's device cannot be asked about. */
static bool prepare_question(const struct monitor *monitor, const struct look_begun *begun,
	struct probe_question *question, struct lvmpolld_error *error)
{
	const struct terms *terms = begun->device->terms;

	/* Of a former operation on it: a prober that hangs is enough. */
	if (probes_have_look(&monitor->probes, terms->asked.lvid))
		error_set(error, EBUSY, "an earlier look at it has no answer yet");
	else if (probe_question_table(question, terms->asked.lvid, terms->plugin->interface->layer,
			 plugin_verifies(terms->plugin)) < 0)
		error_set(error, E2BIG, "its layer has too long a name");
	else
		return true;
	return false;
}

/* Asks about devices that are due, or concludes their looks where that is not possible. */
static void ask_tables(struct monitor *monitor)
{
	static struct probe_question questions[PROBE_QUESTIONS_MAX];
	struct look_begun looks[PROBE_QUESTIONS_MAX];
	struct lvmpolld_error error;
	size_t count = 0;

	while (count < PROBE_QUESTIONS_MAX && look_take_due(monitor->devices, &looks[count])) {
		if (prepare_question(monitor, &looks[count], &questions[count], &error))
			count++;
		else
			conclude_unread(monitor, &looks[count], &error);
	}
	if (count == 0 || probes_ask(&monitor->probes, questions, looks, count, &error) == 0)
		return;
	for (size_t i = 0; i < count; i++)
		conclude_unread(monitor, &looks[i], &error);
}

static void ask(struct monitor *monitor)
{
	int64_t survey_ms = next_survey_ms(monitor);

	if (wants_list(monitor) && monitor->list_due_ms <= schedule_clock_ms())
		ask_list(monitor);
	else
		ask_tables(monitor);
	if (!probes_are_busy(&monitor->probes) && survey_ms >= 0 &&
		survey_ms <= schedule_clock_ms())
		ask_survey(monitor);
}

static int64_t earlier_ms(int64_t first_ms, int64_t second_ms)
{
	return first_ms < 0 || (second_ms >= 0 && second_ms < first_ms) ? second_ms : first_ms;
}

/* When something is to be asked by the clock; -1: never. */
static int64_t next_due_ms(const struct monitor *monitor)
{
	int64_t next_ms = earlier_ms(schedule_next_ms(monitor->devices), next_survey_ms(monitor));

	if (wants_list(monitor))
		next_ms = earlier_ms(next_ms, monitor->list_due_ms);
	if (monitor->surveys.is_on && is_resting(monitor))
		next_ms = earlier_ms(next_ms, monitor->surveys.list_rest_ms);
	return next_ms;
}

/*
 * The next moment at which something is to be asked by the clock. A timer counts from the beginning
 * of this turn of the loop: by that it would be over too early, and cost another wake-up.
 */
static void wait_for_due(struct monitor *monitor)
{
	int64_t now_ms = schedule_clock_ms();
	int64_t next_ms = next_due_ms(monitor);

	if (next_ms >= 0 && next_ms < monitor->ask_due_ms)
		next_ms = monitor->ask_due_ms;
	if (next_ms >= 0)
		timer_start_ms(monitor->on_due, next_ms > now_ms ? next_ms - now_ms + 1 : 0);
}

/*
 * While nothing is watched, whatever happens to the devices wakes nobody: the descriptor stays
 * readable until watching begins again. So it does where it could not be armed.
 */
static void wait_for_events(struct monitor *monitor)
{
	if (!monitor->on_event)
		return;
	if (!is_watching(monitor) || is_resting(monitor) || monitor->is_dirty)
		event_del(monitor->on_event);
	else if (event_add(monitor->on_event, NULL) < 0)
		monitor->is_dirty = true; /* out of memory: it is listed by the clock */
}

/* Asks what is to be asked next. While something is, its answer leads on, or that there is none. */
static void advance(struct monitor *monitor)
{
	event_del(monitor->on_due);
	wait_for_events(monitor);
	if (monitor->is_paused)
		return;
	if (!probes_are_busy(&monitor->probes) && monitor->ask_due_ms <= schedule_clock_ms())
		ask(monitor);
	if (!probes_are_busy(&monitor->probes))
		wait_for_due(monitor);
	tell(monitor);
}

static void on_due(evutil_socket_t descriptor, short what, void *context)
{
	(void)descriptor;
	(void)what;
	advance(context);
}

static void on_event(evutil_socket_t descriptor, short what, void *context)
{
	struct monitor *monitor = context;

	(void)descriptor;
	(void)what;
	monitor->is_dirty = true;
	advance(monitor);
}

static int set_up(struct monitor *monitor, struct lvmpolld_error *error)
{
	int result = device_mapper_open(&monitor->device_mapper, error);

	if (result < 0)
		return result;
	monitor->on_due = event_new(monitor->base, -1, 0, on_due, monitor);
	/* Without events the descriptor would say nothing: looks are timed then. */
	if (monitor->device_mapper.has_events)
		monitor->on_event = event_new(
			monitor->base, monitor->device_mapper.events, EV_READ, on_event, monitor);
	if (!monitor->on_due || (monitor->device_mapper.has_events && !monitor->on_event))
		return error_set(error, ENOMEM, "out of memory");
	return 0;
}

struct monitor *monitor_start(struct event_base *base, struct devices *devices,
	const struct kernel_log *log, void (*told)(void *context), void *context,
	struct lvmpolld_error *error)
{
	struct monitor *monitor = calloc(1, sizeof(*monitor));

	if (!monitor) {
		error_set(error, ENOMEM, "out of memory");
		return NULL;
	}
	*monitor = (struct monitor){
		.device_mapper.events = -1,
		.devices = devices,
		.log = *log,
		.base = base,
		.told = told,
		.context = context,
		.is_dirty = true,
	};
	probes_init(&monitor->probes, base, &monitor->device_mapper, &callbacks, monitor);
	if (set_up(monitor, error) == 0)
		return monitor;
	monitor_stop(monitor);
	return NULL;
}

void monitor_watch(struct monitor *monitor, struct device *device)
{
	devices_lock(monitor->devices);
	devices_watch_locked(monitor->devices, device);
	devices_unlock(monitor->devices);
	advance_soon(monitor);
}

void monitor_unwatch(struct monitor *monitor, struct device *device)
{
	if (!monitor)
		return;
	devices_lock(monitor->devices);
	devices_unwatch_locked(monitor->devices, device);
	devices_unlock(monitor->devices);
}

void monitor_refresh(struct monitor *monitor, struct device *device)
{
	struct device_watch *watch = &device->watch;
	bool is_wanted;

	devices_lock(monitor->devices);
	is_wanted = watch->is_watched && !watch->is_look_wanted &&
		    schedule_clock_ms() - watch->last_look_ms >= REFRESH_MS;
	watch->is_look_wanted |= is_wanted;
	devices_unlock(monitor->devices);
	if (is_wanted)
		advance_soon(monitor);
}

void monitor_note_copying(struct monitor *monitor, struct device *device)
{
	devices_lock(monitor->devices);
	/* A look has shown something else meanwhile, and is not read yet. */
	device->watch.is_copying = !device->watch.has_news;
	devices_unlock(monitor->devices);
}

void monitor_set_command(struct monitor *monitor, struct device *device, bool is_running)
{
	devices_lock(monitor->devices);
	device->watch.has_command = is_running;
	if (is_running)
		device->watch.is_copying = false;
	else if (device->watch.is_watched)
		devices_watch_locked(monitor->devices, device);
	devices_unlock(monitor->devices);
	advance_soon(monitor);
}

void monitor_survey(struct monitor *monitor, bool is_on)
{
	monitor->surveys.is_on = is_on;
	monitor->surveys.wanted++;
	advance_soon(monitor);
}

struct survey *monitor_take_survey(struct monitor *monitor)
{
	struct survey *survey = monitor->surveys.latest;

	monitor->surveys.latest = NULL;
	/* What was found before it was wanted last is no answer: another one comes. */
	if (survey && survey->number != monitor->surveys.wanted) {
		survey_free(survey);
		return NULL;
	}
	return survey;
}

bool monitor_pause(struct monitor *monitor, bool is_paused)
{
	monitor->is_paused = is_paused;
	if (!is_paused)
		advance_soon(monitor);
	return !probes_are_busy(&monitor->probes);
}

void monitor_stop(struct monitor *monitor)
{
	probes_destroy(&monitor->probes);
	if (monitor->on_due)
		event_free(monitor->on_due);
	if (monitor->on_event)
		event_free(monitor->on_event);
	if (monitor->device_mapper.events >= 0)
		device_mapper_close(&monitor->device_mapper);
	kernel_log_close(&monitor->log);
	survey_free(monitor->surveys.latest);
	free(monitor->surveys.known.list);
	free(monitor);
}
