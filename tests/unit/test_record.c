/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Records: reading gives what was written; a damaged or changed record is refused. */
#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "records/record.h"
#include "suite.h"
#include "util/checksum.h"

#define LVID "VGuuid00000000000000000000000000LVuuid00000000000000000000000000"

#define BOOT_ID "0e5dbb25-0e4b-4ab9-9f64-0e2a8f1f4b4f"

#define PLAIN                                                                                      \
	{                                                                                          \
		.struct_size = sizeof(struct lvmpolld_request), .vg_name = "vg",                   \
		.lv_name = "pvmove0", .lvid = LVID, .interval = "15",                              \
	}
#define FULL                                                                                       \
	{                                                                                          \
		.struct_size = sizeof(struct lvmpolld_request), .vg_name = "vg-1.2_3+",            \
		.lv_name = "pvmove0", .lvid = LVID, .interval = "+3",                              \
		.system_dir = "/etc/my \"lvm\" \\ here", .devices_file = "some.devices",           \
		.abort = true, .handle_missing_pvs = true,                                         \
	}

static const struct record records[] = {
	{.request = PLAIN, .operation_name = "pvmove"},
	{.request = FULL,
		.operation_name = "convert",
		.is_being_aborted = true,
		.is_forgotten = true},
	{.request = PLAIN, .operation_name = "drain", .options = "mode=fast disk=/dev/\"sda"},
	{.request = PLAIN, .operation_name = "merge_thin", .command = RECORD_STARTING},
	{.request = FULL,
		.operation_name = "merge",
		.number = 4711,
		.accepted_s = 1795838400,
		.command = RECORD_RUNNING,
		.pid = 2147483647,
		.start_ticks = 9223372036854775807,
		.boot_id = BOOT_ID},
	{.request = PLAIN,
		.operation_name = "pvmove",
		.command = RECORD_STARTING,
		.step_vg_name = "renamed",
		.step_lv_name = "pvmove0"},
	/* A command that is left to end by itself. */
	{.request = PLAIN,
		.operation_name = "uncache",
		.command = RECORD_RUNNING,
		.command_name = "lvconvert",
		.is_command_abort = true,
		.pid = 4711,
		.start_ticks = 1,
		.boot_id = BOOT_ID},
	{.request = PLAIN,
		.operation_name = "uncache",
		.options = "how=splitcache",
		.command = RECORD_STARTING,
		.command_name = "lvchange"},
	/* What is known of the data that is copied. */
	{.request = PLAIN,
		.operation_name = "pvmove",
		.log_from = 4711,
		.is_begun_in_doubt = true,
		.log_boot_id = BOOT_ID,
		.table_before = UINT64_MAX,
		.table = UINT64_C(1) << 63},
	/* How its data was copied before it was started nobody knows. */
	{.request = PLAIN,
		.operation_name = "pvmove",
		.is_begun_in_doubt = true,
		.log_boot_id = BOOT_ID},
	/* The kernel's log could not be read. */
	{.request = PLAIN,
		.operation_name = "pvmove",
		.log_boot_id = BOOT_ID,
		.table_before = 1,
		.is_complete = true},
	{.request = PLAIN, .operation_name = "pvmove", .log_boot_id = BOOT_ID, .table = 7},
	/* It was begun by somebody else, and the log tells of no failure at all. */
	{.request = PLAIN,
		.operation_name = "pvmove",
		.is_begun_in_doubt = true,
		.log_boot_id = BOOT_ID},
	/* The device is gone. */
	{.request = PLAIN,
		.operation_name = "pvmove",
		.log_boot_id = BOOT_ID,
		.table_before = 1,
		.to_sectors = UINT64_C(1) << 40,
		.is_missed = true,
		.seen = {.moved_ms = 4711,
			.done = 250,
			.total = 1000,
			.is_in_parts = true,
			.is_stall_told = true,
			.disks = "-7:0=/dev/sda +7:1=/dev/sdb",
			.findings = "mismatches=8"},
		.seen_boot_id = "seen",
		.gone = {.is_read = true,
			.next = 200,
			.whole_from = 50,
			.failure_end = 170,
			.told_end = 150,
			.told_written_ms = 123456,
			.told_text = "I/O error, dev \"sdq\" \\x0a"}},
	{.request = PLAIN,
		.operation_name = "pvmove",
		.log_boot_id = BOOT_ID,
		.gone = {.is_read = true, .next = 1}},
};

