/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is done with the monitor's news, and what is not. */
#include "config.h"

#include <dirent.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <event2/event.h>

#include "configuration/configuration.h"
#include "lifecycle/operations.h"
#include "lvm/devices.h"
#include "lvm/lvpoll.h"
#include "lifecycle/ends.h"
#include "lifecycle/operation.h"
#include "lifecycle/resume.h"
#include "lifecycle/recording.h"
#include "lifecycle/results.h"
#include "scratch.h"
#include "lifecycle/steps.h"
#include "suite.h"
#include "lifecycle/turns.h"
#include "util/boot.h"
#include "volume_fixture.h"
#include "records/aside.h"
#include "records/directory.h"

static struct operations operations_under_test;
static struct event_base *base;
static struct configuration *configuration;

/* In place of what /dev and /sys tell. */
static bool has_namesake, has_volume, is_renamed;

bool devices_has_namesake(const struct lvmpolld_request *request)
{
	(void)request;
	return has_namesake;
}

bool devices_find_volume(const char *lvid, char name[DEVICES_NAME_SIZE])
{
	(void)lvid;
	strcpy(name, has_volume ? "vg-pvmove0" : "");
	return has_volume;
}

bool devices_is_named_as(const char *name, const struct lvmpolld_request *request)
{
	(void)name;
	(void)request;
	return !is_renamed;
}

static void create_operations(void)
{
	struct operations *operations = &operations_under_test;
	struct lvmpolld_error error;

	scratch_create();
	has_namesake = has_volume = is_renamed = false;
	base = event_base_new();
	configuration = configuration_new();
	ck_assert_ptr_nonnull(configuration);
	ck_assert_ptr_nonnull(base);
	ck_assert_int_eq(operations_init(operations, base, configuration, NULL, NULL, &error), 0);
	ck_assert_int_eq(
		record_directory_open(&operations->records, scratch_path("state"), &error), 0);
}

static void free_operations(void)
{
	struct operations *operations = &operations_under_test;

	operations_destroy(operations);
	results_destroy(operations);
	recording_destroy(operations);
	event_base_free(base);
	configuration_free(configuration);
	scratch_remove();
}

/* As when an abort ends a move at the moment at which the monitor has seen something of it. */
START_TEST(steps_news_of_what_is_over_changes_nothing)
{
	struct store *store = &operations_under_test.polling;
	struct volume *volume = fixture_volume(1, 1);

	store_lock(store);
	ck_assert_int_eq(store_add_locked(store, volume), 0);
	store_add_news_locked(store, volume);
	volume_lock(volume);
	volume_set_finished_locked(volume, (struct volume_result){.value = 0});
	volume->sighting.kind = VOLUME_SEEN;
	volume->sighting.verdict = LVMPOLLD_STEP;
	volume->sighting.signature = 1;
	volume_unlock(volume);
	store_unlock(store);
	steps_on_news(&operations_under_test);
	ck_assert_int_eq(volume_get_state(volume), VOLUME_FINISHED);
	ck_assert_uint_eq(operations_under_test.scheduler.waiting, 0);
	store_lock(store);
	ck_assert_ptr_null(store_take_news_locked(store));
	store_unlock(store);
}
END_TEST

/* As when the kernel shows that a disk fails while a move waits for its turn. */
START_TEST(steps_no_turn_for_what_would_lose_data)
{
	struct operations *operations = &operations_under_test;
	struct volume *volume = fixture_volume(1, 1);

	operations->in_flight = 1;
	store_lock(&operations->polling);
	ck_assert_int_eq(store_add_locked(&operations->polling, volume), 0);
	store_unlock(&operations->polling);
	ck_assert_int_eq(turns_try_queue(operations, volume, LVPOLL_STEP), 0);
	volume_lock(volume);
	volume->sighting.kind = VOLUME_SEEN;
	volume->sighting.verdict = LVMPOLLD_DATA_LOSS;
	volume_unlock(volume);
	turns_run(operations);
	ck_assert_int_eq(volume_get_state(volume), VOLUME_FAILED);
	ck_assert_uint_eq(operations->scheduler.waiting + operations->scheduler.running, 0);
}
END_TEST

