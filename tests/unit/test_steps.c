/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is done with the monitor's news, and what is not. */
#include "config.h"

#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <event2/event.h>

#include "configuration.h"
#include "daemon.h"
#include "lvpoll.h"
#include "operation.h"
#include "recording.h"
#include "steps.h"
#include "suite.h"
#include "turns.h"
#include "volume_fixture.h"

static struct daemon daemon_under_test;

static void create_daemon(void)
{
	struct daemon *daemon = &daemon_under_test;

	memset(daemon, 0, sizeof(*daemon));
	daemon->configuration = configuration_new();
	daemon->base = event_base_new();
	daemon->records.descriptor = -1;
	ck_assert_ptr_nonnull(daemon->configuration);
	ck_assert_ptr_nonnull(daemon->base);
	ck_assert_int_eq(store_init(&daemon->polling, "poll"), 0);
	ck_assert_int_eq(store_init(&daemon->aborts, "abort"), 0);
	ck_assert_int_eq(scheduler_init(&daemon->scheduler), 0);
}

static void free_daemon(void)
{
	struct daemon *daemon = &daemon_under_test;

	store_destroy(&daemon->polling);
	store_destroy(&daemon->aborts);
	scheduler_destroy(&daemon->scheduler);
	recording_destroy(daemon);
	event_base_free(daemon->base);
	configuration_free(daemon->configuration);
}

/* As when an abort ends a move at the moment at which the monitor has seen something of it. */
START_TEST(steps_news_of_what_is_over_changes_nothing)
{
	struct store *store = &daemon_under_test.polling;
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
	steps_on_news(&daemon_under_test);
	ck_assert_int_eq(volume_get_state(volume), VOLUME_FINISHED);
	ck_assert_uint_eq(daemon_under_test.scheduler.waiting, 0);
	store_lock(store);
	ck_assert_ptr_null(store_take_news_locked(store));
	store_unlock(store);
}
END_TEST

/* As when the kernel shows that a disk fails while a move waits for its turn. */
START_TEST(steps_no_turn_for_what_would_lose_data)
{
	struct daemon *daemon = &daemon_under_test;
	struct volume *volume = fixture_volume(1, 1);

	store_lock(&daemon->polling);
	ck_assert_int_eq(store_add_locked(&daemon->polling, volume), 0);
	store_unlock(&daemon->polling);
	ck_assert_int_eq(turns_try_queue(daemon, volume, VOLUME_STEP), 0);
	volume_lock(volume);
	volume->sighting.kind = VOLUME_SEEN;
	volume->sighting.verdict = LVMPOLLD_GIVE_UP;
	volume_unlock(volume);
	turns_run(daemon);
	ck_assert_int_eq(volume_get_state(volume), VOLUME_QUEUED);
	ck_assert_uint_eq(daemon->scheduler.waiting + daemon->scheduler.running, 0);
}
END_TEST

/* As after a crash on a machine that is short of everything. */
START_TEST(steps_lvpoll_that_cannot_be_taken_over_yet_is_not_run_beside)
{
	struct daemon *daemon = &daemon_under_test;
	struct volume *volume = fixture_volume(1, 1);
	struct operation_inheritance left = {.outputs = {-1, -1}};
	struct rlimit former, none;

	/* The suite's own handler would end the suite. */
	signal(SIGTERM, SIG_DFL);
	left.pid = fork();
	ck_assert_int_ge(left.pid, 0);
	while (left.pid == 0)
		pause();
	left.start_ticks = process_read_start(left.pid);
	daemon->is_taking_over = true;
	store_lock(&daemon->polling);
	ck_assert_int_eq(store_add_locked(&daemon->polling, volume), 0);
	store_unlock(&daemon->polling);
	getrlimit(RLIMIT_NOFILE, &former);
	none = (struct rlimit){.rlim_cur = 0, .rlim_max = former.rlim_max};
	setrlimit(RLIMIT_NOFILE, &none);
	steps_resume(daemon, volume, &left);
	setrlimit(RLIMIT_NOFILE, &former);
	ck_assert_ptr_null(volume->lvpoll);
	ck_assert_uint_eq(daemon->scheduler.waiting, 0);
	event_base_loop(daemon->base, EVLOOP_ONCE);
	ck_assert_ptr_nonnull(volume->lvpoll);
	ck_assert_int_eq(lvpoll_id(volume->lvpoll), left.pid);
	ck_assert_uint_eq(daemon->scheduler.waiting, 0);
	operation_forget_lvpolls(daemon);
	ck_assert_int_eq(waitpid(left.pid, NULL, 0), left.pid);
}
END_TEST

int main(void)
{
	const struct suite_test tests[] = {
		SUITE_TEST(steps_no_turn_for_what_would_lose_data),
		SUITE_TEST(steps_lvpoll_that_cannot_be_taken_over_yet_is_not_run_beside),
		SUITE_TEST(steps_news_of_what_is_over_changes_nothing),
	};

	return suite_run_fixture("steps", tests, SUITE_COUNT(tests), create_daemon, free_daemon);
}
