/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Questions to a prober and its answers, as bytes: what was put in comes out, and nothing else. */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <libdevmapper.h>

#include "monitor/probe_message.h"
#include "monitor/survey.h"
#include "suite.h"

static struct buffer text;
static struct device_mapper_table table, lines;
static bool has_lines;
static struct lvmpolld_error error;

static void create_buffer(void)
{
	text = (struct buffer){0};
}

static void destroy_buffer(void)
{
	buffer_free(&text);
}

static struct lvmpolld_target targets[] = {
	{.struct_size = sizeof(struct lvmpolld_target),
		.start_sectors = 0,
		.length_sectors = 8192,
		.type = "mirror",
		.parameters = "2 7:0 7:1 5/100 1 AA 1 core"},
	{.struct_size = sizeof(struct lvmpolld_target),
		.start_sectors = 8192,
		.length_sectors = 1,
		.type = "linear",
		.parameters = "",
		.lv_name = "move_mimage_0"},
};

/* A device that is none of lvm2's: it has no names of lvm2's. */
static const struct device_mapper_table sent = {
	.device = 0xfd01,
	.event_number = 7,
	.is_suspended = true,
	.is_other_layer = true,
	.name = (char *)"vg-move",
	.target_count = 2,
	.targets = targets,
};

static enum device_mapper_answer read_table(size_t size)
{
	return probe_answer_read_table(
		buffer_bytes(&text), size, &table, &lines, &has_lines, &error);
}

static void release(void)
{
	device_mapper_release_table(&table);
	device_mapper_release_table(&lines);
}

static void assert_is_sent(const struct device_mapper_table *got)
{
	ck_assert_uint_eq(got->device, sent.device);
	ck_assert_uint_eq(got->event_number, sent.event_number);
	ck_assert(got->is_suspended);
	ck_assert(got->is_other_layer);
	ck_assert_str_eq(got->name, sent.name);
	ck_assert_ptr_null(got->vg_name);
	ck_assert_ptr_null(got->lv_name);
	ck_assert_uint_eq(got->target_count, sent.target_count);
	ck_assert_ptr_null(got->targets[0].lv_name);
	ck_assert_str_eq(got->targets[1].lv_name, "move_mimage_0");
	for (size_t i = 0; i < sent.target_count; i++) {
		ck_assert_uint_eq(got->targets[i].struct_size, sizeof(*targets));
		ck_assert_uint_eq(got->targets[i].start_sectors, targets[i].start_sectors);
		ck_assert_uint_eq(got->targets[i].length_sectors, targets[i].length_sectors);
		ck_assert_str_eq(got->targets[i].type, targets[i].type);
		ck_assert_str_eq(got->targets[i].parameters, targets[i].parameters);
	}
}

START_TEST(table_comes_out_as_it_was)
{
	probe_answer_add_table(&text, DEVICE_MAPPER_SEEN, &sent, NULL, &error);
	ck_assert_uint_eq(probe_answer_size(buffer_bytes(&text), text.length), text.length);
	ck_assert_int_eq(read_table(text.length), DEVICE_MAPPER_SEEN);
	ck_assert(!has_lines);
	assert_is_sent(&table);
	release();
}
END_TEST

START_TEST(lines_come_out_with_it)
{
	probe_answer_add_table(&text, DEVICE_MAPPER_SEEN, &sent, &sent, &error);
	ck_assert_int_eq(read_table(text.length), DEVICE_MAPPER_SEEN);
	ck_assert(has_lines);
	assert_is_sent(&table);
	assert_is_sent(&lines);
	release();
}
END_TEST

/* Of a prober that has died. Lines that are cut off are lines that could not be read. */
START_TEST(half_an_answer_is_none)
{
	size_t size;

	probe_answer_add_table(&text, DEVICE_MAPPER_SEEN, &sent, NULL, &error);
	size = text.length;
	for (size_t length = 0; length < size; length++)
		ck_assert_int_eq(read_table(length), DEVICE_MAPPER_UNREADABLE);
	ck_assert_uint_eq(probe_answer_size(buffer_bytes(&text), sizeof(uint64_t) - 1), 0);
	buffer_free(&text);
	probe_answer_add_table(&text, DEVICE_MAPPER_SEEN, &sent, &sent, &error);
	for (size_t length = size; length < text.length; length++) {
		ck_assert_int_eq(read_table(length), DEVICE_MAPPER_SEEN);
		ck_assert(!has_lines);
		release();
	}
}
END_TEST

