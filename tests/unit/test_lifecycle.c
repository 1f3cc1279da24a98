/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Operations, with stand-ins for lvm commands and the monitor: what follows from what the kernel
 * shows, lvm says and clients ask for, and what clients are told.
 */
#include "config.h"

#include <dirent.h>
#include <limits.h>
#include <signal.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#include <event2/event.h>

#include "command_standin.h"
#include "configuration/configuration.h"
#include "lifecycle/lifecycle.h"
#include "lifecycle/losses.h"
#include "lifecycle/operations.h"
#include "lifecycle/operations_begin.h"
#include "lifecycle/operations_collect.h"
#include "lifecycle/orphaned.h"
#include "lifecycle/recorder.h"
#include "lifecycle/result_expiry.h"
#include "lifecycle/resume.h"
#include "monitor/monitor.h"
#include "operation_fixture.h"
#include "orphans_standin.h"
#include "records/aside.h"
#include "records/directory.h"
#include "report_fixture.h"
#include "scratch.h"
#include "suite.h"
#include "util/boot.h"

static struct operations operations;
static struct event_base *base;
static struct configuration *configuration;
static struct waiter waiter;

/* --- the monitor, which looks when a test says so --- */

struct monitor {
	bool is_there;
};

static struct monitor monitor;

void monitor_watch(struct monitor *watching, struct device *device)
{
	ck_assert_ptr_eq(watching, &monitor);
	devices_lock(&operations.devices);
	devices_watch_locked(&operations.devices, device);
	devices_unlock(&operations.devices);
}

void monitor_unwatch(struct monitor *watching, struct device *device)
{
	(void)watching;
	(void)device;
}

void monitor_refresh(struct monitor *watching, struct device *device)
{
	(void)watching;
	(void)device;
}

void monitor_note_copying(struct monitor *watching, struct device *device)
{
	(void)watching;
	(void)device;
}

void monitor_set_command(struct monitor *watching, struct device *device, bool is_running)
{
	(void)watching;
	(void)device;
	(void)is_running;
}

/* --- what tests do --- */

static void create_operations(void)
{
	struct lvmpolld_error error;

	scratch_create();
	waiter_init(&waiter);
	fixture_standing = LVMPOLLD_STANDING_GOES_ON;
	base = event_base_new();
	configuration = configuration_new();
	ck_assert(base && configuration && configuration_resolve(configuration) == 0);
	ck_assert_int_eq(operations_init(&operations, base, configuration, NULL, NULL, &error), 0);
	/* Whoever keeps it executes the program of this process, which is none that keeps it. */
	ck_assert_ptr_null(operations.history.path);
	ck_assert_int_eq(
		record_directory_open(&operations.records, scratch_path("state"), &error), 0);
	operations.monitor = &monitor;
}

static void free_operations(void)
{
	operations_destroy(&operations);
	results_destroy(&operations);
	recorder_destroy(&operations);
	event_base_free(base);
	configuration_free(configuration);
	scratch_remove();
}

static struct operation *find(bool is_abort)
{
	struct terms *terms = fixture_terms(1, 1);
	struct device *device = devices_find(&operations.devices, terms->asked.lvid);

	terms_release(terms);
	return device ? device->operations[is_abort] : NULL;
}

static enum operations_answer ask_from(const char *system_dir, bool is_abort, const char *interval)
{
	return operations_begin(&operations,
		fixture_terms_of(&fixture_entry, 1, 1, is_abort, interval, system_dir), &waiter);
}

static struct operation *begin(bool is_abort, const char *interval)
{
	ck_assert_int_eq(ask_from(NULL, is_abort, interval), OPERATIONS_ACCEPTED);
	return find(is_abort);
}

/* Puts OBSERVATION into the list of news, as the monitor does; its epoch is relative. */
static void note(struct observation observation)
{
	struct operation *operation = find(false) ? find(false) : find(true);
	struct device *device = operation->device;

	devices_lock(&operations.devices);
	observation.epoch += device->watch.epoch;
	devices_unlock(&operations.devices);
	device_lock(device);
	observation_release(&device->observation);
	observation.has_loss |= observation.verdict == LVMPOLLD_DATA_LOSS;
	device->observation = observation;
	device_unlock(device);
	devices_lock(&operations.devices);
	devices_add_news_locked(&operations.devices, device);
	devices_unlock(&operations.devices);
}

static void show(enum lvmpolld_verdict verdict, uint64_t signature)
{
	note((struct observation){.kind = OBSERVED,
		.verdict = verdict,
		.signature = signature,
		.is_whole = verdict == LVMPOLLD_STEP});
	lifecycle_on_news(&operations);
}

static void show_kind(enum observation_kind kind)
{
	note((struct observation){.kind = kind});
	lifecycle_on_news(&operations);
}

static struct command *lvpoll(void)
{
	struct command *command = standin_find("lvpoll");

	ck_assert_ptr_nonnull(command);
	return command;
}

/* Lvm2 is asked, and prints ROW. */
static void report(const char *row)
{
	struct command *command = standin_find("report");

	ck_assert_ptr_nonnull(command);
	standin_print(command, row);
	standin_exit(command, 0);
}

/* TIMER, which must run, runs out now. */
static void run_out(struct event *timer)
{
	ck_assert(timer && event_pending(timer, EV_TIMEOUT, NULL));
	event_active(timer, EV_TIMEOUT, 1);
	ck_assert_int_ge(event_base_loop(base, EVLOOP_NONBLOCK), 0);
}

static struct operations_report hear(bool is_abort)
{
	struct terms *terms = fixture_terms(1, 1);
	struct operations_report heard =
		operations_collect(&operations, terms->identifier, is_abort, &waiter, true);

	terms_release(terms);
	return heard;
}

static size_t count_told(void)
{
	size_t count;

	store_lock(&operations.polling);
	count = operations.polling.told_count;
	store_unlock(&operations.polling);
	return count;
}

static bool hears_nothing_yet(bool is_abort)
{
	struct operations_report heard = hear(is_abort);

	return heard.is_found && heard.standing == REQUEST_IN_PROGRESS;
}

static bool hears_failed(bool is_abort)
{
	struct operations_report heard = hear(is_abort);

	return heard.is_found && heard.standing == REQUEST_FAILED;
}

static bool hears(bool is_abort, bool by_signal, int value)
{
	struct operations_report heard = hear(is_abort);

	return heard.is_found && heard.standing == REQUEST_FINISHED &&
	       heard.result.by_signal == by_signal && heard.result.value == value;
}

static size_t count_entries(const char *folder)
{
	DIR *directory = opendir(scratch_path(folder));
	const struct dirent *entry;
	size_t count = 0;

	while (directory && (entry = readdir(directory)))
		count += entry->d_name[0] != '.';
	if (directory)
		closedir(directory);
	return count;
}

static bool is_recorded_as_aborted(void)
{
	char text[4096], path[300];
	DIR *directory = opendir(scratch_path("state"));
	const struct dirent *entry;
	bool is_being_aborted = false;

	while (directory && (entry = readdir(directory))) {
		FILE *file;

		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "state/%.250s", entry->d_name);
		file = fopen(scratch_path(path), "r");
		ck_assert_ptr_nonnull(file);
		text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
		fclose(file);
		is_being_aborted |= !!strstr(text, "displaced = 1");
	}
	if (directory)
		closedir(directory);
	return is_being_aborted;
}

/* A move whose lvpoll runs, since the kernel has shown that a step is due. */
static struct operation *begin_step(void)
{
	struct operation *operation = begin(false, "15");

	show(LVMPOLLD_STEP, 1);
	ck_assert_int_eq(operation->state, STATE_RUNNING);
	return operation;
}

static void fail_step(struct operation *operation)
{
	standin_exit(lvpoll(), 5);
	ck_assert_int_eq(operation->state, STATE_ASKING);
	report(fixture_volume_row(1, 1, "lv1"));
	ck_assert_int_eq(operation->state, STATE_BACKING_OFF);
}

/* --- the life of a move --- */

