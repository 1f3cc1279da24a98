/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Plugins that daemons die of while they are asked are noted, and counted. */
#include "config.h"

#include <unistd.h>

#include "records/claimants.h"
#include "records/deaths.h"
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

static bool is_deadly(const char *name)
{
	char path[256];

	return record_claimant_is_deadly(&directory, name, path, sizeof(path));
}

/* A daemon dies: what it has noted stays. */
static void die(const char *name)
{
	int note = record_claimant_begin(&directory, name);

	ck_assert_int_ge(note, 0);
	close(note);
}

static void survive(const char *name)
{
	record_claimant_end(&directory, name, record_claimant_begin(&directory, name));
}

START_TEST(one_that_is_asked_in_vain_is_deadly_in_the_end)
{
	for (int i = 0; i < DEATHS_MAX; i++) {
		ck_assert(!is_deadly("first"));
		die("first");
		survive("second");
	}
	ck_assert(is_deadly("first"));
	ck_assert(!is_deadly("second"));
	ck_assert_int_lt(access(scratch_path("state.claims/second"), F_OK), 0);
	ck_assert_int_eq(unlink(scratch_path("state.claims/first")), 0);
	ck_assert(!is_deadly("first"));
}
END_TEST

START_TEST(deaths_are_those_in_a_row)
{
	for (int i = 0; i < DEATHS_MAX; i++) {
		die("plugin");
		survive("plugin");
	}
	ck_assert(!is_deadly("plugin"));
	ck_assert_int_lt(access(scratch_path("state.claims"), F_OK), 0);
}
END_TEST

START_TEST(without_a_state_directory_nothing_is_counted)
{
	record_directory_close(&directory);
	for (int i = 0; i < DEATHS_MAX; i++)
		ck_assert_int_lt(record_claimant_begin(&directory, "plugin"), 0);
	record_claimant_end(&directory, "plugin", -1);
	ck_assert(!is_deadly("plugin"));
}
END_TEST

int main(void)
{
	const struct suite_test tests[] = {
		SUITE_TEST(one_that_is_asked_in_vain_is_deadly_in_the_end),
		SUITE_TEST(deaths_are_those_in_a_row),
		SUITE_TEST(without_a_state_directory_nothing_is_counted),
	};

	return suite_run_fixture("claimants", tests, SUITE_COUNT(tests), setup, teardown);
}
