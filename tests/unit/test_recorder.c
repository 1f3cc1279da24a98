/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is recorded of an operation's lvpoll. */
#include "config.h"

#include <dirent.h>
#include <limits.h>
#include <string.h>

#include "lifecycle/operations.h"
#include "lifecycle/recorder.h"
#include "operation_fixture.h"
#include "records/directory.h"
#include "scratch.h"
#include "suite.h"

static struct operations operations_under_test;
static struct device device;
static struct operation *operation;

static void create(void)
{
	struct record_directory *records = &operations_under_test.records;
	struct terms *terms = fixture_terms(1, 1);
	struct lvmpolld_error error;

	scratch_create();
	memset(&operations_under_test, 0, sizeof(operations_under_test));
	operation = operation_new(&operations_under_test, &device, terms);
	ck_assert_ptr_nonnull(operation);
	terms_release(terms);
	ck_assert_int_eq(record_directory_open(records, scratch_path("state"), &error), 0);
}

static void remove_all(void)
{
	operation_free(operation);
	recorder_destroy(&operations_under_test);
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

START_TEST(recorder_of_an_lvpoll_says_when_it_was_started)
{
	char text[4096];

	operation->attempt.pid = getpid();
	recorder_write(operation, RECORD_RUNNING);
	read_record(text, sizeof(text));
	ck_assert_ptr_nonnull(strstr(text, "lvm_command = \"running\""));
	ck_assert_ptr_null(strstr(text, "lvm_command_start = 0\n"));
}
END_TEST

/* As when /proc cannot be read at that moment: the next daemon must not believe that none runs. */
START_TEST(recorder_of_an_lvpoll_whose_start_is_unknown_lets_it_be_looked_for)
{
	char text[4096];

	operation->attempt.pid = INT_MAX;
	recorder_write(operation, RECORD_RUNNING);
	read_record(text, sizeof(text));
	ck_assert_ptr_nonnull(strstr(text, "lvm_command = \"starting\""));
}
END_TEST

/* The next daemon goes on with it only where its abort is not there any more. */
static const struct {
	bool has_abort;
	enum operation_state abort_state;
	bool is_being_aborted;
} aborted[] = {{false, STATE_LOOKING, false}, {true, STATE_LOOKING, true},
	{true, STATE_BACKING_OFF, true}, {true, STATE_ENDING, true}, {true, STATE_FAILED, false}};

START_TEST(recorder_says_what_is_being_aborted)
{
	struct terms *terms = fixture_terms_of(&fixture_entry, 1, 1, true, "15", NULL);
	struct operation *abort_operation = operation_new(&operations_under_test, &device, terms);
	char text[4096];

	ck_assert_ptr_nonnull(abort_operation);
	terms_release(terms);
	*(enum operation_state *)&abort_operation->state = aborted[_i].abort_state;
	device.operations[1] = aborted[_i].has_abort ? abort_operation : NULL;
	recorder_write(operation, RECORD_NO_COMMAND);
	read_record(text, sizeof(text));
	ck_assert_int_eq(!!strstr(text, "being_aborted = 1"), aborted[_i].is_being_aborted);
	device.operations[1] = NULL;
	operation_free(abort_operation);
}
END_TEST

static bool has_entry(const char *folder)
{
	DIR *directory = opendir(scratch_path(folder));
	const struct dirent *entry;
	bool has = false;

	while (directory && (entry = readdir(directory)))
		has |= entry->d_name[0] != '.';
	if (directory)
		closedir(directory);
	return has;
}

/* Beside the others, where its record starts no daemon; and back again. */
START_TEST(recorder_keeps_what_is_dormant_aside)
{
	recorder_write(operation, RECORD_NO_COMMAND);
	ck_assert(has_entry("state"));
	recorder_set_dormant(operation, true);
	ck_assert(!has_entry("state") && has_entry("state.dormant"));
	recorder_set_dormant(operation, false);
	ck_assert(has_entry("state") && !has_entry("state.dormant"));
	recorder_remove(operation);
	ck_assert(!has_entry("state") && !has_entry("state.dormant"));
}
END_TEST

int main(void)
{
	const struct suite_test tests[] = {
		SUITE_TEST(recorder_of_an_lvpoll_says_when_it_was_started),
		SUITE_TEST(recorder_of_an_lvpoll_whose_start_is_unknown_lets_it_be_looked_for),
		SUITE_LOOP(recorder_says_what_is_being_aborted, SUITE_COUNT(aborted)),
		SUITE_TEST(recorder_keeps_what_is_dormant_aside),
	};

	return suite_run_fixture("recorder", tests, SUITE_COUNT(tests), create, remove_all);
}