START_TEST(lifecycle_of_a_move)
{
	struct operation *operation = begin(false, "15");

	ck_assert_int_eq(operation->state, STATE_LOOKING);
	show(LVMPOLLD_WATCH, 1);
	ck_assert_int_eq(operation->state, STATE_COPYING);
	ck_assert_uint_eq(standin_started, 0);
	show(LVMPOLLD_STEP, 1);
	ck_assert_int_eq(operation->state, STATE_RUNNING);
	show(LVMPOLLD_WATCH, 2);
	ck_assert_int_eq(operation->state, STATE_ENDING);
	ck_assert(lvpoll()->is_terminated);
	standin_die(lvpoll(), SIGTERM);
	ck_assert_int_eq(operation->state, STATE_LOOKING);
	show(LVMPOLLD_STEP, 2);
	standin_print(lvpoll(), "at 100");
	ck_assert(hears_nothing_yet(false));
	standin_exit(lvpoll(), 0);
	ck_assert_int_eq(operation->state, STATE_CONFIRMING);
	ck_assert_uint_eq(count_entries("state"), 1);
	show_kind(OBSERVED_GONE);
	ck_assert_ptr_null(find(false));
	ck_assert_uint_eq(operations.in_flight, 0);
	ck_assert_uint_eq(count_entries("state"), 0);
	ck_assert(hears(false, false, 0));
	ck_assert(!hear(false).is_found);
}
END_TEST

/* Also in a turn that waits, and in a pause after an lvpoll that failed: _i is 1, 2. */
START_TEST(lifecycle_of_what_the_kernel_finishes_alone)
{
	struct operation *operation;

	configuration->lvm_max_running = _i == 1 ? 0 : 1;
	operation = begin(false, "15");
	show(LVMPOLLD_WATCH, 1);
	if (_i > 0)
		show(LVMPOLLD_STEP, 1);
	if (_i == 2) {
		standin_exit(lvpoll(), 5);
		report(fixture_volume_row(1, 1, "lv1"));
		ck_assert_int_eq(operation->state, STATE_BACKING_OFF);
		show(LVMPOLLD_DONE, 1);
		ck_assert_int_eq(operation->state, STATE_LOOKING);
	}
	show(LVMPOLLD_DONE, 1);
	ck_assert_ptr_null(find(false));
	ck_assert_uint_eq(standin_started, _i == 2 ? 2 : 0);
	ck_assert_uint_eq(operations.scheduler.waiting + operations.scheduler.running, 0);
	ck_assert_uint_eq(count_entries("state"), 0);
	ck_assert(hears(false, false, 0));
}
END_TEST

/* A command that runs says itself how it ends. */
START_TEST(lifecycle_of_what_the_kernel_finishes_beside_a_command)
{
	struct operation *operation;

	operation = begin(false, "15");
	show(LVMPOLLD_STEP, 1);
	show(LVMPOLLD_DONE, 1);
	ck_assert_int_eq(operation->state, STATE_RUNNING);
	ck_assert(hears_nothing_yet(false));
	standin_die(lvpoll(), SIGKILL);
	ck_assert_int_eq(operation->state, STATE_BACKING_OFF);
	ck_assert(hears_nothing_yet(false));
}
END_TEST

/* Whatever the kernel shows: nobody can contradict it. */
START_TEST(lifecycle_without_the_kernel)
{
	struct operation *operation;

	operations.monitor = NULL;
	operation = begin(false, "+15");
	ck_assert_int_eq(operation->state, STATE_RUNNING);
	ck_assert_ptr_nonnull(strstr(lvpoll()->line, "--interval +15"));
	standin_print(lvpoll(), "at 100");
	standin_exit(lvpoll(), 0);
	ck_assert(hears(false, false, 0));
}
END_TEST

/* As when a command of the user has done what the step was for. */
START_TEST(lifecycle_needs_no_turn_where_it_copies_again)
{
	struct operation *operation;

	configuration->lvm_max_running = 0;
	operation = begin(false, "15");
	show(LVMPOLLD_STEP, 1);
	ck_assert_int_eq(operation->state, STATE_WAITING);
	show(LVMPOLLD_WATCH, 2);
	ck_assert_int_eq(operation->state, STATE_COPYING);
	ck_assert_uint_eq(operations.scheduler.waiting, 0);
}
END_TEST

/* As when an abort ends a move at the moment at which the monitor has seen something of it. */
START_TEST(lifecycle_news_of_what_is_over_changes_nothing)
{
	struct operation *operation = begin(false, "15");

	show(LVMPOLLD_WATCH, 1);
	begin(true, "15");
	show(LVMPOLLD_WATCH, 1);
	ck_assert_int_eq(operation->state, STATE_YIELDING);
	standin_exit(lvpoll(), 0);
	note((struct observation){.kind = OBSERVED, .verdict = LVMPOLLD_STEP, .signature = 2});
	report(fixture_group_row(1, false));
	lifecycle_on_news(&operations);
	ck_assert_ptr_null(find(false));
	ck_assert_uint_eq(operations.scheduler.waiting + operations.scheduler.running, 0);
}
END_TEST

/* --- what would lose data comes before all else --- */

static bool is_given_up(void)
{
	struct terms *terms = fixture_terms(1, 1);
	bool result = record_is_refused(&operations.records, &terms->asked) > 0;

	terms_release(terms);
	return result;
}

/* In a turn that waits, also with a stall that is not heard of yet: _i is 1. */
START_TEST(lifecycle_no_turn_for_what_would_lose_data)
{
	configuration->lvm_max_running = 0;
	begin(false, "15");
	show(LVMPOLLD_STEP, 1);
	note((struct observation){.kind = OBSERVED,
		.verdict = LVMPOLLD_DATA_LOSS,
		.signature = 1,
		.is_stalled = _i == 1});
	lifecycle_on_news(&operations);
	ck_assert_ptr_null(find(false));
	ck_assert_uint_eq(operations.scheduler.waiting + operations.scheduler.running, 0);
	ck_assert(is_given_up());
	ck_assert(hears_failed(false));
}
END_TEST

START_TEST(lifecycle_ends_a_command_that_would_lose_data)
{
	struct operation *operation = begin_step();

	show(LVMPOLLD_DATA_LOSS, 1);
	ck_assert_int_eq(operation->state, STATE_ENDING);
	ck_assert(lvpoll()->is_terminated);
	ck_assert(hears_failed(false));
	ck_assert(is_given_up());
	show(LVMPOLLD_DATA_LOSS, 2);
	/* It ends well all the same: that is no end of the operation. */
	standin_exit(lvpoll(), 0);
	ck_assert_ptr_null(find(false));
	ck_assert(hears_failed(false));
}
END_TEST

/* As when the disk was full when the operation began: it must not be gone on with all the same. */
START_TEST(lifecycle_what_has_no_record_is_refused_for_good_too)
{
	struct operation *operation = begin(false, "15");

	recorder_remove(operation);
	show(LVMPOLLD_DATA_LOSS, 1);
	ck_assert(is_given_up());
	ck_assert_int_eq(ask_from(NULL, false, "15"), OPERATIONS_ACCEPTED);
	ck_assert_ptr_null(find(false));
	ck_assert(hears_failed(false));
}
END_TEST

/* lvpoll ends with status 0 also where it could not find the volume: that was not aborted then. */
START_TEST(lifecycle_what_is_given_up_stays_so_where_an_abort_did_not_find_it)
{
	struct operation *abort_operation;

	begin(false, "15");
	show(LVMPOLLD_DATA_LOSS, 1);
	abort_operation = begin(true, "15");
	show(LVMPOLLD_DATA_LOSS, 1);
	standin_exit(lvpoll(), 0);
	report(fixture_volume_row(1, 1, "lv1"));
	ck_assert_int_eq(abort_operation->state, STATE_BACKING_OFF);
	ck_assert(is_given_up());
	run_out(abort_operation->timer);
	show(LVMPOLLD_DATA_LOSS, 1);
	standin_exit(lvpoll(), 0);
	report(fixture_group_row(1, false));
	ck_assert_ptr_null(find(true));
	ck_assert(!is_given_up());
	ck_assert(hears(true, false, 0));
}
END_TEST

