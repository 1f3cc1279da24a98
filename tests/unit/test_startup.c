/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Waiting at the start for a file that another daemon has: how long, and when not. */
#include "config.h"

#include <errno.h>
#include <stdlib.h>

#include "service/startup.h"
#include "suite.h"

static struct lvmpolld_error error;

START_TEST(startup_pauses_grow_up_to_a_minute)
{
	static const unsigned expected_ms[] = {500, 1000, 2000, 4000, 8000, 16000, 32000, 60000};

	for (unsigned i = 0; i < sizeof(expected_ms) / sizeof(expected_ms[0]); i++)
		ck_assert_uint_eq(startup_pause_ms(i), expected_ms[i]);
	ck_assert_uint_eq(startup_pause_ms(8), 60000);
	ck_assert_uint_eq(startup_pause_ms(~0U), 60000);
}
END_TEST

START_TEST(startup_without_a_manager_the_caller_hears_it_at_once)
{
	struct startup startup;

	unsetenv("NOTIFY_SOCKET");
	startup_init(&startup, true);
	error_set(&error, EEXIST, "the pid file is locked");
	ck_assert_int_eq(startup_wait(&startup, &error), -EEXIST);
	ck_assert_uint_eq(startup.count, 0);
}
END_TEST

START_TEST(startup_in_the_background_the_caller_hears_it_at_once)
{
	struct startup startup;

	setenv("NOTIFY_SOCKET", "/nonexistent/notify", 1);
	startup_init(&startup, false);
	error_set(&error, EADDRINUSE, "the socket is in use");
	ck_assert_int_eq(startup_wait(&startup, &error), -EADDRINUSE);
	unsetenv("NOTIFY_SOCKET");
}
END_TEST

static const int lasting[] = {EINVAL, ENAMETOOLONG, ENOMEM};

START_TEST(startup_does_not_wait_for_what_does_not_pass)
{
	struct startup startup = {.may_wait = true};

	error_set(&error, lasting[_i], "it stays so");
	ck_assert_int_eq(startup_wait(&startup, &error), -lasting[_i]);
}
END_TEST

int main(void)
{
	const struct suite_test tests[] = {
		SUITE_TEST(startup_pauses_grow_up_to_a_minute),
		SUITE_TEST(startup_without_a_manager_the_caller_hears_it_at_once),
		SUITE_TEST(startup_in_the_background_the_caller_hears_it_at_once),
		SUITE_LOOP(startup_does_not_wait_for_what_does_not_pass, SUITE_COUNT(lasting)),
	};

	return suite_run("startup", tests, SUITE_COUNT(tests));
}
