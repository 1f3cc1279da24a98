/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What device-mapper tells: events of all devices, and the table of one device. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <libdevmapper.h>
#include <linux/dm-ioctl.h>

#include "monitor/device_mapper.h"
#include "protocol/lvid.h"

#define CONTROL_DEVICE  "/dev/mapper/control"
#define TABLE_POOL_HINT 1024

/* The first version that has DM_DEV_ARM_POLL and event numbers in the list. */
#define EVENTS_MAJOR 4
#define EVENTS_MINOR 37

static void fill_ioctl(struct dm_ioctl *header)
{
	memset(header, 0, sizeof(*header));
	/* The oldest interface that all of these calls know; a newer kernel accepts it. */
	header->version[0] = EVENTS_MAJOR;
	header->data_size = sizeof(*header);
	header->data_start = sizeof(*header);
}

/*
 * The version is asked for without libdevmapper, which opens a descriptor of its own at the first
 * question, and does not mark it as close-on-exec: only probers have that, and start no children.
 */
int device_mapper_open(struct device_mapper *device_mapper, struct lvmpolld_error *error)
{
	struct dm_ioctl header;

	device_mapper->has_events = false;
	device_mapper->events = open(CONTROL_DEVICE, O_RDWR | O_CLOEXEC | O_NONBLOCK);
	if (device_mapper->events < 0)
		return error_set(error, errno, CONTROL_DEVICE ": %s", strerror(errno));
	fill_ioctl(&header);
	if (ioctl(device_mapper->events, DM_VERSION, &header) < 0) {
		error_set(error, errno, CONTROL_DEVICE ": cannot ask for the version: %s",
			strerror(errno));
		device_mapper_close(device_mapper);
		return -error->code;
	}
	device_mapper->has_events =
		header.version[0] > EVENTS_MAJOR ||
		(header.version[0] == EVENTS_MAJOR && header.version[1] >= EVENTS_MINOR);
	return 0;
}

void device_mapper_close(struct device_mapper *device_mapper)
{
	if (device_mapper->events >= 0)
		close(device_mapper->events);
	device_mapper->events = -1;
	dm_lib_release();
}

int device_mapper_begin(struct lvmpolld_error *error)
{
	struct dm_task *task = dm_task_create(DM_DEVICE_VERSION);

	if (!task)
		return error_set(error, EIO, "libdevmapper cannot use " CONTROL_DEVICE);
	dm_task_destroy(task);
	return 0;
}

int device_mapper_arm(const struct device_mapper *device_mapper)
{
	struct dm_ioctl header;

	fill_ioctl(&header);
	header.version[1] = EVENTS_MINOR;
	return ioctl(device_mapper->events, DM_DEV_ARM_POLL, &header) < 0 ? -errno : 0;
}

static int compare_events(const void *left, const void *right)
{
	const struct device_mapper_event *a = left, *b = right;

	return a->device < b->device ? -1 : a->device > b->device;
}

/* The event number follows the name, aligned to eight bytes. */
static uint32_t event_number_of(const struct dm_names *names)
{
	uintptr_t end = (uintptr_t)names->name + strlen(names->name) + 1;

	return *(const uint32_t *)((end + 7) & ~(uintptr_t)7);
}

/* NAMES are those of a task: DM_LIST_DEVICES. */
static int read_names(const struct dm_names *names, struct device_mapper_events *events)
{
	const struct dm_names *last = NULL;
	size_t count = 0;

	if (names->dev == 0)
		return 0;
	for (const struct dm_names *name = names; name != last; count++) {
		last = name;
		name = (const void *)((const char *)name + name->next);
	}
	events->list = calloc(count, sizeof(*events->list));
	if (!events->list)
		return -ENOMEM;
	for (last = NULL; names != last; events->count++) {
		events->list[events->count].device = names->dev;
		events->list[events->count].event_number = event_number_of(names);
		last = names;
		names = (const void *)((const char *)names + names->next);
	}
	qsort(events->list, events->count, sizeof(*events->list), compare_events);
	return 0;
}

int device_mapper_list(struct device_mapper_events *events)
{
	struct dm_task *task = dm_task_create(DM_DEVICE_LIST);
	struct dm_names *names;
	int result = -ENOMEM;

	events->count = 0;
	events->list = NULL;
	if (!task)
		return -ENOMEM;
	if (!dm_task_run(task)) {
		result = dm_task_get_errno(task) ? -dm_task_get_errno(task) : -EIO;
	} else {
		names = dm_task_get_names(task);
		if (names)
			result = read_names(names, events);
	}
	dm_task_destroy(task);
	return result;
}