/* An abort is under way when it is seen; then the device goes and comes, and shows nothing. */
START_TEST(lifecycle_a_loss_outlives_all_later_looks)
{
	struct operation *operation = begin(false, "15"), *abort_operation;

	show(LVMPOLLD_WATCH, 1);
	abort_operation = begin(true, "15");
	show(LVMPOLLD_WATCH, 1);
	ck_assert_int_eq(operation->state, STATE_YIELDING);
	show(LVMPOLLD_DATA_LOSS, 1);
	show_kind(OBSERVED_GONE);
	show(LVMPOLLD_WATCH, 2);
	ck_assert_int_eq(operation->state, STATE_YIELDING);
	standin_exit(lvpoll(), 5);
	report(fixture_volume_row(1, 1, "lv1"));
	run_out(abort_operation->patience);
	ck_assert_ptr_null(find(false));
	ck_assert_ptr_null(standin_find("lvpoll"));
	ck_assert(is_given_up());
	/* Nor is it begun again with another system directory. */
	ck_assert_int_eq(ask_from("/etc/lvm", false, "15"), OPERATIONS_ACCEPTED);
	ck_assert_ptr_null(find(false));
}
END_TEST

/* A look that nobody has heard of when the operation ends for another reason. */
START_TEST(lifecycle_a_loss_is_heard_of_when_its_operation_is_over)
{
	struct operation *operation = begin_step();
	struct device *device = operation->device;

	fixture_standing = LVMPOLLD_STANDING_FAILED;
	standin_exit(lvpoll(), 5);
	device_lock(device);
	device->observation.has_loss = true;
	device_unlock(device);
	report(fixture_volume_row(1, 1, "lv1"));
	ck_assert_ptr_null(find(false));
	ck_assert(is_given_up());
}
END_TEST

/* A file is where the folder of the notes should be. */
static void block_notes(void)
{
	FILE *file = fopen(scratch_path("state.given_up"), "w");

	ck_assert_ptr_nonnull(file);
	fclose(file);
}

static void show_unwritten_loss(void)
{
	block_notes();
	begin(false, "15");
	show(LVMPOLLD_DATA_LOSS, 1);
	ck_assert_ptr_null(find(false));
	ck_assert(!is_given_up());
	ck_assert_uint_eq(operations.unwritten_losses, 1);
}

START_TEST(lifecycle_a_loss_that_cannot_be_noted_is_remembered)
{
	show_unwritten_loss();
	ck_assert_int_eq(ask_from(NULL, false, "15"), OPERATIONS_ACCEPTED);
	ck_assert_int_eq(ask_from("/etc/lvm", false, "15"), OPERATIONS_ACCEPTED);
	ck_assert_ptr_null(find(false));
	ck_assert(hears_failed(false));
	run_out(operations.loss_retry);
	ck_assert_uint_eq(operations.unwritten_losses, 1);
	ck_assert_int_eq(unlink(scratch_path("state.given_up")), 0);
	run_out(operations.loss_retry);
	ck_assert(is_given_up());
	ck_assert_uint_eq(operations.unwritten_losses, 0);
}
END_TEST

START_TEST(lifecycle_a_loss_is_noted_in_the_end)
{
	show_unwritten_loss();
	ck_assert_int_eq(unlink(scratch_path("state.given_up")), 0);
	losses_end(&operations);
	ck_assert(is_given_up());
}
END_TEST

START_TEST(lifecycle_a_loss_that_could_not_be_noted_goes_with_an_abort)
{
	show_unwritten_loss();
	begin(true, "15");
	show(LVMPOLLD_WATCH, 1);
	standin_print(lvpoll(), "  vg1/lv1: Moved: 100.00%");
	standin_exit(lvpoll(), 0);
	ck_assert_uint_eq(operations.unwritten_losses, 1);
	report(fixture_group_row(1, false));
	ck_assert_ptr_null(find(true));
	ck_assert_uint_eq(operations.unwritten_losses, 0);
	ck_assert(TAILQ_EMPTY(&operations.devices.all));
}
END_TEST

/* Whether it was given up cannot be told: it is taken for so. */
START_TEST(lifecycle_a_note_that_cannot_be_read_counts)
{
	ck_assert_int_eq(symlink("state.given_up", scratch_path("state.given_up")), 0);
	ck_assert_int_eq(ask_from(NULL, false, "15"), OPERATIONS_ACCEPTED);
	ck_assert_ptr_null(find(false));
	ck_assert(hears_failed(false));
}
END_TEST

/* --- the process of a previous daemon --- */

static struct operation *resume_with_orphan(void)
{
	const struct resume_info info = {
		.is_orphan = true,
		.pid = STANDIN_FIRST_PID - 1,
		.start_ticks = 1,
		.outputs = {-1, -1},
	};

	standin_adopt_failure = EMFILE;
	ck_assert_int_eq(resume_operation(&operations, fixture_terms(1, 1), &info, NULL), 0);
	ck_assert_int_eq(find(false)->state, STATE_BACKING_OFF);
	ck_assert_int_eq(find(false)->back_off.reason, BACK_OFF_ORPHAN);
	return find(false);
}

/* As after a crash on a machine that is short of everything. */
START_TEST(lifecycle_does_not_run_beside_what_cannot_be_adopted_yet)
{
	struct operation *operation = resume_with_orphan();

	show(LVMPOLLD_STEP, 1);
	operations_retry_all(&operations);
	ck_assert_uint_eq(standin_started, 0);
	ck_assert_uint_eq(operations.scheduler.waiting, 0);
	run_out(operation->timer);
	ck_assert_int_eq(operation->back_off.reason, BACK_OFF_ORPHAN);
	standin_adopt_failure = 0;
	run_out(operation->timer);
	ck_assert_int_eq(operation->state, STATE_ENDING);
	ck_assert_int_eq(command_pid(lvpoll()), STANDIN_FIRST_PID - 1);
	ck_assert(lvpoll()->is_terminated);
	standin_die(lvpoll(), SIGTERM);
	ck_assert_int_eq(operation->state, STATE_LOOKING);
}
END_TEST

/* A copy that fails meanwhile shows only until the rest is copied. */
START_TEST(lifecycle_looks_while_the_lvpoll_of_a_previous_daemon_ends)
{
	struct operation *operation = resume_with_orphan();

	devices_lock(&operations.devices);
	ck_assert(operation->device->watch.is_watched);
	devices_unlock(&operations.devices);
	standin_adopt_failure = 0;
	run_out(operation->timer);
	ck_assert_int_eq(operation->state, STATE_ENDING);
	show(LVMPOLLD_DATA_LOSS, 1);
	ck_assert_uint_eq(count_entries("state.given_up"), 1);
}
END_TEST

/* Its abort, too, waits until it is gone; and does not wait for ever. */
START_TEST(lifecycle_does_not_abort_beside_what_cannot_be_adopted_yet)
{
	struct operation *operation = resume_with_orphan(), *abort_operation = begin(true, "15");

	show(LVMPOLLD_WATCH, 1);
	ck_assert_int_eq(abort_operation->back_off.reason, BACK_OFF_BUSY);
	ck_assert_ptr_null(standin_find("lvpoll"));
	run_out(operation->timer);
	ck_assert_ptr_null(standin_find("lvpoll"));
	standin_adopt_failure = 0;
	run_out(operation->timer);
	ck_assert(lvpoll()->is_terminated);
	standin_die(lvpoll(), SIGTERM);
	ck_assert_int_eq(operation->state, STATE_YIELDING);
	if (abort_operation->state == STATE_BACKING_OFF)
		run_out(abort_operation->timer);
	show(LVMPOLLD_WATCH, 1);
	ck_assert_int_eq(abort_operation->state, STATE_RUNNING);
	ck_assert_int_ge(command_pid(lvpoll()), STANDIN_FIRST_PID);
}
END_TEST

START_TEST(lifecycle_goes_on_where_the_former_process_is_gone)
{
	const struct resume_info info = {
		.is_orphan = true,
		.pid = STANDIN_FIRST_PID - 1,
		.start_ticks = 1,
		.outputs = {-1, -1},
	};

	standin_adopt_failure = ESRCH;
	ck_assert_int_eq(resume_operation(&operations, fixture_terms(1, 1), &info, NULL), 0);
	ck_assert_int_eq(find(false)->state, STATE_LOOKING);
}
END_TEST

/* One whose process id is not on record is looked for: until it is known nothing is begun. */
static struct operation *resume_with_unknown(void)
{
	const struct resume_info info = {.is_orphan = true, .outputs = {-1, -1}};

	ck_assert_int_eq(resume_operation(&operations, fixture_terms(1, 1), &info, NULL), 0);
	ck_assert_int_eq(find(false)->state, STATE_BACKING_OFF);
	ck_assert_int_eq(find(false)->back_off.reason, BACK_OFF_ORPHAN);
	ck_assert_int_eq(find(false)->recorded_command, RECORD_STARTING);
	return find(false);
}