START_TEST(error_comes_out_with_its_sentence)
{
	struct lvmpolld_error given;

	error_set(&given, EIO, "the disk is gone");
	probe_answer_add_table(&text, DEVICE_MAPPER_UNREADABLE, &sent, NULL, &given);
	ck_assert_int_eq(read_table(text.length), DEVICE_MAPPER_UNREADABLE);
	ck_assert_int_eq(error.code, EIO);
	ck_assert_str_eq(error.sentence, "the disk is gone");
	buffer_free(&text);
	probe_answer_add_table(&text, DEVICE_MAPPER_GONE, &sent, NULL, &given);
	ck_assert_int_eq(read_table(text.length), DEVICE_MAPPER_GONE);
}
END_TEST

START_TEST(list_comes_out_as_it_was)
{
	struct device_mapper_event list[] = {{.device = 1, .event_number = 2}, {.device = 3}};
	struct device_mapper_events events = {.count = 2, .list = list}, got;

	probe_answer_add_list(&text, 0, &events);
	for (size_t length = 0; length < text.length; length++)
		ck_assert_int_eq(
			probe_answer_read_list(buffer_bytes(&text), length, &got), -EBADMSG);
	ck_assert_int_eq(probe_answer_read_list(buffer_bytes(&text), text.length, &got), 0);
	ck_assert_uint_eq(got.count, 2);
	ck_assert_uint_eq(got.list[0].device, 1);
	ck_assert_uint_eq(got.list[0].event_number, 2);
	ck_assert_uint_eq(got.list[1].device, 3);
	free(got.list);
}
END_TEST

START_TEST(list_that_is_empty_or_failed)
{
	struct device_mapper_events events = {0}, got;

	probe_answer_add_list(&text, 0, &events);
	ck_assert_int_eq(probe_answer_read_list(buffer_bytes(&text), text.length, &got), 0);
	ck_assert_uint_eq(got.count, 0);
	buffer_free(&text);
	probe_answer_add_list(&text, -EIO, &events);
	ck_assert_int_eq(probe_answer_read_list(buffer_bytes(&text), text.length, &got), -EIO);
}
END_TEST

#define LVID "VGuuid00000000000000000000000000LVuuid00000000000000000000000000"

/* Two devices, of which the second lies on two volumes. */
static struct survey *make_survey(void)
{
	struct survey *survey = calloc(1, sizeof(*survey) + 2 * sizeof(survey->devices[0]));

	ck_assert_ptr_nonnull(survey);
	*survey = (struct survey){.is_whole = true, .count = 2};
	for (size_t i = 0; i < 2; i++) {
		struct survey_device *device = &survey->devices[i];

		device->table = sent;
		device->table.vg_name = (char *)"vg";
		device->table.lv_name = (char *)"move";
	}
	strcpy(survey->devices[0].uuid, "LVM-" LVID);
	strcpy(survey->devices[1].uuid, "LVM-" LVID "-real");
	survey->devices[1].below[0] = "move_mimage_0";
	survey->devices[1].below[1] = "move_mimagetmp_2";
	survey->devices[1].below_count = 2;
	survey->devices[1].status = survey->devices[1].table;
	survey->devices[1].has_status = true;
	return survey;
}

