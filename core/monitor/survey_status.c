/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The status that a plugin's claims gets of a device: its own, and that of volumes below it. */
#include "config.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "monitor/below.h"
#include "monitor/survey_status.h"
#include "protocol/lvid.h"

/* The volumes below a device whose lines count. */
struct found {
	const struct survey_device *devices[BELOW_MAX];
	size_t count;
	size_t target_count; /* of all of them */
};

/* There may be thousands, each of which is asked about. */
static const struct survey_device *find(const struct survey *survey, uint64_t number)
{
	size_t first = 0, end = survey->count;

	while (first < end) {
		size_t middle = first + (end - first) / 2;

		if (survey->devices[middle].table.device < number)
			first = middle + 1;
		else
			end = middle;
	}
	return first < survey->count && survey->devices[first].table.device == number
		       ? &survey->devices[first]
		       : NULL;
}

/* Returns false where it is one too many, or was not read. */
static bool add(struct found *found, const struct survey_device *device)
{
	for (size_t i = 0; i < found->count; i++)
		if (found->devices[i] == device)
			return true;
	if (found->count == BELOW_MAX || !device->has_status)
		return false;
	found->devices[found->count++] = device;
	found->target_count += device->status.target_count;
	return true;
}

/* Returns false where it cannot be told which there are, or one was not read. */
static bool find_below(const struct survey *survey, const struct survey_device *device,
	const char *const *below, struct found *found)
{
	struct below_words words = {.table = &device->table};
	uint64_t number;

	while (below_next_number(&words, &number)) {
		const struct survey_device *other = find(survey, number);
		enum below_match match = BELOW_OTHER;

		/* None of lvm2's, where all of these were read. */
		if (!other && !survey->is_whole)
			return false;
		if (other && lvid_is_in_group(other->lvid, device->lvid))
			match = below_match(below, device->table.lv_name, other->table.lv_name);
		if (match == BELOW_UNCLEAR || (match == BELOW_NAMED && !add(found, other)))
			return false;
	}
	return true;
}

static void copy_lines(
	struct survey_status *status, const struct device_mapper_table *table, const char *lv_name)
{
	for (size_t i = 0; i < table->target_count; i++) {
		status->memory[status->count] = table->targets[i];
		status->memory[status->count++].lv_name = lv_name;
	}
}

struct survey_status survey_status_make(
	const struct survey *survey, const struct survey_device *device, const char *const *below)
{
	struct survey_status status = {0};
	struct found found = {.count = 0};

	if (!device->has_status)
		return status;
	if (!below)
		return (struct survey_status){
			.targets = device->status.targets, .count = device->status.target_count};
	if (!find_below(survey, device, below, &found))
		return status;
	status.memory = calloc(
		device->status.target_count + found.target_count + 1, sizeof(*status.memory));
	if (!status.memory)
		return status;
	copy_lines(&status, &device->status, NULL);
	for (size_t i = 0; i < found.count; i++)
		copy_lines(&status, &found.devices[i]->status, found.devices[i]->table.lv_name);
	status.targets = status.memory;
	return status;
}

void survey_status_free(struct survey_status *status)
{
	free(status->memory);
	*status = (struct survey_status){0};
}