START_TEST(lifecycle_cannot_tell_is_no_no)
{
	struct operation *operation = resume_with_unknown();

	show(LVMPOLLD_STEP, 1);
	operations_retry_all(&operations);
	run_out(operation->timer);
	standin_orphans_tell(ORPHANS_NOT_KNOWN, 0);
	ck_assert_int_eq(operation->back_off.reason, BACK_OFF_ORPHAN);
	ck_assert_uint_eq(standin_started, 0);
	ck_assert_int_eq(operation->recorded_command, RECORD_STARTING);
	standin_orphans_tell(ORPHANS_NONE, 0);
	ck_assert_int_eq(operation->state, STATE_LOOKING);
	ck_assert_int_eq(operation->recorded_command, RECORD_NO_COMMAND);
	show(LVMPOLLD_STEP, 1);
	ck_assert_uint_eq(standin_started, 1);
}
END_TEST

START_TEST(lifecycle_what_is_found_is_ended_first)
{
	struct operation *operation = resume_with_unknown();

	standin_orphans_tell(ORPHANS_FOUND, STANDIN_FIRST_PID - 1);
	ck_assert_int_eq(operation->state, STATE_ENDING);
	ck_assert_int_eq(command_pid(lvpoll()), STANDIN_FIRST_PID - 1);
	ck_assert(lvpoll()->is_terminated);
	standin_die(lvpoll(), SIGTERM);
	ck_assert_int_eq(operation->state, STATE_LOOKING);
}
END_TEST

/* It yields before that is known, and is given back. */
START_TEST(lifecycle_failed_abort_leaves_the_search_to_go_on)
{
	struct operation *operation = resume_with_unknown(), *abort_operation = begin(true, "15");

	ck_assert_int_eq(operation->state, STATE_YIELDING);
	lifecycle_handle(abort_operation, EVENT_NO_PATIENCE);
	lifecycle_settle(&operations);
	ck_assert_int_eq(operation->state, STATE_BACKING_OFF);
	ck_assert_int_eq(operation->back_off.reason, BACK_OFF_ORPHAN);
	ck_assert_int_eq(operation->recorded_command, RECORD_STARTING);
	standin_orphans_tell(ORPHANS_FOUND, STANDIN_FIRST_PID - 1);
	ck_assert(lvpoll()->is_terminated);
}
END_TEST

/* A record of it was set aside by this daemon, or one before. */
static void doubt_of(bool is_abort)
{
	struct terms *terms = fixture_terms_of(&fixture_entry, 1, 1, is_abort, "15", NULL);
	char name[NAME_MAX];

	record_make_name(&terms->asked, name, sizeof(name));
	ck_assert_int_eq(record_note_aside(&operations.records, DAMAGED_SUFFIX, name), 0);
	terms_release(terms);
}

static void doubt(void)
{
	doubt_of(false);
}

/* The lvpoll of the poll would run beside it. */
START_TEST(lifecycle_abort_looks_for_the_orphan_of_what_it_aborts)
{
	struct operation *abort_operation;

	doubt();
	abort_operation = begin(true, "15");
	show(LVMPOLLD_WATCH, 1);
	ck_assert_int_eq(abort_operation->back_off.reason, BACK_OFF_ORPHAN);
	ck_assert_uint_eq(standin_started, 0);
	standin_orphans_tell(ORPHANS_FOUND, STANDIN_FIRST_PID - 1);
	ck_assert_int_eq(abort_operation->state, STATE_ENDING);
	ck_assert(lvpoll()->is_terminated);
	standin_die(lvpoll(), SIGTERM);
	show(LVMPOLLD_WATCH, 1);
	ck_assert_int_eq(abort_operation->state, STATE_RUNNING);
	ck_assert_ptr_nonnull(strstr(lvpoll()->line, "--abort"));
}
END_TEST

/* Its record could be used, that of the other (_i: the poll, or the abort) could not. */
START_TEST(lifecycle_resumed_looks_for_the_orphan_of_the_other)
{
	const struct resume_info idle = {.outputs = {-1, -1}};
	struct terms *terms = fixture_terms_of(&fixture_entry, 1, 1, _i == 0, "15", NULL);
	struct operation *operation;

	doubt_of(_i == 1);
	ck_assert_int_eq(resume_operation(&operations, terms, &idle, NULL), 0);
	operation = find(_i == 0);
	ck_assert_int_eq(operation->state, STATE_LOOKING);
	orphaned_look_for(operation);
	ck_assert_int_eq(operation->back_off.reason, BACK_OFF_ORPHAN);
	ck_assert_int_eq(operation->recorded_command, RECORD_STARTING);
	standin_orphans_tell(ORPHANS_NONE, 0);
	ck_assert_int_eq(operation->state, STATE_LOOKING);
}
END_TEST

/* It is adopted once, by the operation whose record tells of it. */
START_TEST(lifecycle_orphan_on_record_is_nobody_elses)
{
	resume_with_orphan();
	doubt();
	begin(true, "15");
	ck_assert(standin_orphans->callbacks.is_ours(
		STANDIN_FIRST_PID - 1, standin_orphans->context));
	ck_assert(!standin_orphans->callbacks.is_ours(
		STANDIN_FIRST_PID - 2, standin_orphans->context));
}
END_TEST

/* Nobody is told 0, nor that nothing is there, until lvm2 has said how it stands. */
START_TEST(lifecycle_what_is_in_doubt_is_neither_believed_nor_forgotten)
{
	struct operation *operation;

	doubt();
	ck_assert(hears_failed(false));
	operation = begin(false, "15");
	ck_assert_int_eq(operation->back_off.reason, BACK_OFF_ORPHAN);
	ck_assert_int_eq(operation->recorded_command, RECORD_STARTING);
	standin_orphans_tell(ORPHANS_NONE, 0);
	show(LVMPOLLD_STEP, 1);
	standin_print(lvpoll(), "at 100");
	standin_exit(lvpoll(), 0);
	ck_assert_int_eq(operation->state, STATE_ASKING);
	ck_assert(hears_nothing_yet(false));
	report(fixture_group_row(1, false));
	ck_assert(hears(false, false, 0));
	ck_assert(!hear(false).is_found);
}
END_TEST

/* As on record for two system directories: two would be in each other's way. */
START_TEST(lifecycle_resumes_what_two_have_asked_for_once)
{
	const struct resume_info info = {.outputs = {-1, -1}};
	struct terms *other = fixture_terms_of(&fixture_entry, 1, 1, false, "15", "/etc/other");
	struct operation *operation;

	ck_assert_int_eq(resume_operation(&operations, fixture_terms(1, 1), &info, NULL), 0);
	operation = find(false);
	ck_assert_int_eq(resume_operation(&operations, other, &info, NULL), 0);
	ck_assert_ptr_eq(find(false), operation);
	ck_assert_uint_eq(operations.in_flight, 1);
	show(LVMPOLLD_STEP, 1);
	standin_print(lvpoll(), "at 100");
	standin_exit(lvpoll(), 0);
	show_kind(OBSERVED_GONE);
	ck_assert_uint_eq(count_told(), 2);
}
END_TEST

/* As where a daemon could not read the first record, and began anew. */
START_TEST(lifecycle_ends_the_lvpoll_of_a_second_record)
{
	const struct resume_info idle = {.outputs = {-1, -1}}, running = {.is_orphan = true,
								       .pid = STANDIN_FIRST_PID - 1,
								       .start_ticks = 1,
								       .outputs = {-1, -1}};
	struct terms *other = fixture_terms_of(&fixture_entry, 1, 1, false, "15", "/etc/other");
	struct operation *operation;

	ck_assert_int_eq(resume_operation(&operations, fixture_terms(1, 1), &idle, NULL), 0);
	operation = find(false);
	ck_assert_int_eq(resume_operation(&operations, other, &running, NULL), 0);
	ck_assert_int_eq(operation->state, STATE_ENDING);
	ck_assert_int_eq(command_pid(lvpoll()), STANDIN_FIRST_PID - 1);
	standin_die(lvpoll(), SIGTERM);
	ck_assert_int_eq(operation->state, STATE_LOOKING);
}
END_TEST