static struct lvmpolld_error error;

/* What the checks below found, as a number of calls. */
static unsigned taken;
static bool was_being_aborted;

static char *format(const struct record *record, size_t *length)
{
	char *text;

	*length = 0;
	text = record_format(record, length);
	ck_assert_ptr_nonnull(text);
	ck_assert_uint_eq(strlen(text), *length);
	return text;
}

static int refuse(const struct record *record, void *context, struct lvmpolld_error *why)
{
	(void)record;
	(void)context;
	taken++;
	return error_set(why, EPERM, "refused");
}

static int accept_record(const struct record *record, void *context, struct lvmpolld_error *why)
{
	(void)context;
	(void)why;
	was_being_aborted = record->is_being_aborted;
	taken++;
	return 0;
}

static int parse(const char *text, size_t length)
{
	taken = 0;
	error.sentence[0] = '\0';
	return record_parse(text, length, accept_record, NULL, &error);
}

/* BODY with the checksum that is right for it: only what it says can be wrong. */
static int parse_body(const char *body)
{
	char text[2048];
	int length = snprintf(text, sizeof(text), "%schecksum = \"%016" PRIx64 "\"\n", body,
		checksum_add(CHECKSUM_START, body, strlen(body)));

	ck_assert_int_lt(length, (int)sizeof(text));
	return parse(text, (size_t)length);
}

static void assert_refused(int result, const char *words)
{
	ck_assert_int_eq(result, -error.code);
	ck_assert_int_lt(result, 0);
	ck_assert_uint_eq(taken, 0);
	ck_assert_ptr_nonnull(strstr(error.sentence, words));
}

static void compare_seen(const struct record *record, const struct record *expected)
{
	ck_assert_int_eq(record->seen.moved_ms, expected->seen.moved_ms);
	ck_assert_uint_eq(record->seen.done, expected->seen.done);
	ck_assert_uint_eq(record->seen.total, expected->seen.total);
	ck_assert_int_eq(record->seen.is_in_parts, expected->seen.is_in_parts);
	ck_assert_int_eq(record->seen.is_stall_told, expected->seen.is_stall_told);
	ck_assert_pstr_eq(record->seen.disks, expected->seen.disks);
	ck_assert_pstr_eq(record->seen.findings, expected->seen.findings);
	ck_assert_pstr_eq(record->seen_boot_id, expected->seen_boot_id);
}

static int compare(const struct record *record, void *context, struct lvmpolld_error *why)
{
	const struct record *expected = context;

	(void)why;
	ck_assert_str_eq(record->operation_name, expected->operation_name);
	ck_assert_str_eq(record->request.vg_name, expected->request.vg_name);
	ck_assert_str_eq(record->request.lv_name, expected->request.lv_name);
	ck_assert_str_eq(record->request.lvid, expected->request.lvid);
	ck_assert_str_eq(record->request.interval, expected->request.interval);
	ck_assert_pstr_eq(record->request.system_dir, expected->request.system_dir);
	ck_assert_pstr_eq(record->request.devices_file, expected->request.devices_file);
	ck_assert_int_eq(record->request.abort, expected->request.abort);
	ck_assert_int_eq(record->request.handle_missing_pvs, expected->request.handle_missing_pvs);
	ck_assert_int_eq(record->is_being_aborted, expected->is_being_aborted);
	ck_assert_int_eq(record->is_forgotten, expected->is_forgotten);
	ck_assert_int_eq(record->command, expected->command);
	ck_assert_int_eq(record->pid, expected->pid);
	ck_assert_uint_eq(record->start_ticks, expected->start_ticks);
	ck_assert_str_eq(record->operation_name, expected->operation_name);
	ck_assert_pstr_eq(record->options, expected->options);
	ck_assert_pstr_eq(record->boot_id, expected->boot_id);
	ck_assert_pstr_eq(record->command_name, expected->command_name);
	ck_assert_int_eq(record->is_command_abort, expected->is_command_abort);
	ck_assert_pstr_eq(record->step_vg_name, expected->step_vg_name);
	ck_assert_pstr_eq(record->step_lv_name, expected->step_lv_name);
	ck_assert_uint_eq(record->log_from, expected->log_from);
	ck_assert_int_eq(record->is_begun_in_doubt, expected->is_begun_in_doubt);
	ck_assert_pstr_eq(record->log_boot_id, expected->log_boot_id);
	ck_assert_uint_eq(record->table_before, expected->table_before);
	ck_assert_uint_eq(record->table, expected->table);
	ck_assert_uint_eq(record->to_sectors, expected->to_sectors);
	ck_assert_int_eq(record->is_complete, expected->is_complete);
	ck_assert_int_eq(record->is_missed, expected->is_missed);
	compare_seen(record, expected);
	ck_assert_int_eq(record->gone.is_read, expected->gone.is_read);
	ck_assert_uint_eq(record->gone.next, expected->gone.next);
	ck_assert_uint_eq(record->gone.whole_from, expected->gone.whole_from);
	ck_assert_uint_eq(record->gone.failure_end, expected->gone.failure_end);
	ck_assert_uint_eq(record->gone.told_end, expected->gone.told_end);
	ck_assert_int_eq(record->gone.told_written_ms, expected->gone.told_written_ms);
	ck_assert_str_eq(record->gone.told_text, expected->gone.told_text);
	taken++;
	return 0;
}

