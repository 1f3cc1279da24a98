/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Requests and their terms. */
#include "config.h"

#include <signal.h>
#include <string.h>

#include "operation_fixture.h"
#include "suite.h"

START_TEST(request_is_new)
{
	struct request *request =
		request_new(fixture_terms_of(&fixture_entry, 1, 2, false, "+15", NULL));

	ck_assert_ptr_nonnull(request);
	ck_assert_int_eq(request_get_standing(request), REQUEST_IN_PROGRESS);
	request_lock(request);
	ck_assert_uint_eq(request->count, 1);
	request_unlock(request);
	ck_assert_uint_eq(request->terms->interval_s, 15);
	ck_assert_str_eq(request->terms->asked.interval, "+15");
	request_free(request);
}
END_TEST

static const struct {
	const char *system_dir;
	const char *prefix;
} system_dirs[] = {{NULL, ""}, {"/etc/lvm", "/etc/lvm"}};

START_TEST(request_identifier_is_system_dir_and_lvid)
{
	struct terms *terms =
		fixture_terms_of(&fixture_entry, 1, 2, false, "15", system_dirs[_i].system_dir);
	size_t length = strlen(system_dirs[_i].prefix);

	ck_assert_uint_eq(strlen(terms->identifier), length + 64);
	ck_assert_int_eq(strncmp(terms->identifier, system_dirs[_i].prefix, length), 0);
	ck_assert_str_eq(terms->identifier + length, terms->asked.lvid);
	terms_release(terms);
}
END_TEST

START_TEST(request_terms_have_all_of_their_own)
{
	char vg_name[] = "vg", lv_name[] = "lv", lvid[] = "lvid", interval[] = "+15",
	     system_dir[] = "/etc/lvm", devices_file[] = "system.devices";
	const struct lvmpolld_request asked = {.struct_size = sizeof(asked),
		.vg_name = vg_name,
		.lv_name = lv_name,
		.lvid = lvid,
		.interval = interval,
		.system_dir = system_dir,
		.devices_file = devices_file,
		.abort = true,
		.handle_missing_pvs = true};
	struct terms *terms = terms_new(&asked, &fixture_entry);

	ck_assert_ptr_nonnull(terms);
	vg_name[0] = lv_name[0] = lvid[0] = interval[0] = system_dir[0] = devices_file[0] = '-';
	ck_assert(terms->asked.abort && terms->asked.handle_missing_pvs);
	ck_assert_str_eq(terms->asked.vg_name, "vg");
	ck_assert_str_eq(terms->asked.lv_name, "lv");
	ck_assert_str_eq(terms->asked.lvid, "lvid");
	ck_assert_str_eq(terms->asked.interval, "+15");
	ck_assert_str_eq(terms->asked.system_dir, "/etc/lvm");
	ck_assert_str_eq(terms->asked.devices_file, "system.devices");
	ck_assert_uint_eq(terms->interval_s, 15);
	ck_assert_ptr_eq(terms->plugin, &fixture_entry);
	terms_release(terms);
}
END_TEST

/* AddressSanitizer sees that they are there as long as somebody holds them, and go with the last.
 */
START_TEST(request_terms_stay_while_somebody_holds_them)
{
	struct terms *terms = fixture_terms(1, 2);
	struct request *request = request_new(terms_hold(terms));

	ck_assert_ptr_nonnull(request);
	request_free(request);
	ck_assert_str_eq(terms->asked.vg_name, "vg1");
	terms_release(terms);
	terms_release(NULL);
}
END_TEST

START_TEST(request_is_told_a_result)
{
	const struct request_result result = {.by_signal = true, .value = SIGTERM};
	struct request *request = fixture_request(1, 2);

	request_tell(request, REQUEST_FINISHED, result);
	request_lock(request);
	ck_assert_int_eq(request->standing, REQUEST_FINISHED);
	ck_assert(request->result.by_signal);
	ck_assert_int_eq(request->result.value, SIGTERM);
	request_unlock(request);
	request_free(request);
}
END_TEST

static const enum request_standing ends[] = {REQUEST_FINISHED, REQUEST_FAILED};

/* Ends in abort(): somebody would hear two things. */
START_TEST(request_is_not_told_twice)
{
	struct request *request = fixture_request(1, 2);

	request_tell(request, ends[_i], (struct request_result){0});
	request_tell(request, REQUEST_FINISHED, (struct request_result){0});
}
END_TEST

/* The latest request leads: its interval, devices file and system directory count from now on. */
START_TEST(request_that_is_the_latest_leads_its_operation)
{
	struct request *first = fixture_request(1, 2), *second = fixture_request(1, 2);
	struct devices devices;
	struct device *device;
	struct operation *operation;

	ck_assert_int_eq(devices_init(&devices), 0);
	device = devices_get(&devices, first->terms);
	operation = operation_new(NULL, device, first->terms);
	ck_assert_ptr_nonnull(operation);
	operation_join(operation, first);
	operation_join(operation, second);
	ck_assert_ptr_eq(operation->terms, first->terms);
	ck_assert_ptr_eq(operation->lead, second->terms);
	operation_leave(second);
	ck_assert_ptr_null(second->operation);
	ck_assert_ptr_eq(operation->lead, second->terms);
	request_free(second);
	/* Its requests are no longer anybody's. */
	operation_free(operation);
	ck_assert_ptr_null(first->operation);
	request_free(first);
	devices_remove(&devices, device);
	devices_destroy(&devices);
}
END_TEST

static Suite *request_suite(void)
{
	Suite *suite = suite_create("request");
	TCase *group = tcase_create("request");

	tcase_set_timeout(group, SUITE_TIMEOUT_S);
	tcase_add_test(group, request_is_new);
	tcase_add_loop_test(
		group, request_identifier_is_system_dir_and_lvid, 0, (int)SUITE_COUNT(system_dirs));
	tcase_add_test(group, request_terms_have_all_of_their_own);
	tcase_add_test(group, request_terms_stay_while_somebody_holds_them);
	tcase_add_test(group, request_is_told_a_result);
	tcase_add_loop_test_raise_signal(
		group, request_is_not_told_twice, SIGABRT, 0, (int)SUITE_COUNT(ends));
	tcase_add_test(group, request_that_is_the_latest_leads_its_operation);
	suite_add_tcase(suite, group);
	return suite;
}

int main(void)
{
	SRunner *runner = srunner_create(request_suite());
	int failed;

	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