START_TEST(survey_comes_out_as_it_was)
{
	struct survey *given = make_survey(), *got;
	const struct survey_device *device;

	probe_answer_add_survey(&text, given);
	free(given);
	for (size_t length = 0; length < text.length; length++)
		ck_assert_ptr_null(probe_answer_read_survey(buffer_bytes(&text), length));
	got = probe_answer_read_survey(buffer_bytes(&text), text.length);
	ck_assert_ptr_nonnull(got);
	ck_assert(got->is_whole);
	ck_assert_uint_eq(got->count, 2);
	ck_assert_str_eq(got->devices[0].layer, "");
	ck_assert_uint_eq(got->devices[0].below_count, 0);
	device = &got->devices[1];
	ck_assert_str_eq(device->lvid, LVID);
	ck_assert_str_eq(device->layer, "real");
	ck_assert_str_eq(device->table.vg_name, "vg");
	ck_assert_str_eq(device->table.targets[0].parameters, targets[0].parameters);
	ck_assert_str_eq(device->below[0], "move_mimage_0");
	ck_assert_str_eq(device->below[1], "move_mimagetmp_2");
	ck_assert_ptr_null(device->below[2]);
	ck_assert(device->has_status && !got->devices[0].has_status);
	ck_assert_str_eq(device->status.targets[0].parameters, targets[0].parameters);
	survey_free(got);
}
END_TEST

START_TEST(no_survey_is_none)
{
	probe_answer_add_survey(&text, NULL);
	ck_assert_ptr_null(probe_answer_read_survey(buffer_bytes(&text), text.length));
}
END_TEST

/* Whoever has none of lvm2's names could not be asked about. */
START_TEST(survey_has_volumes_alone)
{
	struct survey *given = make_survey();

	given->devices[1].table.lv_name = NULL;
	probe_answer_add_survey(&text, given);
	free(given);
	ck_assert_ptr_null(probe_answer_read_survey(buffer_bytes(&text), text.length));
}
END_TEST

START_TEST(name_without_room_is_refused)
{
	struct probe_question question;
	char name[LVID_UUID_SIZE + 1];

	memset(name, 'a', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	ck_assert_int_eq(probe_question_table(&question, "id", name, false), -E2BIG);
	ck_assert_int_eq(probe_question_table(&question, name, NULL, false), -E2BIG);
	ck_assert_int_eq(probe_question_table(&question, "id", "pvmove", true), 0);
	ck_assert_str_eq(question.layer, "pvmove");
	ck_assert(question.has_layer && question.wants_lines);
}
END_TEST

START_TEST(patterns_of_volumes_below_come_out_as_they_were)
{
	static const char *const few[] = {"_rimage_*", "_rmeta_*", NULL};
	static const char *const most[] = {
		"_1", "_2", "_3", "_4", "_5", "_6", "_7", "_123456789012345678901234567890", NULL};
	const char *patterns[PLUGIN_BELOW_MAX + 1];
	struct probe_question question;

	ck_assert_int_eq(probe_question_table(&question, "id", NULL, false), 0);
	ck_assert_uint_eq(probe_question_below(&question, patterns), 0);
	ck_assert_ptr_null(patterns[0]);
	probe_question_add_below(&question, NULL);
	ck_assert_uint_eq(probe_question_below(&question, patterns), 0);
	probe_question_add_below(&question, few);
	ck_assert_uint_eq(probe_question_below(&question, patterns), 2);
	ck_assert_str_eq(patterns[1], "_rmeta_*");
	ck_assert_ptr_null(patterns[2]);
	probe_question_add_below(&question, most);
	ck_assert_uint_eq(probe_question_below(&question, patterns), PLUGIN_BELOW_MAX);
	ck_assert_str_eq(patterns[PLUGIN_BELOW_MAX - 1], most[PLUGIN_BELOW_MAX - 1]);
	ck_assert_ptr_null(patterns[PLUGIN_BELOW_MAX]);
}
END_TEST

int main(void)
{
	const struct suite_test tests[] = {
		SUITE_TEST(table_comes_out_as_it_was),
		SUITE_TEST(lines_come_out_with_it),
		SUITE_TEST(half_an_answer_is_none),
		SUITE_TEST(error_comes_out_with_its_sentence),
		SUITE_TEST(list_comes_out_as_it_was),
		SUITE_TEST(list_that_is_empty_or_failed),
		SUITE_TEST(survey_comes_out_as_it_was),
		SUITE_TEST(no_survey_is_none),
		SUITE_TEST(survey_has_volumes_alone),
		SUITE_TEST(name_without_room_is_refused),
		SUITE_TEST(patterns_of_volumes_below_come_out_as_they_were),
	};

	return suite_run_fixture(
		"probe message", tests, SUITE_COUNT(tests), create_buffer, destroy_buffer);
}