/* After an upgrade: who waits for what could not be resumed must not wait for ever. */
START_TEST(lifecycle_who_waits_for_what_is_not_resumed_is_told)
{
	const struct resume_request_info waits = {.standing = REQUEST_IN_PROGRESS, .count = 2};

	resume_request(&operations, fixture_terms(1, 1), &waits);
	ck_assert(hears_failed(false));
	/* Nor is anything told twice. */
	resume_request(&operations, fixture_terms(1, 1), &waits);
	ck_assert(hears_failed(false));
}
END_TEST

START_TEST(lifecycle_results_are_told_after_an_upgrade)
{
	const struct resume_info left = {.is_child = true, .outputs = {-1, -1}};
	const struct resume_request_info told = {.standing = REQUEST_FINISHED,
		.result = {.by_signal = true, .value = 9},
		.told_at_s = boot_clock_ms() / 1000};

	ck_assert_int_eq(resume_operation(&operations, fixture_terms(1, 1), &left, NULL), 0);
	resume_request(&operations, fixture_terms(1, 1), &told);
	ck_assert(hears(false, true, 9));
	ck_assert_int_eq(find(false)->state, STATE_LOOKING);
	/* A new request joins what is still in flight. */
	begin(false, "15");
	ck_assert(hears_nothing_yet(false));
	ck_assert_uint_eq(operations.in_flight, 1);
}
END_TEST

/* Nobody has looked since: another move may have its name by now. */
START_TEST(lifecycle_an_abort_of_what_is_given_up_needs_a_look)
{
	struct operation *abort_operation;

	begin_step();
	show(LVMPOLLD_DATA_LOSS, 1);
	standin_die(lvpoll(), SIGTERM);
	ck_assert_ptr_null(find(false));
	abort_operation = begin(true, "15");
	ck_assert_int_eq(abort_operation->state, STATE_LOOKING);
	show_kind(OBSERVED_GONE);
	ck_assert_int_eq(abort_operation->state, STATE_ASKING);
}
END_TEST

/* The daemon ends before the main thread has heard of it. */
START_TEST(lifecycle_a_loss_that_was_seen_last_is_noted_at_the_end)
{
	begin(false, "15");
	show(LVMPOLLD_WATCH, 1);
	operations_stop(&operations);
	note((struct observation){.kind = OBSERVED, .has_loss = true});
	losses_end(&operations);
	ck_assert_uint_eq(count_entries("state.given_up"), 1);
}
END_TEST

/* An upgrade while it is looked at: who waits hears of the failure at the same time. */
START_TEST(lifecycle_an_upgrade_does_not_keep_anybody_waiting)
{
	const struct resume_info info = {.is_child = true,
		.outputs = {-1, -1},
		.back_off = {.reason = BACK_OFF_STATUS, .count = 3},
		.failing_since_ms = 1};

	ck_assert_int_eq(resume_operation(&operations, fixture_terms(1, 1), &info, NULL), 0);
	ck_assert_int_eq(find(false)->state, STATE_LOOKING);
	ck_assert_int_eq(find(false)->failing_since_ms, 1);
	ck_assert_uint_eq(find(false)->back_off.count, 3);
}
END_TEST

/* --- an end that is in doubt --- */

static struct operation *end_well(void)
{
	struct operation *operation = begin_step();

	standin_print(lvpoll(), "at 100");
	standin_exit(lvpoll(), 0);
	ck_assert_int_eq(operation->state, STATE_CONFIRMING);
	return operation;
}

START_TEST(lifecycle_an_end_that_the_kernel_contradicts_is_none)
{
	struct operation *operation = end_well();

	show(LVMPOLLD_WATCH, 1);
	ck_assert_int_eq(operation->state, STATE_ASKING);
	report(fixture_volume_row(1, 1, "lv1"));
	ck_assert_int_eq(operation->state, STATE_BACKING_OFF);
	ck_assert_int_eq(operation->back_off.reason, BACK_OFF_CONTRADICTED);
	ck_assert(hears_nothing_yet(false));
	run_out(operation->patience);
	ck_assert(hears_failed(false));
	ck_assert_uint_eq(count_entries("state"), 1);
	ck_assert_ptr_eq(find(false), operation);
}
END_TEST

START_TEST(lifecycle_an_end_that_lvm2_proves_is_one_whatever_the_kernel_shows)
{
	end_well();
	show(LVMPOLLD_WATCH, 1);
	report(fixture_group_row(1, false));
	ck_assert_ptr_null(find(false));
	ck_assert(hears(false, false, 0));
	ck_assert_uint_eq(count_entries("state"), 0);
}
END_TEST

/* As where lvm.conf hides the group: the report is empty, and proves nothing. */
START_TEST(lifecycle_an_end_that_nobody_can_prove_is_none)
{
	struct operation *operation = end_well();

	show(LVMPOLLD_WATCH, 1);
	standin_exit(standin_find("report"), 0);
	ck_assert_int_eq(operation->back_off.reason, BACK_OFF_NOT_SEEN);
	run_out(operation->timer);
	show(LVMPOLLD_STEP, 1);
	standin_exit(lvpoll(), 4);
	standin_exit(standin_find("report"), 4);
	ck_assert_int_eq(operation->back_off.reason, BACK_OFF_NO_ANSWER);
	run_out(operation->patience);
	ck_assert(hears(false, false, 4));
}
END_TEST

/* An lvpoll that found nothing says that all is well. */
START_TEST(lifecycle_an_end_that_says_nothing_is_asked_about)
{
	struct operation *operation = begin_step();

	standin_exit(lvpoll(), 0);
	ck_assert_int_eq(operation->state, STATE_ASKING);
	report(fixture_volume_row(1, 1, "renamed"));
	ck_assert_int_eq(operation->state, STATE_LOOKING);
	show(LVMPOLLD_STEP, 1);
	ck_assert_ptr_nonnull(strstr(lvpoll()->line, "vg1/renamed"));
}
END_TEST

/* One report answers for all that wait. */
START_TEST(lifecycle_a_report_that_hangs_is_no_answer)
{
	struct operation *operation = begin_step();
	struct command *command;

	standin_exit(lvpoll(), 5);
	command = standin_find("report");
	standin_be_silent(command);
	ck_assert(command->is_terminated);
	ck_assert_int_eq(operation->back_off.reason, BACK_OFF_NO_ANSWER);
	standin_die(command, SIGTERM);
	ck_assert_ptr_null(standin_find("report"));
}
END_TEST

/* What lvpoll prints does not end it: its work may only begin then. */
START_TEST(lifecycle_a_step_that_changes_nothing_is_ended_after_a_time)
{
	struct operation *operation = begin_step();

	ck_assert_int_gt(operation->timer_due_ms, boot_clock_ms() + 10000);
	standin_print(lvpoll(), "at 30");
	ck_assert_int_eq(operation->state, STATE_RUNNING);
	ck_assert(!lvpoll()->is_terminated);
	ck_assert_int_lt(operation->timer_due_ms, boot_clock_ms() + 10000);
	run_out(operation->timer);
	ck_assert_int_eq(operation->state, STATE_ENDING);
	ck_assert(lvpoll()->is_terminated);
	/* What lvm2 makes of SIGTERM. */
	standin_exit(lvpoll(), 5);
	show(LVMPOLLD_STEP, 1);
	ck_assert_int_eq(operation->state, STATE_BACKING_OFF);
	ck_assert_int_eq(operation->back_off.reason, BACK_OFF_VAIN);
	/* The next one gets twice as long: the group may be locked. */
	run_out(operation->timer);
	show(LVMPOLLD_STEP, 1);
	ck_assert_int_eq(operation->state, STATE_RUNNING);
	ck_assert_int_gt(operation->timer_due_ms, boot_clock_ms() + 30000);
}
END_TEST

/* The table shows no copying any more: lvpoll is about to end, or it sleeps before its last check.
 */
START_TEST(lifecycle_a_step_that_has_changed_the_table_is_ended_soon)
{
	struct operation *operation = begin_step();

	show(LVMPOLLD_STEP, 2);
	ck_assert_int_eq(operation->state, STATE_RUNNING);
	ck_assert_int_lt(operation->timer_due_ms, boot_clock_ms() + 10000);
	run_out(operation->timer);
	ck_assert(lvpoll()->is_terminated);
	standin_die(lvpoll(), SIGTERM);
	show(LVMPOLLD_STEP, 2);
	ck_assert_int_eq(operation->state, STATE_RUNNING);
}
END_TEST

