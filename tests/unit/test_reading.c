/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading records: one at which daemons die is set aside, and the others are read. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "records/directory.h"
#include "records/reading.h"
#include "records/unusable.h"
#include "scratch.h"
#include "suite.h"

/* The last character of the lvid tells them apart; they are read in this order. */
#define LVID_COUNT 3
static const char *const lvids[LVID_COUNT] = {
	"VGuuid00000000000000000000000000LVuuid0000000000000000000000000a",
	"VGuuid00000000000000000000000000LVuuid0000000000000000000000000b",
	"VGuuid00000000000000000000000000LVuuid0000000000000000000000000c",
};

static struct record_directory directory;
static struct lvmpolld_error error;
static const char *deadly; /* the lvid at which whoever takes its record dies; or NULL */
static size_t taken;

static struct record make_record(size_t i)
{
	return (struct record){
		.request = {.struct_size = sizeof(struct lvmpolld_request),
			.vg_name = "vg",
			.lv_name = "pvmove0",
			.lvid = lvids[i],
			.interval = "15"},
		.operation_name = "pvmove",
	};
}

static void setup(void)
{
	scratch_create();
	deadly = NULL;
	ck_assert_int_eq(record_directory_open(&directory, scratch_path("state"), &error), 0);
	for (size_t i = 0; i < LVID_COUNT; i++) {
		const struct record record = make_record(i);

		ck_assert_int_eq(record_write(&directory, &record, &error), 0);
	}
}

static void teardown(void)
{
	record_directory_close(&directory);
	scratch_remove();
}

static int take(const struct record *record, void *context, struct lvmpolld_error *unused)
{
	(void)context;
	(void)unused;
	if (deadly && !strcmp(record->request.lvid, deadly))
		_exit(1);
	return 0;
}

static int read_all(void)
{
	return record_read_all(&directory, take, NULL, &taken, &error);
}

/* As a daemon that dies of the record. */
static void die_reading(size_t i)
{
	pid_t child;
	int status;

	deadly = lvids[i];
	child = fork();
	ck_assert_int_ge(child, 0);
	if (child == 0)
		_exit(read_all() < 0 ? 3 : 2);
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_int_eq(WEXITSTATUS(status), 1);
	deadly = NULL;
}

static mode_t mode_of(size_t i)
{
	const struct record record = make_record(i);
	char name[NAME_MAX];
	struct stat status;

	record_make_name(&record.request, name, sizeof(name));
	ck_assert_int_eq(fstatat(directory.descriptor, name, &status, 0), 0);
	return status.st_mode & 07777;
}

/* Leaves the records of whom it is called with, and counts those that were left. */
static int leave(const struct record *record, void *context, struct lvmpolld_error *reason)
{
	(void)context;
	(void)reason;
	record_leave(&directory, &record->request);
	return 0;
}

static int count_left(const struct record *record, void *context, struct lvmpolld_error *reason)
{
	(void)reason;
	ck_assert_str_eq(record->request.lvid, context);
	taken++;
	return 0;
}

static size_t read_left(size_t i)
{
	taken = 0;
	ck_assert_int_eq(
		record_read_left(&directory, lvids[i], count_left, (void *)(uintptr_t)lvids[i]), 0);
	return taken;
}

START_TEST(what_is_left_is_found_by_its_volume_until_it_is_forgotten)
{
	ck_assert_uint_eq(read_left(0), 0);
	ck_assert_int_eq(record_read_all(&directory, leave, NULL, &taken, &error), 0);
	ck_assert_int_eq(read_all(), 0);
	ck_assert_uint_eq(taken, 0);
	ck_assert_uint_eq(read_left(0), 1);
	ck_assert(!record_is_unusable(&directory, lvids[0], false));
	record_forget_left(&directory, lvids[0]);
	ck_assert_uint_eq(read_left(0), 0);
	ck_assert_uint_eq(read_left(1), 1);
	record_forget_left(&directory, lvids[1]);
	record_forget_left(&directory, lvids[2]);
	ck_assert_int_lt(access(scratch_path("state.left"), F_OK), 0);
}
END_TEST

