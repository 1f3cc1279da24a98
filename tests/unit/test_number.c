/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The last number that was given to an operation, in its file. */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "records/number.h"
#include "scratch.h"
#include "suite.h"

static struct record_directory directory;

static void setup(void)
{
	struct lvmpolld_error error;

	scratch_create();
	ck_assert_int_eq(record_directory_open(&directory, scratch_path("state"), &error), 0);
}

static void teardown(void)
{
	record_directory_close(&directory);
	scratch_remove();
}

static void put(const char *text)
{
	FILE *stream = fopen(scratch_path("state.number"), "w");

	ck_assert_ptr_nonnull(stream);
	fputs(text, stream);
	fclose(stream);
}

START_TEST(number_is_read_as_it_was_written)
{
	ck_assert_uint_eq(record_number_read(&directory), 0);
	ck_assert_int_eq(record_number_write(&directory, 7), 0);
	ck_assert_int_eq(record_number_write(&directory, 123456789012), 0);
	ck_assert_uint_eq(record_number_read(&directory), 123456789012);
}
END_TEST

START_TEST(state_directory_stays_empty)
{
	ck_assert_int_eq(record_number_write(&directory, 7), 0);
	ck_assert_int_eq(rmdir(scratch_path("state")), 0);
}
END_TEST

static const char *const damaged[] = {"", "7", "seven\n", "-7\n", "99999999999999999999999\n"};

/* The time is more than any number that was given. */
START_TEST(damaged_file_leads_to_no_number_that_was_given)
{
	put(damaged[_i]);
	ck_assert_uint_ge(record_number_read(&directory), (uint64_t)time(NULL) - 60);
	ck_assert_uint_le(record_number_read(&directory), (uint64_t)time(NULL) + 60);
}
END_TEST

START_TEST(number_that_cannot_be_written_is_told)
{
	ck_assert_int_eq(mkdir(scratch_path("state.number.new"), 0700), 0);
	ck_assert_int_lt(record_number_write(&directory, 7), 0);
	record_directory_close(&directory);
	ck_assert_int_eq(record_number_write(&directory, 7), -ENOENT);
}
END_TEST

int main(void)
{
	const struct suite_test tests[] = {
		SUITE_TEST(number_is_read_as_it_was_written),
		SUITE_TEST(state_directory_stays_empty),
		SUITE_LOOP(damaged_file_leads_to_no_number_that_was_given, SUITE_COUNT(damaged)),
		SUITE_TEST(number_that_cannot_be_written_is_told),
	};

	return suite_run_fixture("number", tests, SUITE_COUNT(tests), setup, teardown);
}