START_TEST(lifecycle_a_step_that_has_changed_the_table_is_ended_at_once)
{
	struct operation *operation = begin_step();

	show(LVMPOLLD_WATCH, 2);
	ck_assert_int_eq(operation->state, STATE_ENDING);
	ck_assert(lvpoll()->is_terminated);
}
END_TEST

/* As where the group was renamed meanwhile, and lvm2's answer waits for a lock. */
START_TEST(lifecycle_a_change_before_a_failure_does_not_make_up_for_it)
{
	struct operation *operation = begin_step();

	show(LVMPOLLD_STEP, 2);
	standin_exit(lvpoll(), 5);
	ck_assert_int_eq(operation->state, STATE_ASKING);
	show(LVMPOLLD_STEP, 2);
	report(fixture_volume_row(1, 1, "lv1"));
	ck_assert_int_eq(operation->state, STATE_BACKING_OFF);
	show(LVMPOLLD_STEP, 2);
	ck_assert(hears_nothing_yet(false));
	run_out(operation->patience);
	ck_assert(hears(false, false, 5));
}
END_TEST

START_TEST(lifecycle_what_lvm2_says_has_failed_has)
{
	begin_step();
	fixture_standing = LVMPOLLD_STANDING_FAILED;
	standin_exit(lvpoll(), 5);
	report(fixture_volume_row(1, 1, "lv1"));
	ck_assert_ptr_null(find(false));
	ck_assert(hears(false, false, 5));
	ck_assert_uint_eq(count_entries("state"), 0);
}
END_TEST

/* --- attempts that fail --- */

START_TEST(lifecycle_stays_in_flight_where_an_attempt_fails)
{
	struct operation *operation = begin_step();

	fail_step(operation);
	ck_assert_int_eq(operation->back_off.reason, BACK_OFF_STATUS);
	ck_assert(hears_nothing_yet(false));
	run_out(operation->patience);
	/* And once more, to any client that asks. */
	ck_assert(hears(false, false, 5));
	ck_assert(hears(false, false, 5));
	ck_assert_ptr_eq(find(false), operation);
	ck_assert_uint_eq(count_entries("state"), 1);
}
END_TEST

START_TEST(lifecycle_a_new_request_causes_an_attempt_at_once)
{
	struct operation *operation = begin_step();

	fail_step(operation);
	run_out(operation->patience);
	ck_assert(hears(false, false, 5));
	ck_assert_ptr_eq(begin(false, "15"), operation);
	ck_assert_int_eq(operation->state, STATE_LOOKING);
	ck_assert(hears_nothing_yet(false));
	show(LVMPOLLD_STEP, 1);
	fail_step(operation);
	run_out(operation->patience);
	ck_assert(hears(false, false, 5));
}
END_TEST

/* The others were told long ago; this one is, in its own time. */
START_TEST(lifecycle_who_asks_while_an_attempt_is_made_is_told_too)
{
	struct operation *operation = begin_step();

	fail_step(operation);
	run_out(operation->patience);
	run_out(operation->timer);
	show(LVMPOLLD_STEP, 1);
	ck_assert_int_eq(operation->state, STATE_RUNNING);
	begin(false, "15");
	fail_step(operation);
	ck_assert(hears_nothing_yet(false));
	run_out(operation->patience);
	ck_assert(hears(false, false, 5));
}
END_TEST

/* What was told is not taken back, but the end is another request's. */
START_TEST(lifecycle_tells_each_request_of_one_device)
{
	struct operation *operation = begin(false, "15");

	ck_assert_int_eq(ask_from("/etc/other", false, "30"), OPERATIONS_ACCEPTED);
	ck_assert_ptr_eq(find(false), operation);
	ck_assert_str_eq(operation->lead->asked.system_dir, "/etc/other");
	show(LVMPOLLD_STEP, 1);
	standin_print(lvpoll(), "at 100");
	standin_exit(lvpoll(), 0);
	show_kind(OBSERVED_GONE);
	ck_assert(hears(false, false, 0));
	ck_assert_uint_eq(count_told(), 1);
}
END_TEST

START_TEST(lifecycle_a_signal_of_somebody_else_is_no_end)
{
	struct operation *operation = begin_step();

	standin_die(lvpoll(), SIGKILL);
	ck_assert_int_eq(operation->state, STATE_BACKING_OFF);
	ck_assert_int_eq(operation->back_off.reason, BACK_OFF_SIGNAL);
	run_out(operation->patience);
	ck_assert(hears(false, true, SIGKILL));
	ck_assert_ptr_eq(find(false), operation);
}
END_TEST

/* Sooner or later it is there: in the middle of an upgrade, say. */
START_TEST(lifecycle_without_lvm_who_waits_hears_101_at_once)
{
	struct operation *operation;

	standin_start_failure = ENOEXEC;
	operation = begin(false, "15");
	show(LVMPOLLD_STEP, 1);
	ck_assert_int_eq(operation->back_off.reason, BACK_OFF_NOT_EXECUTABLE);
	ck_assert(hears(false, false, 101));
	ck_assert_ptr_eq(find(false), operation);
	standin_start_failure = 0;
	run_out(operation->timer);
	show(LVMPOLLD_STEP, 1);
	ck_assert_int_eq(operation->state, STATE_RUNNING);
}
END_TEST

START_TEST(lifecycle_pauses_grow)
{
	static const time_t pauses_s[] = {1, 1, 2, 4, 8, 16};
	struct operation *operation = begin_step();

	for (size_t i = 0; i < SUITE_COUNT(pauses_s); i++) {
		struct timeval due, now;

		fail_step(operation);
		ck_assert(event_pending(operation->timer, EV_TIMEOUT, &due));
		gettimeofday(&now, NULL);
		ck_assert_int_le(due.tv_sec - now.tv_sec, pauses_s[i] + 1);
		ck_assert_int_ge(due.tv_sec - now.tv_sec, pauses_s[i] - 1);
		run_out(operation->timer);
		show(LVMPOLLD_STEP, 1);
	}
}
END_TEST

/* It may be in the kernel, and cannot be killed: it holds up nobody. */
START_TEST(lifecycle_one_that_is_silent_is_told_and_holds_no_turn)
{
	struct operation *operation = begin_step();

	standin_be_silent(lvpoll());
	ck_assert(hears_failed(false));
	ck_assert(lvpoll()->is_terminated);
	ck_assert_uint_eq(operations.scheduler.running, 0);
	ck_assert_int_eq(operation->state, STATE_ENDING);
	/* No second one beside it. */
	ck_assert_ptr_eq(begin(false, "15"), operation);
	ck_assert_uint_eq(standin_started, 1);
	standin_die(lvpoll(), SIGTERM);
	ck_assert_int_eq(operation->back_off.reason, BACK_OFF_SILENT);
	run_out(operation->timer);
	show(LVMPOLLD_STEP, 1);
	ck_assert_int_eq(operation->state, STATE_RUNNING);
}
END_TEST

/* --- without a device --- */

START_TEST(lifecycle_is_dormant_without_its_volume)
{
	struct operation *operation = begin(false, "15");

	show(LVMPOLLD_WATCH, 1);
	show_kind(OBSERVED_GONE);
	report(fixture_volume_row(1, 1, "lv1"));
	ck_assert_int_eq(operation->state, STATE_DORMANT);
	ck_assert_uint_eq(operations.in_flight, 0);
	ck_assert_uint_eq(count_entries("state"), 0);
	ck_assert_uint_eq(count_entries("state.dormant"), 1);
	run_out(operation->patience);
	ck_assert(hears_failed(false));
	/* A request wakes it, and is told in its own time. */
	begin(false, "15");
	ck_assert_int_eq(operation->state, STATE_ASKING);
	report(fixture_volume_row(1, 1, "lv1"));
	ck_assert_int_eq(operation->state, STATE_DORMANT);
	run_out(operation->patience);
	ck_assert(hears_failed(false));
	show(LVMPOLLD_WATCH, 1);
	ck_assert_int_eq(operation->state, STATE_COPYING);
	ck_assert_uint_eq(operations.in_flight, 1);
	ck_assert_uint_eq(count_entries("state"), 1);
}
END_TEST

START_TEST(lifecycle_what_has_no_device_may_be_over)
{
	begin(false, "15");
	show_kind(OBSERVED_GONE);
	report(fixture_group_row(1, false));
	ck_assert(hears(false, false, 0));
}
END_TEST