/* As after a crash on a machine that is short of everything. */
START_TEST(steps_lvpoll_that_cannot_be_taken_over_yet_is_not_run_beside)
{
	struct operations *operations = &operations_under_test;
	struct volume *volume = fixture_volume(1, 1);
	struct resume_info left = {.outputs = {-1, -1}};
	struct rlimit former, none;

	/* The suite's own handler would end the suite. */
	signal(SIGTERM, SIG_DFL);
	left.pid = fork();
	ck_assert_int_ge(left.pid, 0);
	while (left.pid == 0)
		pause();
	left.start_ticks = process_read_start(left.pid);
	operations->is_taking_over = true;
	store_lock(&operations->polling);
	ck_assert_int_eq(store_add_locked(&operations->polling, volume), 0);
	store_unlock(&operations->polling);
	getrlimit(RLIMIT_NOFILE, &former);
	none = (struct rlimit){.rlim_cur = 0, .rlim_max = former.rlim_max};
	setrlimit(RLIMIT_NOFILE, &none);
	steps_resume(operations, volume, &left);
	setrlimit(RLIMIT_NOFILE, &former);
	ck_assert_ptr_null(volume->lvpoll);
	ck_assert_uint_eq(operations->scheduler.waiting, 0);
	event_base_loop(operations->base, EVLOOP_ONCE);
	ck_assert_ptr_nonnull(volume->lvpoll);
	ck_assert_int_eq(lvpoll_id(volume->lvpoll), left.pid);
	ck_assert_uint_eq(operations->scheduler.waiting, 0);
	operation_forget_lvpolls(operations);
	ck_assert_int_eq(waitpid(left.pid, NULL, 0), left.pid);
}
END_TEST

/* In a turn that waits, with a stall that is not heard of yet: its turn is not asked for twice. */
START_TEST(steps_loss_of_data_comes_before_a_stall)
{
	struct operations *operations = &operations_under_test;
	struct volume *volume = fixture_volume(1, 1);

	operations->in_flight = 1;
	volume->operations = operations;
	volume->pause = event_new(operations->base, -1, 0, turns_on_pause_over, volume);
	ck_assert_ptr_nonnull(volume->pause);
	ck_assert_int_eq(turns_try_queue(operations, volume, LVPOLL_STEP), 0);
	store_lock(&operations->polling);
	ck_assert_int_eq(store_add_locked(&operations->polling, volume), 0);
	store_add_news_locked(&operations->polling, volume);
	volume_lock(volume);
	volume->sighting.kind = VOLUME_SEEN;
	volume->sighting.verdict = LVMPOLLD_DATA_LOSS;
	volume->sighting.is_stalled = true;
	volume_unlock(volume);
	store_unlock(&operations->polling);
	steps_on_news(operations);
	ck_assert_int_eq(volume_get_state(volume), VOLUME_FAILED);
	ck_assert_uint_eq(operations->scheduler.waiting + operations->scheduler.running, 0);
}
END_TEST

/* A volume whose lvpoll waits for its turn, for PURPOSE. */
static struct volume *queue(bool abort, enum lvpoll_purpose purpose)
{
	struct operations *operations = &operations_under_test;
	struct volume_request *request = fixture_request(1, 1, NULL);
	struct store *store = operations_store(operations, abort);
	struct volume *volume;

	request->parameters.abort = abort;
	volume = volume_new(request);
	ck_assert_ptr_nonnull(volume);
	operations->in_flight++;
	store_lock(store);
	ck_assert_int_eq(store_add_locked(store, volume), 0);
	store_unlock(store);
	ck_assert_int_eq(turns_try_queue(operations, volume, purpose), 0);
	return volume;
}

/* As when a move is over while its abort, or the last lvpoll of it, waits, and the next begins. */
START_TEST(steps_no_turn_for_what_has_another_s_name_by_now)
{
	struct volume *abort_volume = queue(true, LVPOLL_POLL);
	struct volume *gone = queue(false, LVPOLL_CHECK);

	has_namesake = true;
	turns_run(&operations_under_test);
	ck_assert_int_eq(volume_get_state(abort_volume), VOLUME_FINISHED);
	ck_assert_int_eq(volume_get_state(gone), VOLUME_FINISHED);
	ck_assert_int_eq(operations_under_test.in_flight, 0);
}
END_TEST

