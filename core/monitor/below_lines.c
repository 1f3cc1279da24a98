/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads the lines of volumes below a volume. */
#include "config.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/sysmacros.h>

#include <libdevmapper.h>

#include "monitor/below.h"
#include "monitor/below_lines.h"
#include "protocol/lvid.h"

/* What is read so far. */
struct reading {
	const char *lvid;
	const char *const *patterns;
	struct device_mapper_table *table;
	uint64_t read[BELOW_MAX]; /* the devices whose lines are in TABLE */
	size_t count;
	struct lvmpolld_error *error;
};

/* A device below, as it was identified. */
struct identified {
	uint64_t number;
	char uuid[LVID_UUID_SIZE];
	char name[DEVICE_MAPPER_NAME_SIZE];
};

static int refuse(const struct reading *reading, uint64_t number, const char *why)
{
	return error_set(reading->error, EAGAIN, "device %u:%u below it cannot be read: %s",
		major(number), minor(number), why);
}

static int refuse_memory(const struct reading *reading)
{
	return error_set(reading->error, ENOMEM, "out of memory");
}

/* Copies the lines of BELOW behind those of the table. */
static int add_lines(const struct reading *reading, const struct device_mapper_table *below)
{
	struct device_mapper_table *table = reading->table;
	size_t count = table->target_count + below->target_count;
	struct lvmpolld_target *targets =
		dm_pool_alloc(table->memory, (count + 1) * sizeof(*targets));
	const char *lv_name = dm_pool_strdup(table->memory, below->lv_name);

	if (!targets || !lv_name)
		return refuse_memory(reading);
	memcpy(targets, table->targets, table->target_count * sizeof(*targets));
	table->targets = targets;
	for (size_t i = 0; i < below->target_count; i++) {
		struct lvmpolld_target *target = &targets[table->target_count];

		*target = below->targets[i];
		target->lv_name = lv_name;
		target->type = dm_pool_strdup(table->memory, target->type);
		target->parameters = dm_pool_strdup(table->memory, target->parameters);
		if (!target->type || !target->parameters)
			return refuse_memory(reading);
		table->target_count++;
	}
	return 0;
}

/* Another device may have the number by now, or this one another name. */
static bool is_still(const struct device_mapper_table *below, const struct identified *identified)
{
	return below->device == identified->number && !strcmp(below->name, identified->name) &&
	       below->lv_name;
}

/* It is asked for by its UUID, so that the lines are those of no other device. */
static int read_one(struct reading *reading, const struct identified *identified)
{
	struct device_mapper_table below;
	enum device_mapper_answer answer;
	int result;

	if (reading->count == BELOW_MAX)
		return error_set(
			reading->error, E2BIG, "more than %d devices are below it", BELOW_MAX);
	answer = device_mapper_read_device(identified->uuid, &below, reading->error);
	if (answer != DEVICE_MAPPER_SEEN)
		return answer == DEVICE_MAPPER_GONE
			       ? refuse(reading, identified->number, "it has gone meanwhile")
			       : -reading->error->code;
	if (!is_still(&below, identified))
		result = refuse(reading, identified->number, "it has changed meanwhile");
	else
		result = add_lines(reading, &below);
	/* It may be about to change. */
	reading->table->is_suspended |= below.is_suspended;
	reading->read[reading->count++] = identified->number;
	device_mapper_release_table(&below);
	return result;
}

static bool is_read(const struct reading *reading, uint64_t number)
{
	for (size_t i = 0; i < reading->count; i++)
		if (reading->read[i] == number)
			return true;
	return false;
}

static bool is_of_group(const struct reading *reading, const char *uuid)
{
	char lvid[LVM_NAMES_LVID_LENGTH + 1];

	return lvid_read_uuid(uuid, lvid, NULL) && lvid_is_in_group(lvid, reading->lvid);
}

/* Reads device NUMBER, which the table names, where it was asked for. */
static int read_number(struct reading *reading, uint64_t number)
{
	struct identified identified = {.number = number};
	char *vg_name, *lv_name, *layer;

	/* The table has it: where it is not there, the table is another one by now. */
	if (device_mapper_identify(number, identified.uuid, identified.name) != DEVICE_MAPPER_SEEN)
		return refuse(reading, number, "which one it is cannot be told");
	if (!is_of_group(reading, identified.uuid))
		return 0;
	if (!dm_split_lvm_name(reading->table->memory, identified.name, &vg_name, &lv_name, &layer))
		return refuse_memory(reading);
	switch (below_match(reading->patterns, reading->table->lv_name, lv_name)) {
	case BELOW_NAMED:
		return read_one(reading, &identified);
	case BELOW_UNCLEAR:
		return refuse(reading, number, "its name is not that of a volume below this one");
	case BELOW_OTHER:
		break;
	}
	return 0;
}

enum device_mapper_answer below_lines_read(const char *lvid, const char *const *patterns,
	struct device_mapper_table *table, const struct device_mapper_table *lines,
	struct lvmpolld_error *error)
{
	struct reading reading = {
		.lvid = lvid, .patterns = patterns, .table = table, .error = error};
	struct below_words words = {.table = lines};
	uint64_t number;

	if (!table->lv_name) {
		error_set(error, EINVAL, "what is below it cannot be read: %s is no name of lvm2's",
			table->name);
		return DEVICE_MAPPER_UNREADABLE;
	}
	while (!table->is_suspended && below_next_number(&words, &number))
		if (!is_read(&reading, number) && read_number(&reading, number) < 0)
			return DEVICE_MAPPER_UNREADABLE;
	return DEVICE_MAPPER_SEEN;
}