bool device_mapper_find_event(
	const struct device_mapper_events *events, uint64_t device, uint32_t *event_number)
{
	const struct device_mapper_event wanted = {.device = device};
	const struct device_mapper_event *found;

	if (events->count == 0)
		return false;
	found = bsearch(
		&wanted, events->list, events->count, sizeof(*events->list), compare_events);
	if (found)
		*event_number = found->event_number;
	return found;
}

/* Copies the lines of TASK's table into the memory of TABLE. */
static int copy_targets(struct dm_task *task, struct device_mapper_table *table)
{
	void *next = NULL;
	uint64_t start, length;
	char *type, *parameters;
	size_t capacity = 0;

	do {
		next = dm_get_next_target(task, next, &start, &length, &type, &parameters);
		capacity++;
	} while (next);
	table->targets = dm_pool_zalloc(table->memory, capacity * sizeof(*table->targets));
	if (!table->targets)
		return -ENOMEM;
	do {
		struct lvmpolld_target *target = &table->targets[table->target_count];

		next = dm_get_next_target(task, next, &start, &length, &type, &parameters);
		if (!type)
			continue;
		target->struct_size = sizeof(*target);
		target->start_sectors = start;
		target->length_sectors = length;
		target->type = dm_pool_strdup(table->memory, type);
		target->parameters = dm_pool_strdup(table->memory, parameters ? parameters : "");
		if (!target->type || !target->parameters)
			return -ENOMEM;
		table->target_count++;
	} while (next);
	return 0;
}

/* Any name can be split: it fails when out of memory. */
static int copy_names(struct dm_task *task, struct device_mapper_table *table)
{
	const char *name = dm_task_get_name(task);
	char *layer;

	table->name = dm_pool_strdup(table->memory, name ? name : "");
	if (!table->name || (name && !dm_split_lvm_name(table->memory, name, &table->vg_name,
					     &table->lv_name, &layer)))
		return -ENOMEM;
	if (!name || !table->vg_name[0] || !table->lv_name[0])
		table->vg_name = table->lv_name = NULL;
	return 0;
}

static enum device_mapper_answer copy_table(struct dm_task *task, const struct dm_info *info,
	struct device_mapper_table *table, struct lvmpolld_error *error)
{
	memset(table, 0, sizeof(*table));
	table->memory = dm_pool_create("kernel table", TABLE_POOL_HINT);
	table->device = makedev(info->major, info->minor);
	table->event_number = info->event_nr;
	table->is_suspended = info->suspended;
	if (table->memory && copy_names(task, table) == 0 && copy_targets(task, table) == 0)
		return DEVICE_MAPPER_SEEN;
	device_mapper_release_table(table);
	error_set(error, ENOMEM, "out of memory");
	return DEVICE_MAPPER_UNREADABLE;
}

/* TASK has been told which device is meant, which is called WHAT in the error. */
static enum device_mapper_answer run_task(struct dm_task *task, const char *what,
	struct device_mapper_table *table, struct lvmpolld_error *error)
{
	struct dm_info info;

	/* Without flush: a device whose queue is stuck is not waited for. */
	if (!dm_task_no_flush(task) || !dm_task_no_open_count(task)) {
		error_set(error, ENOMEM, "out of memory");
		return DEVICE_MAPPER_UNREADABLE;
	}
	if (!dm_task_run(task)) {
		int code = dm_task_get_errno(task) ? dm_task_get_errno(task) : EIO;

		error_set(error, code, "the status of device %s cannot be read: %s", what,
			strerror(code));
		return code == ENXIO ? DEVICE_MAPPER_GONE : DEVICE_MAPPER_UNREADABLE;
	}
	if (!dm_task_get_info(task, &info)) {
		error_set(error, EIO, "the status of device %s cannot be read", what);
		return DEVICE_MAPPER_UNREADABLE;
	}
	return info.exists ? copy_table(task, &info, table, error) : DEVICE_MAPPER_GONE;
}

static enum device_mapper_answer run_status(struct dm_task *task, const char *uuid,
	struct device_mapper_table *table, struct lvmpolld_error *error)
{
	if (dm_task_set_uuid(task, uuid))
		return run_task(task, uuid, table, error);
	error_set(error, ENOMEM, "out of memory");
	return DEVICE_MAPPER_UNREADABLE;
}

static int read_again(int question, const struct device_mapper_table *table,
	struct device_mapper_table *lines, struct lvmpolld_error *error)
{
	struct dm_task *task = dm_task_create(question);
	enum device_mapper_answer answer = DEVICE_MAPPER_UNREADABLE;

	error_set(error, ENOMEM, "out of memory");
	if (task && dm_task_set_major_minor(
			    task, (int)major(table->device), (int)minor(table->device), 0))
		answer = run_task(task, table->name, lines, error);
	if (task)
		dm_task_destroy(task);
	return answer == DEVICE_MAPPER_SEEN ? 0 : -error->code;
}

