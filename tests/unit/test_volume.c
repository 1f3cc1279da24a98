/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Volumes: what a request becomes, and how the state may change. */
#include "config.h"

#include <signal.h>
#include <string.h>

#include "suite.h"
#include "volume_fixture.h"

START_TEST(volume_is_new)
{
	struct volume *volume = fixture_volume(1, 2);

	volume_lock(volume);
	ck_assert_int_eq(volume->state, VOLUME_QUEUED);
	ck_assert(volume_is_in_progress_locked(volume));
	ck_assert_uint_eq(volume->request_count, 1);
	ck_assert_double_lt(volume->progress.percent, 0);
	volume_unlock(volume);
	ck_assert_uint_eq(volume->request->interval_s, 15);
	ck_assert_str_eq(volume->request->parameters.interval, "+15");
	volume_free(volume);
}
END_TEST

static const struct {
	const char *system_dir;
	const char *prefix;
} system_dirs[] = {{NULL, ""}, {"/etc/lvm", "/etc/lvm"}};

START_TEST(volume_identifier_is_system_dir_and_lvid)
{
	struct volume_request *request = fixture_request(1, 2, system_dirs[_i].system_dir);
	size_t length = strlen(system_dirs[_i].prefix);

	ck_assert_uint_eq(strlen(request->identifier), length + 64);
	ck_assert_int_eq(strncmp(request->identifier, system_dirs[_i].prefix, length), 0);
	ck_assert_str_eq(request->identifier + length, request->parameters.lvid);
	volume_request_free(request);
}
END_TEST

START_TEST(volume_request_s_copy_has_all_of_its_own)
{
	struct volume_request *request = fixture_request(1, 2, "/etc/lvm"), *copy;

	request->parameters.abort = true;
	request->parameters.handle_missing_pvs = true;
	request->parameters.devices_file = strdup("system.devices");
	copy = volume_request_copy(request);
	ck_assert_ptr_nonnull(copy);
	ck_assert_ptr_ne(copy->parameters.devices_file, request->parameters.devices_file);
	volume_request_free(request);
	ck_assert(copy->parameters.abort);
	ck_assert(copy->parameters.handle_missing_pvs);
	ck_assert_str_eq(copy->parameters.devices_file, "system.devices");
	ck_assert_str_eq(copy->parameters.system_dir, "/etc/lvm");
	ck_assert_str_eq(copy->parameters.vg_name, "vg1");
	ck_assert_uint_eq(copy->interval_s, 15);
	ck_assert_ptr_eq(copy->plugin, &fixture_entry);
	volume_request_free(copy);
}
END_TEST

/* How each state is reached. */
static const enum volume_state ways[][3] = {
	[VOLUME_QUEUED] = {VOLUME_QUEUED},
	[VOLUME_STEPPING] = {VOLUME_STEPPING},
	[VOLUME_WATCHING] = {VOLUME_WATCHING},
	[VOLUME_FINISHED] = {VOLUME_STEPPING, VOLUME_FINISHED},
	[VOLUME_FAILED] = {VOLUME_STEPPING, VOLUME_FAILED},
};

static void go(struct volume *volume, enum volume_state state)
{
	volume_lock(volume);
	volume_set_state_locked(volume, state);
	ck_assert_int_eq(volume->state, state);
	volume_unlock(volume);
}

static struct volume *volume_in(enum volume_state state)
{
	struct volume *volume = fixture_volume(1, 2);

	for (size_t i = 0; volume_get_state(volume) != state; i++)
		go(volume, ways[state][i]);
	return volume;
}

static const enum volume_state allowed[][2] = {
	{VOLUME_QUEUED, VOLUME_STEPPING},
	{VOLUME_QUEUED, VOLUME_WATCHING},
	{VOLUME_QUEUED, VOLUME_FINISHED},
	{VOLUME_QUEUED, VOLUME_FAILED},
	{VOLUME_STEPPING, VOLUME_QUEUED},
	{VOLUME_STEPPING, VOLUME_WATCHING},
	{VOLUME_STEPPING, VOLUME_FINISHED},
	{VOLUME_STEPPING, VOLUME_FAILED},
	{VOLUME_WATCHING, VOLUME_QUEUED},
	{VOLUME_WATCHING, VOLUME_FINISHED},
	{VOLUME_WATCHING, VOLUME_FAILED},
};

static const enum volume_state forbidden[][2] = {
	{VOLUME_WATCHING, VOLUME_STEPPING},
	{VOLUME_FINISHED, VOLUME_QUEUED},
	{VOLUME_FINISHED, VOLUME_STEPPING},
	{VOLUME_FINISHED, VOLUME_WATCHING},
	{VOLUME_FINISHED, VOLUME_FINISHED},
	{VOLUME_FINISHED, VOLUME_FAILED},
	{VOLUME_FAILED, VOLUME_QUEUED},
	{VOLUME_FAILED, VOLUME_STEPPING},
	{VOLUME_FAILED, VOLUME_WATCHING},
	{VOLUME_FAILED, VOLUME_FINISHED},
	{VOLUME_FAILED, VOLUME_FAILED},
};

START_TEST(volume_state_may_change)
{
	struct volume *volume = volume_in(allowed[_i][0]);

	go(volume, allowed[_i][1]);
	volume_lock(volume);
	ck_assert_int_eq(volume_is_in_progress_locked(volume),
		allowed[_i][1] != VOLUME_FINISHED && allowed[_i][1] != VOLUME_FAILED);
	volume_unlock(volume);
	volume_free(volume);
}
END_TEST

/* Ends in abort(): what comes after such a mistake could lose an operation without a word. */
START_TEST(volume_state_must_not_change)
{
	go(volume_in(forbidden[_i][0]), forbidden[_i][1]);
}
END_TEST

START_TEST(volume_result_comes_with_the_state)
{
	const struct volume_result result = {.by_signal = true, .value = SIGTERM};
	struct volume *volume = volume_in(VOLUME_STEPPING);

	volume_lock(volume);
	volume_set_finished_locked(volume, result);
	ck_assert_int_eq(volume->state, VOLUME_FINISHED);
	ck_assert(volume->result.by_signal);
	ck_assert_int_eq(volume->result.value, SIGTERM);
	volume_unlock(volume);
	volume_free(volume);
}
END_TEST

static Suite *volume_suite(void)
{
	Suite *suite = suite_create("volume");
	TCase *group = tcase_create("volume");

	tcase_set_timeout(group, SUITE_TIMEOUT_S);
	tcase_add_test(group, volume_is_new);
	tcase_add_loop_test(
		group, volume_identifier_is_system_dir_and_lvid, 0, (int)SUITE_COUNT(system_dirs));
	tcase_add_test(group, volume_request_s_copy_has_all_of_its_own);
	tcase_add_loop_test(group, volume_state_may_change, 0, (int)SUITE_COUNT(allowed));
	tcase_add_loop_test_raise_signal(
		group, volume_state_must_not_change, SIGABRT, 0, (int)SUITE_COUNT(forbidden));
	tcase_add_test(group, volume_result_comes_with_the_state);
	suite_add_tcase(suite, group);
	return suite;
}

int main(void)
{
	SRunner *runner = srunner_create(volume_suite());
	int failed;

	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
