/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A watched device, at a kernel that shows what a test wants. */
#ifndef TESTS_UNIT_LOOK_FIXTURE_H
#define TESTS_UNIT_LOOK_FIXTURE_H

#include <string.h>

#include "monitor/device_mapper.h"
#include "monitor/look.h"
#include "operation_fixture.h"
#include "suite.h"

static struct devices devices;

/* What the kernel and the plugin say at the next look. */
static enum device_mapper_answer answer;
static enum lvmpolld_verdict verdict;
static bool is_suspended, is_other_layer, is_told_other_layer;
static uint32_t shown_event;
static size_t target_count; /* 0 or 1 */
static struct lvmpolld_target line;
/* What happens to the volume while the kernel is asked; or NULL. */
static void (*meanwhile)(void);
static uint64_t done_sectors, step_sectors;
static unsigned tables_read;
static bool is_percent_alone; /* the plugin tells no sectors */

#define TOTAL_SECTORS 1000

/* In place of device-mapper's own. */
void device_mapper_release_table(struct device_mapper_table *table)
{
	(void)table;
}

/* The kernel's log is read after the table, which has been read by then. */
static struct kernel_log kernel_log;

struct kernel_log_state kernel_log_read(struct kernel_log *log)
{
	ck_assert_ptr_eq(log, &kernel_log);
	log->state.next = tables_read;
	return log->state;
}

/* Whether what "dmsetup table" shows could be read. */
static bool has_lines;

bool device_mapper_find_event(
	const struct device_mapper_events *events, uint64_t device, uint32_t *event_number)
{
	(void)events;
	(void)device;
	(void)event_number;
	return false;
}

/* What the plugin was given as its handle. */
static const void *given_handle;

/* The phase that the plugin tells; where it is 0, it tells none. */
static unsigned told_phase;

static enum lvmpolld_verdict read_targets(const struct lvmpolld_request *request,
	const struct lvmpolld_target *targets, size_t count, struct lvmpolld_progress *progress)
{
	is_told_other_layer = request->other_layer;
	given_handle = request->handle;
	(void)targets;
	(void)count;
	if (is_percent_alone) {
		progress->percent = 100.0 * (double)done_sectors / TOTAL_SECTORS;
	} else {
		progress->done_sectors = done_sectors;
		progress->total_sectors = TOTAL_SECTORS;
	}
	progress->step_sectors = step_sectors;
	if (told_phase > 0)
		progress->phase = told_phase;
	return verdict;
}

static const struct lvmpolld_plugin looking_plugin = {
	LVMPOLLD_PLUGIN_HEADER,
	.name = "looking",
	.operation = "looking",
	.description = "Says what a test wants",
	.read_targets = read_targets,
};

static struct plugin_entry looking_entry = {
	.name = (char *)"looking",
	.interface = &looking_plugin,
};

static struct device *device;

static void create_device(void)
{
	struct terms *terms = fixture_terms_of(&looking_entry, 1, 1, false, "15", NULL);

	ck_assert_int_eq(devices_init(&devices), 0);
	looking_entry.stall_check_s = 0;
	done_sectors = step_sectors = 0;
	shown_event = 0;
	target_count = 1;
	line = (struct lvmpolld_target){.type = "mirror"};
	is_suspended = is_other_layer = is_percent_alone = false;
	meanwhile = NULL;
	device = devices_get(&devices, terms);
	ck_assert_ptr_nonnull(device);
	terms_release(terms);
}

static void destroy_device(void)
{
	devices_remove(&devices, device);
	devices_destroy(&devices);
}

static void watch(void)
{
	devices_lock(&devices);
	devices_watch_locked(&devices, device);
	devices_unlock(&devices);
}

/* It copies, and that is known. */
static void settle(void)
{
	devices_lock(&devices);
	device->watch.is_copying = true;
	devices_unlock(&devices);
}

static void show(enum lvmpolld_verdict given)
{
	answer = DEVICE_MAPPER_SEEN;
	verdict = given;
}

/* A look at each device that is due, with the answer that was set. Returns whether there is news.
 */
static bool look_at_due(void)
{
	struct look_begun begun;
	bool has_news = false;

	while (look_take_due(&devices, &begun)) {
		struct look look = {.begun = begun};

		if (meanwhile)
			meanwhile();
		tables_read++;
		look.answer = answer;
		look.table.is_suspended = is_suspended;
		look.table.is_other_layer = is_other_layer;
		look.table.event_number = shown_event;
		look.table.target_count = target_count;
		look.table.targets = &line;
		look.has_lines = has_lines;
		has_news |= look_conclude(&devices, &look, &kernel_log, true);
	}
	return has_news;
}

static void want_look(void)
{
	devices_lock(&devices);
	device->watch.is_look_wanted = true;
	devices_unlock(&devices);
}

static bool look_now(void)
{
	want_look();
	return look_at_due();
}

/* One look, at which the kernel shows the device and the plugin gives that verdict. */
static bool look_and_see(enum lvmpolld_verdict given)
{
	show(given);
	return look_now();
}

#endif
