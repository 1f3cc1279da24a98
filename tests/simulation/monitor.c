/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The monitor without its probers: core/monitor/look.c by the virtual clock. */
#include "config.h"

#include <stdlib.h>

#include "lifecycle/lifecycle.h"
#include "loader/calls.h"
#include "loader/plugins.h"
#include "monitor/device_mapper.h"
#include "monitor/look.h"
#include "monitor/monitor.h"
#include "monitor/probe_message.h"
#include "monitor/schedule.h"
#include "world.h"

/* A look that was not asked for in time is made at the latest then. */
#define WAKE_MAX_MS 20

struct monitor {
	struct devices *devices;
	struct operations *operations;
	struct kernel_log log;
	bool is_dirty; /* an event may have come */
	bool is_looking;
	struct event *look;
	int64_t due_us; /* of it */
	struct event *news;
};

static struct monitor model;

static void start_ms(struct event *timer, int64_t milliseconds)
{
	const struct timeval delay = {
		.tv_sec = milliseconds / 1000, .tv_usec = milliseconds % 1000 * 1000};

	event_add(timer, &delay);
}

/* Watching has begun anew: the next look tells what the one before has seen. */
static bool is_begun_anew(const struct volume *volume)
{
	const struct device *device = devices_find(&model.operations->devices, volume->lvid);
	bool is_begun;

	devices_lock(&model.operations->devices);
	is_begun = device && device->watch.is_begun;
	devices_unlock(&model.operations->devices);
	return is_begun;
}

void monitor_model_tell(void)
{
	bool was_begun_anew[VOLUMES_MAX];

	if (!model.operations)
		return;
	for (size_t i = 0; i < world.volume_count; i++)
		was_begun_anew[i] = is_begun_anew(&world.volumes[i]);
	lifecycle_on_news(model.operations);
	for (size_t i = 0; i < world.volume_count; i++)
		if (world.volumes[i].is_told && world.volumes[i].heard_us == 0 &&
			!was_begun_anew[i])
			world.volumes[i].heard_us = world.now_us;
}

static void on_news(evutil_socket_t descriptor, short what, void *context)
{
	(void)descriptor;
	(void)what;
	(void)context;
	monitor_model_tell();
}

bool monitor_model_is_looking(void)
{
	return model.is_looking;
}

static void note_events(struct monitor *monitor)
{
	struct device_mapper_event list[VOLUMES_MAX];
	struct device_mapper_events events = {.list = list};

	for (size_t i = 0; i < world.volume_count; i++)
		if (world.volumes[i].is_active)
			list[events.count++] = (struct device_mapper_event){
				world.volumes[i].device, world.volumes[i].event_number};
	monitor->is_dirty = false;
	schedule_note_events(monitor->devices, &events);
}

static void wait_for_next(struct monitor *monitor)
{
	int64_t next_ms = schedule_next_ms(monitor->devices);

	if (next_ms < 0)
		return;
	next_ms -= schedule_clock_ms();
	start_ms(monitor->look, next_ms < 0 ? 0 : next_ms);
}

/* In MILLISECONDS, or before. */
static void look_within_ms(struct monitor *monitor, int64_t milliseconds)
{
	int64_t due_us = world.now_us + milliseconds * 1000;

	if (event_pending(monitor->look, EV_TIMEOUT, NULL) && monitor->due_us <= due_us)
		return;
	monitor->due_us = due_us;
	start_ms(monitor->look, milliseconds);
}

static bool look_at(struct monitor *monitor, const struct look_begun *begun)
{
	const struct terms *terms = begun->terms;
	struct look look = {.begun = *begun};
	struct lvmpolld_error error;

	look.answer = device_mapper_read_table(
		terms->asked.lvid, terms->plugin->interface->layer, &look.table, &look.error);
	look.has_lines = look.answer == DEVICE_MAPPER_SEEN && !look.table.is_suspended &&
			 plugin_verifies(terms->plugin) &&
			 device_mapper_read_lines(&look.table, &look.lines, &error) == 0;
	return look_conclude(monitor->devices, &look, &monitor->log, true);
}