START_TEST(record_is_read_as_it_was_written)
{
	size_t length;
	char *text = format(&records[_i], &length);

	taken = 0;
	ck_assert_int_eq(record_parse(text, length, compare, (void *)&records[_i], &error), 0);
	ck_assert_uint_eq(taken, 1);
	free(text);
}
END_TEST

START_TEST(record_refused_by_the_taker_is_an_error)
{
	size_t length;
	char *text = format(&records[0], &length);

	ck_assert_int_eq(record_parse(text, length, refuse, NULL, &error), -EPERM);
	ck_assert_str_eq(error.sentence, "refused");
	free(text);
}
END_TEST

START_TEST(record_cut_off_is_refused_at_any_length)
{
	size_t length;
	char *text = format(&records[_i], &length);

	while (length > 0) {
		text[--length] = '\0';
		assert_refused(parse(text, length), "");
	}
	free(text);
}
END_TEST

START_TEST(record_with_any_changed_byte_is_refused)
{
	size_t length;
	char *text = format(&records[_i], &length);

	for (size_t i = 0; i < length; i++)
		for (int bit = 0; bit < 8; bit++) {
			text[i] = (char)(text[i] ^ 1 << bit);
			assert_refused(parse(text, length), "checksum");
			text[i] = (char)(text[i] ^ 1 << bit);
		}
	ck_assert_int_eq(parse(text, length), 0);
	free(text);
}
END_TEST

START_TEST(record_with_something_behind_it_is_refused)
{
	size_t length;
	char *text = format(&records[0], &length);
	char *longer = calloc(1, length + 2);

	ck_assert_ptr_nonnull(longer);
	memcpy(longer, text, length);
	longer[length] = '\n';
	assert_refused(parse(longer, length + 1), "checksum");
	free(longer);
	free(text);
}
END_TEST

#define HEAD  "version = 1\noperation = \"pvmove\"\n"
#define NAMES "lvid = \"" LVID "\"\nvgname = \"vg\"\nlvname = \"pvmove0\"\n"
#define TAIL  "interval = \"15\"\nlvm_command = \"none\"\n"

