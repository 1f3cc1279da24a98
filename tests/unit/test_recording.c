/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is written down of an operation's lvpoll. */
#include "config.h"

#include <dirent.h>
#include <limits.h>
#include <string.h>

#include "lifecycle/operations.h"
#include "lifecycle/recording.h"
#include "scratch.h"
#include "suite.h"
#include "volume_fixture.h"
#include "records/directory.h"

static struct operations operations_under_test;

static void create(void)
{
	struct record_directory *records = &operations_under_test.records;
	struct lvmpolld_error error;

	scratch_create();
	memset(&operations_under_test, 0, sizeof(operations_under_test));
	ck_assert_int_eq(record_directory_open(records, scratch_path("state"), &error), 0);
}

static void remove_all(void)
{
	recording_destroy(&operations_under_test);
	scratch_remove();
}

/* The text of the only record, in a buffer of SIZE. */
static void read_record(char *text, size_t size)
{
	DIR *directory = opendir(scratch_path("state"));
	struct dirent *entry;
	char name[64 + NAME_MAX];
	FILE *file;

	ck_assert_ptr_nonnull(directory);
	do
		ck_assert_ptr_nonnull(entry = readdir(directory));
	while (entry->d_name[0] == '.');
	snprintf(name, sizeof(name), "state/%s", entry->d_name);
	file = fopen(scratch_path(name), "r");
	ck_assert_ptr_nonnull(file);
	text[fread(text, 1, size - 1, file)] = '\0';
	fclose(file);
	closedir(directory);
}

START_TEST(recording_of_an_lvpoll_says_when_it_was_started)
{
	struct volume *volume = fixture_volume(1, 1);
	char text[4096];

	volume->last_pid = getpid();
	recording_write(&operations_under_test, volume, RECORD_RUNNING);
	read_record(text, sizeof(text));
	ck_assert_ptr_nonnull(strstr(text, "lvm_command = \"running\""));
	ck_assert_ptr_null(strstr(text, "lvm_command_start = 0\n"));
	volume_free(volume);
}
END_TEST

/* As when /proc cannot be read at that moment: the next daemon must not believe that none runs. */
START_TEST(recording_of_an_lvpoll_whose_start_is_unknown_lets_it_be_looked_for)
{
	struct volume *volume = fixture_volume(1, 1);
	char text[4096];

	volume->last_pid = INT_MAX;
	recording_write(&operations_under_test, volume, RECORD_RUNNING);
	read_record(text, sizeof(text));
	ck_assert_ptr_nonnull(strstr(text, "lvm_command = \"starting\""));
	volume_free(volume);
}
END_TEST

int main(void)
{
	const struct suite_test tests[] = {
		SUITE_TEST(recording_of_an_lvpoll_says_when_it_was_started),
		SUITE_TEST(recording_of_an_lvpoll_whose_start_is_unknown_lets_it_be_looked_for),
	};

	return suite_run_fixture("recording", tests, SUITE_COUNT(tests), create, remove_all);
}
