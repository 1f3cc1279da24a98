/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* All devices that are lvm2's, with their tables. */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <libdevmapper.h>

#include "monitor/below.h"
#include "monitor/survey.h"
#include "protocol/request_parameters.h"

static bool is_known(const struct survey_device *device, const char *lv_name)
{
	for (size_t i = 0; i < device->below_count; i++)
		if (!strcmp(device->below[i], lv_name))
			return true;
	return false;
}

/*
 * NUMBER is one of device-mapper's devices: where it is a volume of the same group it is told.
 * Returns false where it could not be found out.
 */
static bool add_below(struct survey_device *device, uint64_t number)
{
	char uuid[LVID_UUID_SIZE], name[DEVICE_MAPPER_NAME_SIZE], lvid[LVM_NAMES_LVID_LENGTH + 1];
	char *vg_name, *lv_name, *layer;
	enum device_mapper_answer answer = device_mapper_identify(number, uuid, name);

	if (device->below_count == SURVEY_BELOW_MAX || answer != DEVICE_MAPPER_SEEN ||
		!lvid_read_uuid(uuid, lvid, NULL) || !lvid_is_in_group(lvid, device->lvid))
		return answer != DEVICE_MAPPER_UNREADABLE;
	if (!dm_split_lvm_name(device->table.memory, name, &vg_name, &lv_name, &layer))
		return false;
	if (!strcmp(vg_name, device->table.vg_name) && !is_known(device, lv_name))
		device->below[device->below_count++] = lv_name;
	return true;
}

/* Returns false as add_below. */
static bool add_all_below(struct survey_device *device)
{
	struct below_words words = {.table = &device->table};
	bool is_whole = true;
	uint64_t number;

	while (below_next_number(&words, &number))
		is_whole = add_below(device, number) && is_whole;
	return is_whole;
}

static bool has_good_names(const struct survey_device *device)
{
	const struct lvmpolld_request request = {
		.vg_name = device->table.vg_name,
		.lv_name = device->table.lv_name,
		.lvid = device->lvid,
	};
	struct lvmpolld_error error;

	return request.vg_name && request.lv_name &&
	       request_parameters_check(&request, &error) == 0;
}

/* Another device may have the number by now: then table and names are of two devices. */
static bool is_still(const struct survey_device *device, uint64_t number)
{
	char uuid[LVID_UUID_SIZE], name[DEVICE_MAPPER_NAME_SIZE];

	return device_mapper_identify(number, uuid, name) == DEVICE_MAPPER_SEEN &&
	       !strcmp(uuid, device->uuid) && !strcmp(name, device->table.name);
}

/* Without it the device is told all the same. A suspended one may be about to change. */
static void add_status(struct survey_device *device)
{
	struct lvmpolld_error error;

	device->has_status =
		!device->table.is_suspended &&
		device_mapper_read_status(&device->table, &device->status, &error) == 0;
}

static void drop(struct survey_device *device)
{
	device_mapper_release_table(&device->status);
	device_mapper_release_table(&device->table);
	*device = (struct survey_device){.below_count = 0};
}

/* Looks at device NUMBER, which is added where it is a volume's. */
static void look_at(struct survey *survey, uint64_t number, bool wants_status)
{
	const struct device_mapper_table wanted = {.device = number, .name = (char *)""};
	struct survey_device *device = &survey->devices[survey->count];
	char name[DEVICE_MAPPER_NAME_SIZE];
	struct lvmpolld_error error;
	enum device_mapper_answer answer = device_mapper_identify(number, device->uuid, name);

	if (answer == DEVICE_MAPPER_UNREADABLE)
		survey->is_whole = false;
	if (answer != DEVICE_MAPPER_SEEN ||
		!lvid_read_uuid(device->uuid, device->lvid, &device->layer))
		return;
	if (device_mapper_read_lines(&wanted, &device->table, &error) < 0) {
		survey->is_whole = survey->is_whole && error.code == ENXIO;
		return;
	}
	if (has_good_names(device)) {
		if (wants_status)
			add_status(device);
		if (add_all_below(device) && is_still(device, number)) {
			survey->count++;
			return;
		}
		/* What it is now is not known. */
		survey->is_whole = false;
	}
	drop(device);
}

struct survey *survey_make(bool wants_status)
{
	struct device_mapper_events events = {0};
	bool is_listed = device_mapper_list(&events) == 0;
	struct survey *survey =
		calloc(1, sizeof(*survey) + events.count * sizeof(survey->devices[0]));

	if (survey)
		survey->is_whole = is_listed;
	for (size_t i = 0; survey && i < events.count; i++)
		look_at(survey, events.list[i].device, wants_status);
	free(events.list);
	return survey;
}

void survey_free(struct survey *survey)
{
	if (!survey)
		return;
	for (size_t i = 0; i < survey->count; i++)
		drop(&survey->devices[i]);
	free(survey);
}
