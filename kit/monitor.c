/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* In place of core/monitor/monitor.c: core/monitor/look.c and schedule.c by the virtual clock. */
#include "config.h"

#include <string.h>

#include <event2/event.h>

#include "below.h"
#include "lifecycle/context.h"
#include "lifecycle/lifecycle.h"
#include "loader/calls.h"
#include "loader/plugins.h"
#include "monitor.h"
#include "monitor/device_mapper.h"
#include "monitor/look.h"
#include "monitor/monitor.h"
#include "monitor/schedule.h"

struct monitor {
	struct devices *devices;
	struct operations *operations;
	struct kernel_log log;
	bool is_dirty; /* an event may have come */
	struct event *look;
	struct event *news;
};

static struct monitor model;

static void start_ms(struct event *timer, int64_t milliseconds)
{
	const struct timeval delay = {
		.tv_sec = milliseconds / 1000, .tv_usec = milliseconds % 1000 * 1000};

	event_add(timer, &delay);
}

static void wake(struct monitor *monitor)
{
	start_ms(monitor->look, 0);
}

static void on_news(evutil_socket_t descriptor, short what, void *context)
{
	(void)descriptor;
	(void)what;
	(void)context;
	lifecycle_on_news(model.operations);
}

/* A look at each device that is due. Returns true where there is news. */
static bool look_at_due(struct monitor *monitor)
{
	struct lvmpolld_error error;
	struct look_begun begun;
	bool is_news = false;

	while (look_take_due(monitor->devices, &begun)) {
		const struct terms *terms = begun.device->terms;
		struct look look = {.begun = begun};

		look.answer = device_mapper_read_table(terms->asked.lvid,
			terms->plugin->interface->layer, &look.table, &look.error);
		if (look.answer == DEVICE_MAPPER_SEEN && !look.table.is_suspended &&
			terms->plugin->interface->below)
			look.answer = below_read(terms->asked.lvid, terms->plugin->interface->below,
				&look.table, &look.error);
		look.has_lines = look.answer == DEVICE_MAPPER_SEEN && !look.table.is_suspended &&
				 plugin_verifies(terms->plugin) &&
				 device_mapper_read_lines(&look.table, &look.lines, &error) == 0;
		is_news |= look_conclude(monitor->devices, &look, &monitor->log, true);
	}
	return is_news;
}

static void on_look(evutil_socket_t descriptor, short what, void *context)
{
	struct monitor *monitor = context;
	/* device_mapper_find_event knows the one device that there is. */
	const struct device_mapper_events events = {0};
	int64_t next_ms;

	(void)descriptor;
	(void)what;
	if (monitor->is_dirty)
		schedule_note_events(monitor->devices, &events);
	monitor->is_dirty = false;
	if (look_at_due(monitor))
		start_ms(monitor->news, 0);
	next_ms = schedule_next_ms(monitor->devices);
	if (next_ms < 0 || event_pending(monitor->look, EV_TIMEOUT, NULL))
		return;
	next_ms -= schedule_clock_ms();
	start_ms(monitor->look, next_ms < 0 ? 0 : next_ms);
}

struct monitor *monitor_create(struct operations *operations)
{
	model = (struct monitor){
		.devices = &operations->devices, .operations = operations, .is_dirty = true};
	model.look = event_new(operations->base, -1, 0, on_look, &model);
	model.news = event_new(operations->base, -1, 0, on_news, &model);
	if (model.look && model.news)
		return &model;
	monitor_destroy(&model);
	return NULL;
}

void monitor_destroy(struct monitor *monitor)
{
	if (monitor->look)
		event_free(monitor->look);
	if (monitor->news)
		event_free(monitor->news);
	monitor->look = monitor->news = NULL;
}

void monitor_note_event(void)
{
	model.is_dirty = true;
	if (model.look)
		wake(&model);
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
	(void)monitor;
	(void)device;
}

struct kernel_log_state monitor_read_log(struct monitor *monitor)
{
	return kernel_log_read(&monitor->log);
}

void monitor_note_copying(struct monitor *monitor, struct device *device)
{
	devices_lock(monitor->devices);
	device->watch.is_copying = !device->watch.has_news;
	devices_unlock(monitor->devices);
}

void monitor_set_command(struct monitor *monitor, struct device *device, bool is_running)
{
	devices_lock(monitor->devices);
	device->watch.has_command = is_running;
	if (is_running)
		device->watch.is_copying = false;
	else
		device->watch.ended++;
	devices_unlock(monitor->devices);
	if (is_running)
		wake(monitor);
}
