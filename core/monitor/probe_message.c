/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Questions to a prober and its answers, as bytes. */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libdevmapper.h>

#include "monitor/bytes.h"
#include "monitor/probe_message.h"
#include "monitor/survey.h"

#define TABLE_POOL_HINT 1024

/* What an answer about a device begins with. */
struct device_head {
	enum device_mapper_answer answer;
	int code; /* of the error */
	bool has_lines;
};

/* What stands before the strings of a table. */
struct table_head {
	uint64_t device;
	uint32_t event_number;
	bool is_suspended;
	bool is_other_layer;
	size_t target_count;
};

static bool set_string(char string[LVID_UUID_SIZE], const char *value)
{
	size_t length = strlen(value);

	if (length >= LVID_UUID_SIZE)
		return false;
	memcpy(string, value, length + 1);
	return true;
}

int probe_question_table(
	struct probe_question *question, const char *lvid, const char *layer, bool wants_lines)
{
	memset(question, 0, sizeof(*question));
	question->kind = PROBE_TABLE;
	question->has_layer = layer;
	question->wants_lines = wants_lines;
	return set_string(question->lvid, lvid) && set_string(question->layer, layer ? layer : "")
		       ? 0
		       : -E2BIG;
}

void probe_question_add_below(struct probe_question *question, const char *const *below)
{
	for (size_t i = 0; below && i < PLUGIN_BELOW_MAX && below[i]; i++)
		snprintf(question->below[i], PLUGIN_BELOW_SIZE, "%s", below[i]);
}

size_t probe_question_below(
	const struct probe_question *question, const char *patterns[PLUGIN_BELOW_MAX + 1])
{
	size_t count = 0;

	for (; count < PLUGIN_BELOW_MAX && question->below[count][0] != '\0'; count++)
		patterns[count] = question->below[count];
	patterns[count] = NULL;
	return count;
}

size_t probe_answer_size(const char *bytes, size_t length)
{
	uint64_t size;

	if (length < sizeof(size))
		return 0;
	memcpy(&size, bytes, sizeof(size));
	return size;
}

void probe_answer_add_list(
	struct buffer *text, int result, const struct device_mapper_events *events)
{
	size_t start = bytes_begin(text);

	buffer_add(text, &result, sizeof(result));
	if (result == 0) {
		buffer_add(text, &events->count, sizeof(events->count));
		buffer_add(text, events->list, events->count * sizeof(*events->list));
	}
	bytes_finish(text, start);
}

int probe_answer_read_list(const char *bytes, size_t size, struct device_mapper_events *events)
{
	struct bytes_reader reader = bytes_read(bytes, size);
	int result;

	*events = (struct device_mapper_events){0};
	bytes_take(&reader, &result, sizeof(result));
	if (reader.is_short)
		return -EBADMSG;
	if (result < 0)
		return result;
	bytes_take(&reader, &events->count, sizeof(events->count));
	if (reader.is_short || events->count > reader.left / sizeof(*events->list)) {
		events->count = 0;
		return -EBADMSG;
	}
	if (events->count == 0)
		return 0;
	events->list = calloc(events->count, sizeof(*events->list));
	if (!events->list) {
		events->count = 0;
		return -ENOMEM;
	}
	bytes_take(&reader, events->list, events->count * sizeof(*events->list));
	return 0;
}

static void add_table(struct buffer *text, const struct device_mapper_table *table)
{
	struct table_head head;

	/* Each byte of it is sent. */
	memset(&head, 0, sizeof(head));
	head.device = table->device;
	head.event_number = table->event_number;
	head.is_suspended = table->is_suspended;
	head.is_other_layer = table->is_other_layer;
	head.target_count = table->target_count;
	buffer_add(text, &head, sizeof(head));
	bytes_add_string(text, table->name);
	bytes_add_string(text, table->vg_name);
	bytes_add_string(text, table->lv_name);
	for (size_t i = 0; i < table->target_count; i++) {
		const struct lvmpolld_target *target = &table->targets[i];

		buffer_add(text, &target->start_sectors, sizeof(target->start_sectors));
		buffer_add(text, &target->length_sectors, sizeof(target->length_sectors));
		bytes_add_string(text, target->type);
		bytes_add_string(text, target->parameters);
		bytes_add_string(text, target->lv_name);
	}
}