static const struct {
	const char *body;
	const char *words; /* of the error */
} wrong_bodies[] = {
	{"", "version"},
	{"version = {\n", "syntax"},
	{"operation = \"pvmove\"\n" NAMES TAIL, "version is"},
	{"version = 0\noperation = \"pvmove\"\n" NAMES TAIL, "version is 0, and 1 is understood"},
	{"version = 2\noperation = \"pvmove\"\n" NAMES TAIL, "version is 2, and 1 is understood"},
	{"version = \"1\"\noperation = \"pvmove\"\n" NAMES TAIL, "version is"},
	{"version = 1\n" NAMES TAIL, "field is missing"},
	{HEAD TAIL, "field is missing"},
	{HEAD NAMES "lvm_command = \"none\"\n", "field is missing"},
	{HEAD NAMES "interval = \"soon\"\nlvm_command = \"none\"\n", "field is missing"},
	{HEAD NAMES "interval = \"-1\"\nlvm_command = \"none\"\n", "field is missing"},
	{HEAD NAMES "interval = \"15\"\n", "lvm command"},
	{HEAD NAMES "interval = \"15\"\nlvm_command = \"sleeping\"\n", "lvm command"},
	{HEAD NAMES "interval = \"15\"\nlvm_command = \"running\"\n", "lvm command"},
	{HEAD NAMES "interval = \"15\"\nlvm_command = \"running\"\nlvm_command_pid = 1\n",
		"lvm command"},
	{HEAD NAMES "interval = \"15\"\nlvm_command = \"running\"\nlvm_command_pid = -5\n",
		"lvm command"},
	{HEAD NAMES "interval = \"15\"\nlvm_command = \"running\"\nlvm_command_pid = 2147483648\n",
		"lvm command"},
	{HEAD NAMES "interval = \"15\"\nlvm_command = \"starting\"\nlvm_command_name = \"a b\"\n",
		"lvm command"},
	{HEAD "lvid = \"short\"\nvgname = \"vg\"\nlvname = \"pvmove0\"\n" TAIL, "lvid"},
	{HEAD "lvid = \"" LVID "\"\nvgname = \"-Ay\"\nlvname = \"pvmove0\"\n" TAIL, "vgname"},
	{HEAD "lvid = \"" LVID "\"\nvgname = \"vg\"\nlvname = \"../../x\"\n" TAIL, "lvname"},
	{HEAD NAMES "sysdir = \"relative\"\n" TAIL, "sysdir"},
	{HEAD NAMES "devicesfile = \"/etc/shadow\"\n" TAIL, "devicesfile"},
};

START_TEST(record_that_makes_no_sense_is_refused)
{
	assert_refused(parse_body(wrong_bodies[_i].body), wrong_bodies[_i].words);
}
END_TEST

START_TEST(record_with_keys_of_a_later_daemon_is_read)
{
	ck_assert_int_eq(parse_body(HEAD NAMES TAIL), 0);
	ck_assert_int_eq(parse_body(HEAD NAMES TAIL "further = \"key\"\n"), 0);
	ck_assert_uint_eq(taken, 1);
}
END_TEST

/* It would end it with SIGTERM. */
START_TEST(record_of_another_command_is_for_no_daemon_that_knows_lvpoll_alone)
{
	const struct record record = {.request = PLAIN,
		.operation_name = "uncache",
		.command = _i == 1 ? RECORD_STARTING : RECORD_NO_COMMAND,
		.command_name = "lvconvert"};
	size_t length;
	char *text = format(&record, &length);

	ck_assert_ptr_nonnull(strstr(text, _i == 1 ? "\noperation = \"uncache with lvconvert\"\n"
						   : "\noperation = \"uncache\"\n"));
	ck_assert(!strstr(text, "lvm_command_name") == (_i == 0));
	free(text);
}
END_TEST

static const struct {
	const char *line;
	bool is_being_aborted;
} aborts[] = {{"", false}, {"being_aborted = 1\n", true}, {"displaced = 1\n", true}};

START_TEST(record_of_an_aborted_operation_is_known_by_the_key_of_previous_daemons_too)
{
	char body[512];

	snprintf(body, sizeof(body), HEAD NAMES TAIL "%s", aborts[_i].line);
	ck_assert_int_eq(parse_body(body), 0);
	ck_assert_int_eq(was_being_aborted, aborts[_i].is_being_aborted);
}
END_TEST

int main(void)
{
	const struct suite_test tests[] = {
		SUITE_LOOP(record_is_read_as_it_was_written, SUITE_COUNT(records)),
		SUITE_TEST(record_refused_by_the_taker_is_an_error),
		SUITE_LOOP(record_cut_off_is_refused_at_any_length, SUITE_COUNT(records)),
		SUITE_LOOP(record_with_any_changed_byte_is_refused, SUITE_COUNT(records)),
		SUITE_TEST(record_with_something_behind_it_is_refused),
		SUITE_LOOP(record_that_makes_no_sense_is_refused, SUITE_COUNT(wrong_bodies)),
		SUITE_TEST(record_with_keys_of_a_later_daemon_is_read),
		SUITE_LOOP(record_of_another_command_is_for_no_daemon_that_knows_lvpoll_alone, 2),
		SUITE_LOOP(
			record_of_an_aborted_operation_is_known_by_the_key_of_previous_daemons_too,
			SUITE_COUNT(aborts)),
	};

	return suite_run("record", tests, SUITE_COUNT(tests));
}
