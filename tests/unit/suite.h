/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Runs one suite of unit tests, so that each test file only names its tests:
 *
 *	START_TEST(names_refuses_slash) { ck_assert_int_eq(...); } END_TEST
 *	START_TEST(names_each_bad_one) { const char *name = bad_names[_i]; ... } END_TEST
 *
 *	int main(void)
 *	{
 *		const struct suite_test tests[] = {
 *			SUITE_TEST(names_refuses_slash),
 *			SUITE_LOOP(names_each_bad_one, SUITE_COUNT(bad_names)),
 *		};
 *		return suite_run("names", tests, SUITE_COUNT(tests));
 *	}
 *
 * suite_run returns the exit status of the program. Where tests share a set-up, use
 * suite_run_fixture: SETUP and TEARDOWN (either may be NULL) run around each test, in its process.
 */
#ifndef TESTS_UNIT_SUITE_H
#define TESTS_UNIT_SUITE_H

#include <check.h>
#include <stddef.h>
#include <stdlib.h>

/* Seconds that one test may take: many, since sanitizers are slow and machines are busy. */
#define SUITE_TIMEOUT_S 600

struct suite_test {
	const TTest *test;
	int loops; /* how often it runs, with _i from 0 */
};

/* What stands for a function of the C library (ld --wrap): libraries refer to it, too. */
#define SUITE_WRAPPER __attribute__((visibility("default")))

#define SUITE_TEST(TEST)         {(TEST), 1}
#define SUITE_LOOP(TEST, COUNT)  {(TEST), (int)(COUNT)}
#define SUITE_COUNT(ARRAY)       (sizeof(ARRAY) / sizeof((ARRAY)[0]))

static inline int suite_run_fixture(const char *name, const struct suite_test *tests, size_t count,
	void (*setup)(void), void (*teardown)(void))
{
	Suite *suite = suite_create(name);
	TCase *group = tcase_create(name);
	SRunner *runner;
	int failed;

	tcase_set_timeout(group, SUITE_TIMEOUT_S);
	if (setup || teardown)
		tcase_add_checked_fixture(group, setup, teardown);
	for (size_t i = 0; i < count; i++)
		tcase_add_loop_test(group, tests[i].test, 0, tests[i].loops);
	suite_add_tcase(suite, group);

	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

static inline int suite_run(const char *name, const struct suite_test *tests, size_t count)
{
	return suite_run_fixture(name, tests, count, NULL, NULL);
}

#endif