void probe_answer_add_table(struct buffer *text, enum device_mapper_answer answer,
	const struct device_mapper_table *table, const struct device_mapper_table *lines,
	const struct lvmpolld_error *error)
{
	struct device_head head;
	size_t start;

	memset(&head, 0, sizeof(head));
	head.answer = answer;
	head.has_lines = lines;
	start = bytes_begin(text);
	if (answer == DEVICE_MAPPER_SEEN) {
		buffer_add(text, &head, sizeof(head));
		add_table(text, table);
		if (lines)
			add_table(text, lines);
	} else {
		head.code = error->code;
		buffer_add(text, &head, sizeof(head));
		bytes_add_string(text, error->sentence);
	}
	bytes_finish(text, start);
}

static void add_device(struct buffer *text, const struct survey_device *device)
{
	bytes_add_string(text, device->uuid);
	add_table(text, &device->table);
	buffer_add(text, &device->below_count, sizeof(device->below_count));
	for (size_t i = 0; i < device->below_count; i++)
		bytes_add_string(text, device->below[i]);
	buffer_add(text, &device->has_status, sizeof(device->has_status));
	if (device->has_status)
		add_table(text, &device->status);
}

void probe_answer_add_survey(struct buffer *text, const struct survey *survey)
{
	const bool is_there = survey;
	size_t start = bytes_begin(text);

	buffer_add(text, &is_there, sizeof(is_there));
	if (survey) {
		buffer_add(text, &survey->is_whole, sizeof(survey->is_whole));
		buffer_add(text, &survey->count, sizeof(survey->count));
		for (size_t i = 0; i < survey->count; i++)
			add_device(text, &survey->devices[i]);
	}
	bytes_finish(text, start);
}

/* A copy in TABLE's memory. A string that is missing stays so. */
static bool copy(struct device_mapper_table *table, const char *string, char **copied)
{
	*copied = string ? dm_pool_strdup(table->memory, string) : NULL;
	return !string || *copied;
}

static bool read_target(struct bytes_reader *reader, struct device_mapper_table *table,
	struct lvmpolld_target *target)
{
	char *type, *parameters, *lv_name;

	target->struct_size = sizeof(*target);
	bytes_take(reader, &target->start_sectors, sizeof(target->start_sectors));
	bytes_take(reader, &target->length_sectors, sizeof(target->length_sectors));
	if (!copy(table, bytes_take_string(reader), &type) ||
		!copy(table, bytes_take_string(reader), &parameters) ||
		!copy(table, bytes_take_string(reader), &lv_name))
		return false;
	target->lv_name = lv_name;
	target->type = type;
	target->parameters = parameters;
	return type && parameters;
}

static bool read_lines_of(struct bytes_reader *reader, struct device_mapper_table *table,
	const struct table_head *head)
{
	/* A line has more bytes than none: what counts more lines than bytes is no answer. */
	if (head->target_count > reader->left)
		return false;
	if (head->target_count == 0)
		return !reader->is_short;
	table->targets =
		dm_pool_zalloc(table->memory, head->target_count * sizeof(*table->targets));
	for (; table->targets && table->target_count < head->target_count; table->target_count++)
		if (!read_target(reader, table, &table->targets[table->target_count]))
			return false;
	return table->targets && !reader->is_short;
}