START_TEST(what_is_left_and_cannot_be_read_is_not_passed_over)
{
	const struct record record = make_record(0);
	char name[NAME_MAX] = "state.left/";

	ck_assert_int_eq(mkdir(scratch_path("state.left"), 0700), 0);
	record_make_name(&record.request, name + strlen(name), sizeof(name) - strlen(name));
	ck_assert_int_eq(mkdir(scratch_path(name), 0700), 0);
	ck_assert_int_lt(record_read_left(&directory, lvids[0], count_left, NULL), 0);
	ck_assert_uint_eq(read_left(1), 0);
}
END_TEST

START_TEST(reading_sets_aside_what_three_have_died_of)
{
	for (int i = 0; i < 3; i++)
		die_reading(1);
	ck_assert(!record_is_unusable(&directory, lvids[1], false));
	deadly = lvids[1];
	ck_assert_int_eq(read_all(), 0);
	ck_assert_uint_eq(taken, 2);
	ck_assert(record_is_unusable(&directory, lvids[1], false));
	ck_assert(!record_is_unusable(&directory, lvids[1], true));
	ck_assert(!record_is_unusable(&directory, lvids[0], false));
	record_forget_unusable(&directory, lvids[1], true);
	ck_assert(record_is_unusable(&directory, lvids[1], false));
	record_forget_unusable(&directory, lvids[1], false);
	ck_assert(!record_is_unusable(&directory, lvids[1], false));
}
END_TEST

/* A kill at an unlucky moment counts for the record that was read then, and for it alone. */
START_TEST(reading_counts_each_record_for_itself)
{
	for (size_t i = 0; i < LVID_COUNT; i++)
		for (int deaths = 0; deaths < 2; deaths++)
			die_reading(i);
	ck_assert_int_eq(read_all(), 0);
	ck_assert_uint_eq(taken, LVID_COUNT);
	for (size_t i = 0; i < LVID_COUNT; i++)
		ck_assert_uint_eq(mode_of(i), 0600);
}
END_TEST

/* The count is in the mode, as the mark of a record whose successor could not be written. */
START_TEST(reading_keeps_the_mark_of_an_old_record)
{
	const struct record record = make_record(0);
	char name[NAME_MAX];

	record_make_name(&record.request, name, sizeof(name));
	ck_assert_int_eq(fchmodat(directory.descriptor, name, 0400, 0), 0);
	die_reading(0);
	ck_assert_uint_eq(mode_of(0), 0500);
	ck_assert_int_eq(read_all(), 0);
	ck_assert_uint_eq(mode_of(0), 0400);
}
END_TEST

/* Where nothing is in the folder, and where a folder of that name is none. */
START_TEST(reading_finds_nothing_unusable_where_all_is_well)
{
	ck_assert_int_eq(read_all(), 0);
	for (size_t i = 0; i < LVID_COUNT; i++)
		ck_assert(!record_is_unusable(&directory, lvids[i], false));
	ck_assert_int_eq(mknod(scratch_path("state.damaged"), S_IFREG | 0600, 0), 0);
	ck_assert(!record_is_unusable(&directory, lvids[0], false));
	record_forget_unusable(&directory, lvids[0], false);
}
END_TEST

int main(void)
{
	const struct suite_test tests[] = {
		SUITE_TEST(reading_sets_aside_what_three_have_died_of),
		SUITE_TEST(reading_counts_each_record_for_itself),
		SUITE_TEST(reading_keeps_the_mark_of_an_old_record),
		SUITE_TEST(reading_finds_nothing_unusable_where_all_is_well),
		SUITE_TEST(what_is_left_is_found_by_its_volume_until_it_is_forgotten),
		SUITE_TEST(what_is_left_and_cannot_be_read_is_not_passed_over),
	};

	return suite_run_fixture("reading", tests, SUITE_COUNT(tests), setup, teardown);
}