/* On the disks that are missing the metadata may be newer. */
START_TEST(lifecycle_what_has_no_device_is_not_over_where_disks_are_missing)
{
	struct operation *operation = begin(false, "15");

	show_kind(OBSERVED_GONE);
	report(fixture_group_row(1, true));
	ck_assert_int_eq(operation->back_off.reason, BACK_OFF_NO_ANSWER);
}
END_TEST

/* --- "+15" --- */

START_TEST(lifecycle_takes_no_step_before_its_time)
{
	struct operation *operation = begin(false, "+15");

	show(LVMPOLLD_STEP, 1);
	ck_assert_int_eq(operation->state, STATE_BACKING_OFF);
	ck_assert_int_eq(operation->back_off.reason, BACK_OFF_NOT_BEFORE);
	operations_retry_all(&operations);
	ck_assert_int_eq(operation->state, STATE_BACKING_OFF);
	operation->not_before_ms = boot_clock_ms() - 1;
	run_out(operation->timer);
	show(LVMPOLLD_STEP, 1);
	ck_assert_ptr_nonnull(strstr(lvpoll()->line, "--interval 3600"));
}
END_TEST

/* As on record since before the machine started anew. */
START_TEST(lifecycle_time_before_the_first_step_is_no_longer_than_was_asked_for)
{
	const struct resume_info info = {
		.not_before_ms = boot_clock_ms() + 86400000, .outputs = {-1, -1}};
	struct timeval due, now;

	ck_assert_int_eq(resume_operation(&operations, fixture_terms(1, 1), &info, NULL), 0);
	show(LVMPOLLD_STEP, 1);
	ck_assert(event_pending(find(false)->timer, EV_TIMEOUT, &due));
	gettimeofday(&now, NULL);
	ck_assert_int_le(due.tv_sec - now.tv_sec, 16);
	ck_assert_int_ge(due.tv_sec - now.tv_sec, 13);
}
END_TEST

/* --- aborts --- */

START_TEST(lifecycle_an_abort_takes_the_place_of_its_move)
{
	struct operation *operation = begin_step(), *abort_operation = begin(true, "+15");

	ck_assert(lvpoll()->is_terminated);
	ck_assert(hears(false, true, SIGTERM));
	show(LVMPOLLD_WATCH, 1);
	ck_assert_uint_eq(standin_started, 1);
	ck_assert_int_eq(abort_operation->back_off.reason, BACK_OFF_BUSY);
	standin_die(lvpoll(), SIGTERM);
	ck_assert_int_eq(operation->state, STATE_YIELDING);
	show(LVMPOLLD_WATCH, 1);
	ck_assert_int_eq(abort_operation->state, STATE_RUNNING);
	/* lvm2 2.03.39 would do nothing with "+", and say that all is well. */
	ck_assert_ptr_nonnull(strstr(lvpoll()->line, "--interval 15"));
	ck_assert_ptr_nonnull(strstr(lvpoll()->line, "--abort"));
	standin_exit(lvpoll(), 0);
	ck_assert_int_eq(abort_operation->state, STATE_ASKING);
	report(fixture_group_row(1, false));
	ck_assert(!find(false) && !find(true));
	ck_assert(hears(true, false, 0));
	ck_assert_uint_eq(count_entries("state"), 0);
}
END_TEST

START_TEST(lifecycle_goes_on_where_its_abort_fails)
{
	struct operation *operation = begin(false, "15"), *abort_operation;

	show(LVMPOLLD_WATCH, 1);
	abort_operation = begin(true, "15");
	show(LVMPOLLD_WATCH, 1);
	ck_assert_int_eq(operation->state, STATE_YIELDING);
	standin_exit(lvpoll(), 5);
	report(fixture_volume_row(1, 1, "lv1"));
	ck_assert_int_eq(abort_operation->state, STATE_BACKING_OFF);
	ck_assert_int_eq(operation->state, STATE_YIELDING);
	run_out(abort_operation->patience);
	ck_assert_ptr_null(find(true));
	ck_assert(hears(true, false, 5));
	ck_assert_int_eq(operation->state, STATE_LOOKING);
	ck_assert_uint_eq(count_entries("state"), 1);
	show(LVMPOLLD_STEP, 1);
	ck_assert_int_eq(operation->state, STATE_RUNNING);
}
END_TEST

/* Nobody is told 0 of what was aborted, whenever they asked for it. */
START_TEST(lifecycle_who_asks_for_what_is_being_aborted_hears_that)
{
	begin(false, "15");
	show(LVMPOLLD_WATCH, 1);
	begin(true, "15");
	ck_assert(hears(false, true, SIGTERM));
	begin(false, "15");
	show(LVMPOLLD_WATCH, 1);
	ck_assert(hears_nothing_yet(false));
	standin_exit(lvpoll(), 0);
	report(fixture_group_row(1, false));
	ck_assert(hears(false, true, SIGTERM));
}
END_TEST

/* Likewise where nothing was in flight when the abort began; and it goes on if that fails. */
START_TEST(lifecycle_what_is_asked_for_while_its_abort_runs_yields)
{
	struct operation *abort_operation = begin(true, "15"), *operation = begin(false, "15");

	ck_assert_int_eq(operation->state, STATE_YIELDING);
	show(LVMPOLLD_STEP, 1);
	ck_assert_int_eq(operation->state, STATE_YIELDING);
	ck_assert(hears_nothing_yet(false));
	ck_assert(is_recorded_as_aborted());
	standin_exit(lvpoll(), 5);
	report(fixture_volume_row(1, 1, "lv1"));
	run_out(abort_operation->patience);
	ck_assert_int_eq(operation->state, STATE_LOOKING);
	ck_assert(hears_nothing_yet(false));
	ck_assert(!is_recorded_as_aborted());
}
END_TEST

/* A look that began before says that data would be lost, and nothing of the names by now. */
START_TEST(lifecycle_an_abort_is_not_run_by_an_earlier_look)
{
	struct operation *aborting;

	begin(false, "15");
	show(LVMPOLLD_WATCH, 1);
	configuration->lvm_max_running = 0;
	aborting = begin(true, "15");
	lifecycle_handle(aborting, EVENT_NOT_STARTED);
	/* After an attempt the names must be seen anew. */
	aborting->attempt.pid = 1;
	lifecycle_handle(aborting, EVENT_TIMER);
	ck_assert_int_eq(aborting->state, STATE_LOOKING);
	note((struct observation){
		.kind = OBSERVED, .signature = 1, .has_loss = true, .epoch = UINT_MAX});
	lifecycle_on_news(&operations);
	ck_assert_int_eq(aborting->state, STATE_LOOKING);
}
END_TEST

/* Nothing was done yet: who waits for the move hears nothing of it. */
START_TEST(lifecycle_an_abort_without_lvm_is_refused)
{
	struct operation *operation = begin(false, "15");

	show(LVMPOLLD_WATCH, 1);
	standin_binary_failure = ENOENT;
	ck_assert_int_eq(ask_from(NULL, true, "15"), OPERATIONS_NOT_EXECUTABLE);
	ck_assert_ptr_null(find(true));
	ck_assert_int_eq(operation->state, STATE_COPYING);
	ck_assert(hears_nothing_yet(false));
	ck_assert(!hear(true).is_found);
}
END_TEST

/* Likewise where that shows only when it is run. */
START_TEST(lifecycle_an_abort_that_cannot_be_run_is_refused)
{
	struct operation *operation = begin(false, "15");

	show(LVMPOLLD_WATCH, 1);
	standin_start_failure = ENOEXEC;
	ck_assert_int_eq(ask_from(NULL, true, "15"), OPERATIONS_NOT_EXECUTABLE);
	ck_assert_ptr_null(find(true));
	ck_assert(!hear(true).is_found);
	ck_assert_int_eq(operation->state, STATE_LOOKING);
	ck_assert_uint_eq(count_entries("state"), 1);
	ck_assert_uint_eq(operations.in_flight, 1);
}
END_TEST

/* Its user was told that it failed. */
START_TEST(lifecycle_an_abort_that_was_told_to_have_failed_is_not_carried_out)
{
	struct operation *operation = begin(false, "15");

	show(LVMPOLLD_WATCH, 1);
	configuration->lvm_max_running = 0;
	begin(true, "15");
	show(LVMPOLLD_WATCH, 1);
	ck_assert_int_eq(find(true)->state, STATE_WAITING);
	standin_start_failure = ENOEXEC;
	configuration->lvm_max_running = 1;
	lifecycle_settle(&operations);
	ck_assert_ptr_null(find(true));
	ck_assert(hears(true, false, 101));
	ck_assert_int_eq(operation->state, STATE_LOOKING);
}
END_TEST