/* Returns false if it is not there, or out of memory: nothing is to be released then. */
static bool read_table(struct bytes_reader *reader, struct device_mapper_table *table)
{
	struct table_head head;

	bytes_take(reader, &head, sizeof(head));
	if (reader->is_short)
		return false;
	table->device = head.device;
	table->event_number = head.event_number;
	table->is_suspended = head.is_suspended;
	table->is_other_layer = head.is_other_layer;
	table->memory = dm_pool_create("table", TABLE_POOL_HINT);
	if (table->memory && copy(table, bytes_take_string(reader), &table->name) &&
		copy(table, bytes_take_string(reader), &table->vg_name) &&
		copy(table, bytes_take_string(reader), &table->lv_name) &&
		read_lines_of(reader, table, &head))
		return true;
	device_mapper_release_table(table);
	return false;
}

enum device_mapper_answer probe_answer_read_table(const char *bytes, size_t size,
	struct device_mapper_table *table, struct device_mapper_table *lines, bool *has_lines,
	struct lvmpolld_error *error)
{
	struct bytes_reader reader = bytes_read(bytes, size);
	struct device_head head;
	const char *sentence;

	memset(table, 0, sizeof(*table));
	memset(lines, 0, sizeof(*lines));
	*has_lines = false;
	bytes_take(&reader, &head, sizeof(head));
	if (reader.is_short) {
		error_set(error, EBADMSG, "a table of device-mapper cannot be read");
		return DEVICE_MAPPER_UNREADABLE;
	}
	if (head.answer != DEVICE_MAPPER_SEEN) {
		sentence = bytes_take_string(&reader);
		error_set(error, head.code, "%s", sentence ? sentence : "it cannot be read");
		return head.answer == DEVICE_MAPPER_GONE ? head.answer : DEVICE_MAPPER_UNREADABLE;
	}
	if (!read_table(&reader, table)) {
		error_set(error, ENOMEM, "a table of device-mapper cannot be kept: out of memory");
		return DEVICE_MAPPER_UNREADABLE;
	}
	*has_lines = head.has_lines && read_table(&reader, lines);
	return DEVICE_MAPPER_SEEN;
}

static bool read_below(struct bytes_reader *reader, struct survey_device *device)
{
	size_t count;

	bytes_take(reader, &count, sizeof(count));
	if (reader->is_short || count > SURVEY_BELOW_MAX)
		return false;
	for (; device->below_count < count; device->below_count++) {
		char *name;

		if (!copy(&device->table, bytes_take_string(reader), &name) || !name)
			return false;
		device->below[device->below_count] = name;
	}
	return true;
}

static bool read_status(struct bytes_reader *reader, struct survey_device *device)
{
	bool has_status = false;

	bytes_take(reader, &has_status, sizeof(has_status));
	device->has_status = !reader->is_short && has_status && read_table(reader, &device->status);
	return !reader->is_short && device->has_status == has_status;
}

/* Returns false if it is not there, or out of memory: nothing is to be released then. */
static bool read_device(struct bytes_reader *reader, struct survey_device *device)
{
	const char *uuid = bytes_take_string(reader);

	if (!uuid || !set_string(device->uuid, uuid) ||
		!lvid_read_uuid(device->uuid, device->lvid, &device->layer) ||
		!read_table(reader, &device->table))
		return false;
	if (device->table.vg_name && device->table.lv_name && read_below(reader, device) &&
		read_status(reader, device))
		return true;
	device_mapper_release_table(&device->table);
	return false;
}

struct survey *probe_answer_read_survey(const char *bytes, size_t size)
{
	struct bytes_reader reader = bytes_read(bytes, size);
	struct survey *survey;
	bool is_there, is_whole;
	size_t count;

	bytes_take(&reader, &is_there, sizeof(is_there));
	bytes_take(&reader, &is_whole, sizeof(is_whole));
	bytes_take(&reader, &count, sizeof(count));
	/* A device has more bytes than none. */
	if (reader.is_short || !is_there || count > reader.left)
		return NULL;
	survey = calloc(1, sizeof(*survey) + count * sizeof(survey->devices[0]));
	if (!survey)
		return NULL;
	survey->is_whole = is_whole;
	while (survey->count < count && read_device(&reader, &survey->devices[survey->count]))
		survey->count++;
	if (survey->count == count)
		return survey;
	survey_free(survey);
	return NULL;
}
