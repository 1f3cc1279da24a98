/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The monitor: waits for the kernel's events, and lets probers look at devices. */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <event2/event.h>

#include "kernel_log/kernel_log.h"
#include "log/log.h"
#include "monitor/device_mapper.h"
#include "monitor/look.h"
#include "monitor/monitor.h"
#include "monitor/probes.h"
#include "monitor/schedule.h"
#include "monitor/surveys.h"
#include "monitor/tables.h"
#include "util/timer.h"

/* A list of devices that failed is asked for again after this time; it may have hidden an event. */
#define LIST_RETRY_MS 500

/*
 * After a prober has ended the next is started no sooner: each may end at its first question. The
 * other devices have not long to wait for it.
 */
#define RESTART_MS 100

struct monitor {
	struct device_mapper device_mapper;
	struct tables tables;
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
	int64_t ask_due_ms;   /* by schedule_clock_ms, no question before this */
	int64_t list_due_ms;  /* likewise, no list before this */
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

/* When the next is to be asked for; -1: never. */
static int64_t next_survey_ms(const struct monitor *monitor)
{
	return probes_find_survey(&monitor->probes) ? -1 : surveys_next_ms(&monitor->surveys);
}

/*
 * Events may come in numbers, of devices that nobody watches: for surveys alone they are not listed
 * so soon again.
 */
static bool is_resting(const struct monitor *monitor)
{
	return !schedule_is_any_watched(monitor->tables.devices) &&
	       schedule_clock_ms() < monitor->surveys.list_rest_ms;
}

static bool is_watching(const struct monitor *monitor)
{
	return monitor->surveys.is_on || schedule_is_any_watched(monitor->tables.devices);
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
		schedule_note_events(monitor->tables.devices, &events);
		monitor->is_dirty = false;
		surveys_note_list(&monitor->surveys, &events);
	}
	monitor->has_list_failed = result < 0;
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

static void on_surveyed(const char *answer, size_t size, void *context)
{
	struct monitor *monitor = context;

	note_end(monitor, answer);
	monitor->has_news |= surveys_note_answer(&monitor->surveys, answer, size);
}

static void on_looked(
	const struct look_begun *begun, const char *answer, size_t size, void *context)
{
	struct monitor *monitor = context;

	note_end(monitor, answer);
	monitor->has_news |=
		tables_read(&monitor->tables, begun, answer, size, has_events(monitor));
}

static void on_missed(const struct look_begun *begun, void *context)
{
	struct monitor *monitor = context;

	look_give_up(monitor->tables.devices, begun, true);
}

static void on_ready(enum probe_kind aside, void *context)
{
	struct monitor *monitor = context;

	/* Nobody hears of events meanwhile. */
	if (aside == PROBE_LIST)
		schedule_want_all(monitor->tables.devices);
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
	struct probe_question question = {
		.kind = PROBE_SURVEY, .wants_status = monitor->surveys.wants_status};
	struct lvmpolld_error error;

	surveys_note_asked(
		&monitor->surveys, probes_ask(&monitor->probes, &question, NULL, 1, &error) == 0);
}

static void ask(struct monitor *monitor)
{
	int64_t survey_ms = next_survey_ms(monitor);

	if (wants_list(monitor) && monitor->list_due_ms <= schedule_clock_ms())
		ask_list(monitor);
	else
		monitor->has_news |=
			tables_ask(&monitor->tables, &monitor->probes, has_events(monitor));
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
	int64_t next_ms =
		earlier_ms(schedule_next_ms(monitor->tables.devices), next_survey_ms(monitor));

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
		.tables = {devices, *log},
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
	devices_lock(monitor->tables.devices);
	devices_watch_locked(monitor->tables.devices, device);
	devices_unlock(monitor->tables.devices);
	advance_soon(monitor);
}

void monitor_refresh(struct monitor *monitor, struct device *device)
{
	if (schedule_refresh(monitor->tables.devices, device))
		advance_soon(monitor);
}

void monitor_note_copying(struct monitor *monitor, struct device *device)
{
	schedule_note_copying(monitor->tables.devices, device);
}

void monitor_set_command(struct monitor *monitor, struct device *device, bool is_running)
{
	schedule_set_command(monitor->tables.devices, device, is_running);
	advance_soon(monitor);
}

struct kernel_log_state monitor_read_log(struct monitor *monitor)
{
	return kernel_log_read(&monitor->tables.log);
}

void monitor_survey(struct monitor *monitor, bool is_on, bool wants_status)
{
	surveys_want(&monitor->surveys, is_on, wants_status);
	advance_soon(monitor);
}

struct survey *monitor_take_survey(struct monitor *monitor)
{
	return surveys_take(&monitor->surveys);
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
	kernel_log_close(&monitor->tables.log);
	surveys_destroy(&monitor->surveys);
	free(monitor);
}