START_TEST(lifecycle_an_abort_that_is_silent_is_not_carried_out_again)
{
	struct operation *operation = begin(false, "15");

	show(LVMPOLLD_WATCH, 1);
	begin(true, "15");
	show(LVMPOLLD_WATCH, 1);
	standin_be_silent(lvpoll());
	ck_assert(hears_failed(true));
	ck_assert_int_eq(operation->state, STATE_YIELDING);
	standin_die(lvpoll(), SIGTERM);
	ck_assert_ptr_null(find(true));
	ck_assert_int_eq(operation->state, STATE_LOOKING);
}
END_TEST

/* --- a stop --- */

START_TEST(lifecycle_stops_and_leaves_it_as_it_is)
{
	struct operation *operation = begin_step();

	operations_stop(&operations);
	ck_assert(operations_any_command(&operations));
	ck_assert(lvpoll()->is_terminated);
	standin_die(lvpoll(), SIGTERM);
	ck_assert_int_eq(operation->state, STATE_ENDING);
	ck_assert(!operations_any_command(&operations));
	ck_assert(hears_nothing_yet(false));
	ck_assert_uint_eq(count_entries("state"), 1);
}
END_TEST

/* The daemon ends while the move's lvpoll does: the next one must not go on with the move. */
START_TEST(lifecycle_what_is_being_aborted_stays_so_on_record)
{
	begin_step();
	ck_assert(!is_recorded_as_aborted());
	begin(true, "15");
	ck_assert(is_recorded_as_aborted());
	operations_stop(&operations);
	standin_die(lvpoll(), SIGTERM);
	ck_assert(is_recorded_as_aborted());
	ck_assert_uint_eq(count_entries("state"), 2);
}
END_TEST

int main(void)
{
	const struct suite_test tests[] = {
		SUITE_TEST(lifecycle_of_a_move),
		SUITE_LOOP(lifecycle_of_what_the_kernel_finishes_alone, 3),
		SUITE_TEST(lifecycle_of_what_the_kernel_finishes_beside_a_command),
		SUITE_TEST(lifecycle_without_the_kernel),
		SUITE_TEST(lifecycle_needs_no_turn_where_it_copies_again),
		SUITE_TEST(lifecycle_news_of_what_is_over_changes_nothing),
		SUITE_LOOP(lifecycle_no_turn_for_what_would_lose_data, 2),
		SUITE_TEST(lifecycle_ends_a_command_that_would_lose_data),
		SUITE_TEST(lifecycle_what_has_no_record_is_refused_for_good_too),
		SUITE_TEST(lifecycle_what_is_given_up_stays_so_where_an_abort_did_not_find_it),
		SUITE_TEST(lifecycle_a_loss_outlives_all_later_looks),
		SUITE_TEST(lifecycle_a_loss_is_heard_of_when_its_operation_is_over),
		SUITE_TEST(lifecycle_a_loss_that_cannot_be_noted_is_remembered),
		SUITE_TEST(lifecycle_a_loss_is_noted_in_the_end),
		SUITE_TEST(lifecycle_a_loss_that_could_not_be_noted_goes_with_an_abort),
		SUITE_TEST(lifecycle_a_note_that_cannot_be_read_counts),
		SUITE_TEST(lifecycle_does_not_run_beside_what_cannot_be_adopted_yet),
		SUITE_TEST(lifecycle_looks_while_the_lvpoll_of_a_previous_daemon_ends),
		SUITE_TEST(lifecycle_does_not_abort_beside_what_cannot_be_adopted_yet),
		SUITE_TEST(lifecycle_goes_on_where_the_former_process_is_gone),
		SUITE_TEST(lifecycle_cannot_tell_is_no_no),
		SUITE_TEST(lifecycle_what_is_found_is_ended_first),
		SUITE_TEST(lifecycle_failed_abort_leaves_the_search_to_go_on),
		SUITE_TEST(lifecycle_abort_looks_for_the_orphan_of_what_it_aborts),
		SUITE_LOOP(lifecycle_resumed_looks_for_the_orphan_of_the_other, 2),
		SUITE_TEST(lifecycle_orphan_on_record_is_nobody_elses),
		SUITE_TEST(lifecycle_what_is_in_doubt_is_neither_believed_nor_forgotten),
		SUITE_TEST(lifecycle_resumes_what_two_have_asked_for_once),
		SUITE_TEST(lifecycle_ends_the_lvpoll_of_a_second_record),
		SUITE_TEST(lifecycle_who_waits_for_what_is_not_resumed_is_told),
		SUITE_TEST(lifecycle_results_are_told_after_an_upgrade),
		SUITE_TEST(lifecycle_an_abort_of_what_is_given_up_needs_a_look),
		SUITE_TEST(lifecycle_a_loss_that_was_seen_last_is_noted_at_the_end),
		SUITE_TEST(lifecycle_an_upgrade_does_not_keep_anybody_waiting),
		SUITE_TEST(lifecycle_an_end_that_the_kernel_contradicts_is_none),
		SUITE_TEST(lifecycle_an_end_that_lvm2_proves_is_one_whatever_the_kernel_shows),
		SUITE_TEST(lifecycle_an_end_that_nobody_can_prove_is_none),
		SUITE_TEST(lifecycle_an_end_that_says_nothing_is_asked_about),
		SUITE_TEST(lifecycle_a_report_that_hangs_is_no_answer),
		SUITE_TEST(lifecycle_a_change_before_a_failure_does_not_make_up_for_it),
		SUITE_TEST(lifecycle_a_step_that_changes_nothing_is_ended_after_a_time),
		SUITE_TEST(lifecycle_a_step_that_has_changed_the_table_is_ended_soon),
		SUITE_TEST(lifecycle_a_step_that_has_changed_the_table_is_ended_at_once),
		SUITE_TEST(lifecycle_what_lvm2_says_has_failed_has),
		SUITE_TEST(lifecycle_stays_in_flight_where_an_attempt_fails),
		SUITE_TEST(lifecycle_a_new_request_causes_an_attempt_at_once),
		SUITE_TEST(lifecycle_who_asks_while_an_attempt_is_made_is_told_too),
		SUITE_TEST(lifecycle_tells_each_request_of_one_device),
		SUITE_TEST(lifecycle_a_signal_of_somebody_else_is_no_end),
		SUITE_TEST(lifecycle_without_lvm_who_waits_hears_101_at_once),
		SUITE_TEST(lifecycle_pauses_grow),
		SUITE_TEST(lifecycle_one_that_is_silent_is_told_and_holds_no_turn),
		SUITE_TEST(lifecycle_is_dormant_without_its_volume),
		SUITE_TEST(lifecycle_what_has_no_device_may_be_over),
		SUITE_TEST(lifecycle_what_has_no_device_is_not_over_where_disks_are_missing),
		SUITE_TEST(lifecycle_takes_no_step_before_its_time),
		SUITE_TEST(lifecycle_time_before_the_first_step_is_no_longer_than_was_asked_for),
		SUITE_TEST(lifecycle_an_abort_takes_the_place_of_its_move),
		SUITE_TEST(lifecycle_goes_on_where_its_abort_fails),
		SUITE_TEST(lifecycle_who_asks_for_what_is_being_aborted_hears_that),
		SUITE_TEST(lifecycle_what_is_asked_for_while_its_abort_runs_yields),
		SUITE_TEST(lifecycle_an_abort_is_not_run_by_an_earlier_look),
		SUITE_TEST(lifecycle_an_abort_without_lvm_is_refused),
		SUITE_TEST(lifecycle_an_abort_that_cannot_be_run_is_refused),
		SUITE_TEST(lifecycle_an_abort_that_was_told_to_have_failed_is_not_carried_out),
		SUITE_TEST(lifecycle_an_abort_that_is_silent_is_not_carried_out_again),
		SUITE_TEST(lifecycle_stops_and_leaves_it_as_it_is),
		SUITE_TEST(lifecycle_what_is_being_aborted_stays_so_on_record),
	};

	return suite_run_fixture(
		"lifecycle", tests, SUITE_COUNT(tests), create_operations, free_operations);
}
