/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The volumes below that of a scenario, read with the daemon's own code. */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

#include <libdevmapper.h>

#include "below.h"
#include "kernel.h"
#include "monitor/below_lines.h"
#include "protocol/lvid.h"
#include "world.h"

/* The minor number of the first; the others count on by their lines. */
#define FIRST_MINOR 100

static struct {
	const char *vg_name;
	const struct scenario_entry *status;
} shown;

const char *below_name(const char *line, size_t *length)
{
	line += strspn(line, " ");
	*length = strcspn(line, ": ");
	return *length > 0 && line[*length] == ':' ? line : NULL;
}

const char *below_text(const char *line)
{
	size_t length;
	const char *name = below_name(line, &length);

	if (!name)
		return line;
	return name + length + 1 + strspn(name + length + 1, " ");
}

bool below_is_same(const char *left, const char *right)
{
	size_t left_length, right_length;
	const char *left_name = below_name(left, &left_length);
	const char *right_name = below_name(right, &right_length);

	if (!left_name || !right_name)
		return left_name == right_name;
	return left_length == right_length && strncmp(left_name, right_name, left_length) == 0;
}

void below_show(const char *vg_name, const struct scenario_entry *status)
{
	shown.vg_name = vg_name;
	shown.status = status;
}

/* Whether item I is the first line of a volume below. */
static bool is_first(size_t i)
{
	const char *line = shown.status->items[i].text;
	size_t length;

	if (!below_name(line, &length))
		return false;
	for (size_t before = 0; before < i; before++)
		if (below_is_same(shown.status->items[before].text, line))
			return false;
	return true;
}

/* Writes the numbers of all of them, as a table names them. Returns false when out of memory. */
static bool name_all(struct device_mapper_table *lines)
{
	if (!dm_pool_begin_object(lines->memory, 256))
		return false;
	for (size_t i = 0; i < shown.status->count; i++) {
		char word[32];

		snprintf(word, sizeof(word), "%u:%zu ", major(lines->device), FIRST_MINOR + i);
		if (is_first(i) && !dm_pool_grow_object(lines->memory, word, 0))
			return false;
	}
	if (!dm_pool_grow_object(lines->memory, "", 1))
		return false;
	lines->targets->parameters = dm_pool_end_object(lines->memory);
	return true;
}

enum device_mapper_answer below_read(const char *lvid, const char *const *patterns,
	struct device_mapper_table *table, struct lvmpolld_error *error)
{
	struct lvmpolld_target target = {.struct_size = sizeof(target), .type = "of a scenario"};
	struct device_mapper_table lines = {
		.device = table->device, .targets = &target, .target_count = 1};
	enum device_mapper_answer answer = DEVICE_MAPPER_UNREADABLE;

	lines.memory = dm_pool_create("numbers", 256);
	if (lines.memory && name_all(&lines))
		answer = below_lines_read(lvid, patterns, table, &lines, error);
	else
		error_set(error, ENOMEM, "out of memory");
	if (lines.memory)
		dm_pool_destroy(lines.memory);
	return answer;
}

/* --- what core/monitor/device_mapper.c has --- */

enum device_mapper_answer device_mapper_identify(
	uint64_t number, char uuid[LVID_UUID_SIZE], char name[DEVICE_MAPPER_NAME_SIZE])
{
	struct dm_pool *memory = dm_pool_create("name", 256);
	size_t i = minor(number) - FIRST_MINOR, length;
	const char *line = shown.status->items[i].text;
	char lv_name[DEVICE_MAPPER_NAME_SIZE];
	const char *built = NULL;

	snprintf(lv_name, sizeof(lv_name), "%s", below_name(line, &length));
	lv_name[strcspn(lv_name, ":")] = '\0';
	if (memory)
		built = dm_build_dm_name(memory, shown.vg_name, lv_name, NULL);
	snprintf(name, DEVICE_MAPPER_NAME_SIZE, "%s", built ? built : "");
	if (memory)
		dm_pool_destroy(memory);
	/* Of the same group: the first half is the group's. */
	snprintf(uuid, LVID_UUID_SIZE, "LVM-%.32sKitVolumeBelow%018zu", WORLD_LVID, i);
	return strcmp(below_text(line), "gone") == 0 ? DEVICE_MAPPER_GONE : DEVICE_MAPPER_SEEN;
}

enum device_mapper_answer device_mapper_read_device(
	const char *uuid, struct device_mapper_table *table, struct lvmpolld_error *error)
{
	size_t i = strtoul(uuid + strlen(uuid) - 18, NULL, 10);
	const char *line = shown.status->items[i].text;
	char name[DEVICE_MAPPER_NAME_SIZE], ignored[LVID_UUID_SIZE];

	memset(table, 0, sizeof(*table));
	if (strcmp(below_text(line), "unreadable") == 0) {
		error_set(error, EIO, "the kernel does not answer about %.*s",
			(int)strcspn(line, ":"), line);
		return DEVICE_MAPPER_UNREADABLE;
	}
	table->device = makedev(253, (unsigned)(FIRST_MINOR + i));
	device_mapper_identify(table->device, ignored, name);
	table->is_suspended = strcmp(below_text(line), "suspended") == 0;
	if (kernel_fill(table, shown.status, line, name))
		return DEVICE_MAPPER_SEEN;
	device_mapper_release_table(table);
	error_set(error, ENOMEM, "out of memory");
	return DEVICE_MAPPER_UNREADABLE;
}