/* As when the disk was full when the operation began: it must not be gone on with all the same. */
START_TEST(steps_what_has_no_record_is_given_up_for_good_too)
{
	struct operations *operations = &operations_under_test;
	struct volume *volume = queue(false, LVPOLL_STEP);

	volume_lock(volume);
	volume->sighting.kind = VOLUME_SEEN;
	volume->sighting.verdict = LVMPOLLD_DATA_LOSS;
	volume_unlock(volume);
	turns_run(operations);
	ck_assert_int_eq(volume_get_state(volume), VOLUME_FAILED);
	ck_assert(record_is_refused(&operations->records, &volume->request->parameters));
}
END_TEST

/* lvpoll ends with status 0 also where it could not find the volume: that was not aborted then. */
START_TEST(steps_what_is_given_up_stays_so_where_an_abort_did_not_find_it)
{
	struct operations *operations = &operations_under_test;
	struct record_directory *records = &operations->records;
	struct volume *volume = queue(false, LVPOLL_STEP);
	const struct lvmpolld_request *operation = &volume->request->parameters;
	struct volume *abort_volume = queue(true, LVPOLL_POLL);

	recording_write(operations, volume, RECORD_NO_COMMAND);
	record_refuse(records, operation);
	ck_assert(record_is_refused(records, operation));
	scheduler_remove(&operations->scheduler, volume);
	scheduler_remove(&operations->scheduler, abort_volume);
	has_volume = true;
	operation_finish(operations, abort_volume, (struct volume_result){.value = 0});
	ck_assert(record_is_refused(records, operation));
}
END_TEST

/* A volume whose lvpoll has ended with 0 while the kernel still copies its data. */
static struct volume *end_in_doubt(bool abort)
{
	struct operations *operations = &operations_under_test;
	struct volume *volume = queue(abort, LVPOLL_STEP);

	scheduler_remove(&operations->scheduler, volume);
	volume->operations = operations;
	volume->polls_itself = true;
	volume->pause = event_new(operations->base, -1, 0, turns_on_pause_over, volume);
	ck_assert_ptr_nonnull(volume->pause);
	volume->not_before_ms = boot_clock_ms() + 1000;
	recording_write(operations, volume, RECORD_NO_COMMAND);
	return volume;
}

static size_t count_records(void)
{
	DIR *directory = opendir(scratch_path("state"));
	const struct dirent *entry;
	size_t count = 0;

	ck_assert_ptr_nonnull(directory);
	while ((entry = readdir(directory)))
		count += entry->d_name[0] != '.';
	closedir(directory);
	return count;
}

static const struct volume_sighting copying = {
	.kind = VOLUME_SEEN, .verdict = LVMPOLLD_WATCH, .signature = 1};

START_TEST(steps_an_end_that_the_kernel_contradicts_is_none)
{
	struct volume *volume = end_in_doubt(false);

	ends_confirm(&operations_under_test, volume, &copying);
	ck_assert_int_eq(volume_get_state(volume), VOLUME_WATCHING);
	ck_assert_int_gt(volume->doubted_since_ms, 0);
	ck_assert_uint_eq(count_records(), 1);
}
END_TEST

/* The record stays: the next daemon, and whoever asks, goes on with it. */
START_TEST(steps_an_end_that_is_contradicted_for_a_minute_is_a_failure)
{
	struct volume *volume = end_in_doubt(false);

	volume->doubted_since_ms = boot_clock_ms() - 60000;
	ends_confirm(&operations_under_test, volume, &copying);
	ck_assert_int_eq(volume_get_state(volume), VOLUME_FAILED);
	ck_assert_uint_eq(count_records(), 1);
}
END_TEST

/* As with lvm2 2.03.40, whose lvpoll does not know a first conversion to a mirror. */
START_TEST(steps_an_end_is_doubted_anew_where_data_was_copied)
{
	struct volume *volume = end_in_doubt(false);

	volume->doubted_since_ms = boot_clock_ms() - 60000;
	volume_lock(volume);
	volume->progress.done_sectors = 8;
	volume_unlock(volume);
	ends_confirm(&operations_under_test, volume, &copying);
	ck_assert_int_eq(volume_get_state(volume), VOLUME_WATCHING);
	ck_assert_int_gt(volume->doubted_since_ms, boot_clock_ms() - 60000);
}
END_TEST