int device_mapper_read_lines(const struct device_mapper_table *table,
	struct device_mapper_table *lines, struct lvmpolld_error *error)
{
	return read_again(DM_DEVICE_TABLE, table, lines, error);
}

int device_mapper_read_status(const struct device_mapper_table *table,
	struct device_mapper_table *status, struct lvmpolld_error *error)
{
	return read_again(DM_DEVICE_STATUS, table, status, error);
}

enum device_mapper_answer device_mapper_read_device(
	const char *uuid, struct device_mapper_table *table, struct lvmpolld_error *error)
{
	struct dm_task *task = dm_task_create(DM_DEVICE_STATUS);
	enum device_mapper_answer answer;

	if (!task) {
		error_set(error, ENOMEM, "out of memory");
		return DEVICE_MAPPER_UNREADABLE;
	}
	answer = run_status(task, uuid, table, error);
	dm_task_destroy(task);
	return answer;
}

static void copy_word(char *copy, size_t size, const char *word)
{
	snprintf(copy, size, "%s", word ? word : "");
}

enum device_mapper_answer device_mapper_identify(
	uint64_t number, char uuid[LVID_UUID_SIZE], char name[DEVICE_MAPPER_NAME_SIZE])
{
	struct dm_task *task = dm_task_create(DM_DEVICE_INFO);
	enum device_mapper_answer answer = DEVICE_MAPPER_UNREADABLE;
	struct dm_info info;

	if (task && dm_task_set_major_minor(task, (int)major(number), (int)minor(number), 0) &&
		dm_task_no_open_count(task)) {
		if (dm_task_run(task) && dm_task_get_info(task, &info)) {
			copy_word(uuid, LVID_UUID_SIZE, dm_task_get_uuid(task));
			copy_word(name, DEVICE_MAPPER_NAME_SIZE, dm_task_get_name(task));
			/* libdevmapper takes ENXIO for an answer to this question. */
			answer = info.exists ? DEVICE_MAPPER_SEEN : DEVICE_MAPPER_GONE;
		} else if (dm_task_get_errno(task) == ENXIO) {
			answer = DEVICE_MAPPER_GONE;
		}
	}
	if (task)
		dm_task_destroy(task);
	return answer;
}

/* Looks among all devices for one of LVID's, in whatever layer, and writes its UUID. */
static enum device_mapper_answer find_device(
	const char *lvid, char uuid[LVID_UUID_SIZE], struct lvmpolld_error *error)
{
	char name[DEVICE_MAPPER_NAME_SIZE];
	struct device_mapper_events events;
	int result = device_mapper_list(&events);
	enum device_mapper_answer answer = DEVICE_MAPPER_GONE;

	if (result < 0) {
		error_set(error, -result, "the devices cannot be listed: %s", strerror(-result));
		return DEVICE_MAPPER_UNREADABLE;
	}
	for (size_t i = 0; i < events.count && answer != DEVICE_MAPPER_SEEN; i++) {
		enum device_mapper_answer read =
			device_mapper_identify(events.list[i].device, uuid, name);

		if (read == DEVICE_MAPPER_SEEN && lvid_owns_uuid(lvid, uuid, NULL))
			answer = DEVICE_MAPPER_SEEN;
		else if (read == DEVICE_MAPPER_UNREADABLE)
			answer = DEVICE_MAPPER_UNREADABLE;
	}
	free(events.list);
	if (answer == DEVICE_MAPPER_UNREADABLE)
		error_set(error, EIO, "which devices there are cannot be read");
	return answer;
}

enum device_mapper_answer device_mapper_read_table(const char *lvid, const char *layer,
	struct device_mapper_table *table, struct lvmpolld_error *error)
{
	char uuid[LVID_UUID_SIZE];
	enum device_mapper_answer answer = DEVICE_MAPPER_GONE;

	if (layer) {
		lvid_format_uuid(lvid, layer, uuid);
		answer = device_mapper_read_device(uuid, table, error);
	}
	if (answer == DEVICE_MAPPER_GONE) {
		lvid_format_uuid(lvid, NULL, uuid);
		answer = device_mapper_read_device(uuid, table, error);
	}
	if (answer != DEVICE_MAPPER_GONE)
		return answer;
	/* lvm2 adds layers as it pleases: the volume is gone only where no device is its. */
	answer = find_device(lvid, uuid, error);
	if (answer == DEVICE_MAPPER_SEEN)
		answer = device_mapper_read_device(uuid, table, error);
	table->is_other_layer = true;
	return answer;
}

void device_mapper_release_table(struct device_mapper_table *table)
{
	if (table->memory)
		dm_pool_destroy(table->memory);
	table->memory = NULL;
}