/* As many looks as are asked for at once. Returns true where there is news. */
static bool look_at_due(struct monitor *monitor)
{
	struct look_begun begun[PROBE_QUESTIONS_MAX];
	size_t count = 0;
	bool is_news = false;

	while (count < PROBE_QUESTIONS_MAX && look_take_due(monitor->devices, &begun[count]))
		count++;
	for (size_t i = 0; i < count; i++)
		is_news |= look_at(monitor, &begun[i]);
	return is_news;
}

static void on_look(evutil_socket_t descriptor, short what, void *context)
{
	struct monitor *monitor = context;

	(void)descriptor;
	(void)what;
	/* It has no answer yet: it looks again when that is there. */
	if (monitor->is_looking)
		return;
	monitor->is_looking = true;
	if (monitor->is_dirty)
		note_events(monitor);
	/* The daemon may be busy. */
	if (look_at_due(monitor))
		start_ms(monitor->news,
			dice_percent(world.busy) ? dice_between(1, 1000) : dice_below(5));
	for (size_t i = 0; i < world.volume_count; i++)
		world.volumes[i].is_told = world.volumes[i].evidence_us > 0;
	monitor->is_looking = false;
	wait_for_next(monitor);
}

static void wake(struct monitor *monitor)
{
	look_within_ms(
		monitor, dice_percent(world.slow) ? dice_between(1, 500) : dice_below(WAKE_MAX_MS));
}

struct monitor *monitor_model(struct operations *of)
{
	model = (struct monitor){.devices = &of->devices, .operations = of, .is_dirty = true};
	model.look = event_new(&daemon_base, -1, 0, on_look, &model);
	model.news = event_new(&daemon_base, -1, 0, on_news, &model);
	return &model;
}

void monitor_model_forget(void)
{
	model = (struct monitor){0};
}

void monitor_model_event(void)
{
	model.is_dirty = true;
	if (world.is_alive && model.operations)
		wake(&model);
}

/* What a look has read counts when the answer is there: meanwhile the daemon goes on. */
void monitor_model_hang(int64_t milliseconds)
{
	unsigned incarnation = world.incarnation;

	history_go_on(world.now_us + milliseconds * 1000);
	if (!world.is_alive || world.incarnation != incarnation)
		siglongjmp(world.death, 1);
}

/* --- what core/monitor/monitor.c has --- */

void monitor_watch(struct monitor *monitor, struct device *device)
{
	devices_lock(monitor->devices);
	devices_watch_locked(monitor->devices, device);
	devices_unlock(monitor->devices);
	wake(monitor);
}

void monitor_refresh(struct monitor *monitor, struct device *device)
{
	bool is_wanted;

	devices_lock(monitor->devices);
	is_wanted = device->watch.is_watched && !device->watch.is_look_wanted &&
		    schedule_clock_ms() - device->watch.last_look_ms >= 1000;
	device->watch.is_look_wanted |= is_wanted;
	devices_unlock(monitor->devices);
	if (is_wanted)
		wake(monitor);
}

void monitor_note_copying(struct monitor *monitor, struct device *device)
{
	devices_lock(monitor->devices);
	device->watch.is_copying = !device->watch.has_news;
	devices_unlock(monitor->devices);
}

void monitor_set_command(struct monitor *monitor, struct device *device, bool is_running)
{
	schedule_set_command(monitor->devices, device, is_running);
	wake(monitor);
}

/* Nobody is looked for who sees to what the daemon does not know. */
struct kernel_log_state monitor_read_log(struct monitor *monitor)
{
	return kernel_log_read(&monitor->log);
}

void monitor_survey(struct monitor *monitor, bool is_on, bool wants_status)
{
	(void)monitor;
	(void)is_on;
	(void)wants_status;
}

struct survey *monitor_take_survey(struct monitor *monitor)
{
	(void)monitor;
	return NULL;
}