/* Likewise where the kernel is not watched: an abort, with _i 1, or a move that polls by itself. */
START_TEST(steps_an_end_beside_a_device_is_none)
{
	struct operations *operations = &operations_under_test;
	struct volume *volume = end_in_doubt(_i == 1);
	const struct process_end end = {.value = 0};

	has_volume = true;
	ends_callbacks.ended(operations, volume, end, false);
	ck_assert_int_eq(volume_get_state(volume), VOLUME_QUEUED);
	ck_assert(event_pending(volume->pause, EV_TIMEOUT, NULL));
	event_del(volume->pause);
	volume->doubted_since_ms = boot_clock_ms() - 60000;
	ends_callbacks.ended(operations, volume, end, false);
	ck_assert_int_eq(volume_get_state(volume), VOLUME_FAILED);
	ck_assert_uint_eq(count_records(), 1);
}
END_TEST

START_TEST(steps_an_abort_of_what_was_renamed_has_failed_at_once)
{
	struct volume *volume = end_in_doubt(true);
	const struct process_end end = {.value = 0};

	has_volume = is_renamed = true;
	ends_callbacks.ended(&operations_under_test, volume, end, false);
	ck_assert_int_eq(volume_get_state(volume), VOLUME_FAILED);
}
END_TEST

START_TEST(steps_an_end_without_a_device_is_the_end)
{
	struct volume *volume = end_in_doubt(_i == 1);
	const struct process_end end = {.value = 0};

	ends_callbacks.ended(&operations_under_test, volume, end, false);
	ck_assert_int_eq(volume_get_state(volume), VOLUME_FINISHED);
	ck_assert_uint_eq(count_records(), 0);
}
END_TEST

/* As after a renaming: the name is another's, and what was asked for still exists. */
START_TEST(steps_what_has_a_device_is_not_over_where_its_name_is_another_s)
{
	struct volume *abort_volume = queue(true, LVPOLL_POLL);

	has_namesake = has_volume = true;
	turns_run(&operations_under_test);
	ck_assert_int_eq(volume_get_state(abort_volume), VOLUME_FAILED);
}
END_TEST

START_TEST(steps_time_before_the_first_step_is_no_longer_than_was_asked_for)
{
	struct volume *volume = queue(false, LVPOLL_STEP);

	ck_assert_uint_eq(turns_wait_s(volume), 0);
	volume->not_before_ms = boot_clock_ms() + 7000;
	ck_assert_uint_eq(turns_wait_s(volume), 7);
	/* As on record since before the machine started anew: 15 s were asked for. */
	volume->not_before_ms = boot_clock_ms() + 86400000;
	ck_assert_uint_eq(turns_wait_s(volume), 15);
}
END_TEST

int main(void)
{
	const struct suite_test tests[] = {
		SUITE_TEST(steps_no_turn_for_what_has_another_s_name_by_now),
		SUITE_TEST(steps_what_is_given_up_stays_so_where_an_abort_did_not_find_it),
		SUITE_TEST(steps_what_has_no_record_is_given_up_for_good_too),
		SUITE_TEST(steps_loss_of_data_comes_before_a_stall),
		SUITE_TEST(steps_an_end_that_the_kernel_contradicts_is_none),
		SUITE_TEST(steps_an_end_that_is_contradicted_for_a_minute_is_a_failure),
		SUITE_TEST(steps_an_end_is_doubted_anew_where_data_was_copied),
		SUITE_LOOP(steps_an_end_beside_a_device_is_none, 2),
		SUITE_TEST(steps_an_abort_of_what_was_renamed_has_failed_at_once),
		SUITE_LOOP(steps_an_end_without_a_device_is_the_end, 2),
		SUITE_TEST(steps_what_has_a_device_is_not_over_where_its_name_is_another_s),
		SUITE_TEST(steps_time_before_the_first_step_is_no_longer_than_was_asked_for),
		SUITE_TEST(steps_no_turn_for_what_would_lose_data),
		SUITE_TEST(steps_lvpoll_that_cannot_be_taken_over_yet_is_not_run_beside),
		SUITE_TEST(steps_news_of_what_is_over_changes_nothing),
	};

	return suite_run_fixture(
		"steps", tests, SUITE_COUNT(tests), create_operations, free_operations);
}
