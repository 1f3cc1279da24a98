/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Operations, with stand-ins for lvm commands and the monitor: for tests of what follows from what
 * the kernel shows, lvm says and clients ask for, and of what clients are told.
 */
#ifndef TESTS_UNIT_LIFECYCLE_FIXTURE_H
#define TESTS_UNIT_LIFECYCLE_FIXTURE_H

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
#include "lifecycle/operations_forget.h"
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

/* What it was told last: an lvm command runs, whose work raises no event. */
static bool seen_running;

void monitor_watch(struct monitor *watching, struct device *device)
{
	ck_assert_ptr_eq(watching, &monitor);
	devices_lock(&operations.devices);
	devices_watch_locked(&operations.devices, device);
	devices_unlock(&operations.devices);
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
	seen_running = is_running;
	if (!is_running)
		devices_note_ended(&operations.devices, device);
}

/* What the kernel's log has by now. */
static struct kernel_log_state log_by_now;

struct kernel_log_state monitor_read_log(struct monitor *watching)
{
	(void)watching;
	return log_by_now;
}

/* Nothing is looked for that nobody sees to. */
void monitor_survey(struct monitor *watching, bool is_on, bool wants_status)
{
	(void)watching;
	(void)is_on;
	(void)wants_status;
}

struct survey *monitor_take_survey(struct monitor *watching)
{
	(void)watching;
	return NULL;
}

/* --- what tests do --- */

static inline void create_operations(void)
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

static inline void free_operations(void)
{
	operations_destroy(&operations);
	results_destroy(&operations);
	recorder_destroy(&operations);
	event_base_free(base);
	configuration_free(configuration);
	scratch_remove();
}

static inline struct operation *find(bool is_abort)
{
	struct terms *terms = fixture_terms(1, 1);
	struct device *device = devices_find(&operations.devices, terms->asked.lvid);

	terms_release(terms);
	return device ? device->operations[is_abort] : NULL;
}

static inline enum operations_answer ask_from(
	const char *system_dir, bool is_abort, const char *interval)
{
	return operations_begin(&operations,
		fixture_terms_of(&fixture_entry, 1, 1, is_abort, interval, system_dir), &waiter);
}

static inline struct operation *begin(bool is_abort, const char *interval)
{
	ck_assert_int_eq(ask_from(NULL, is_abort, interval), OPERATIONS_ACCEPTED);
	return find(is_abort);
}

/* Puts OBSERVATION into the list of news, as the monitor does; its epoch is relative. */
static inline void note(struct observation observation)
{
	struct operation *operation = find(false) ? find(false) : find(true);
	struct device *device = operation->device;

	devices_lock(&operations.devices);
	observation.epoch += device->watch.epoch;
	observation.ended = device->watch.ended;
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

static inline void show(enum lvmpolld_verdict verdict, uint64_t signature)
{
	note((struct observation){.kind = OBSERVED,
		.verdict = verdict,
		.signature = signature,
		.is_whole = verdict == LVMPOLLD_STEP});
	lifecycle_on_news(&operations);
}

static inline void show_kind(enum observation_kind kind)
{
	note((struct observation){.kind = kind});
	lifecycle_on_news(&operations);
}

static inline struct command *lvpoll(void)
{
	struct command *command = standin_find("lvpoll");

	ck_assert_ptr_nonnull(command);
	return command;
}

/* Lvm2 is asked, and prints ROW. */
static inline void report(const char *row)
{
	struct command *command = standin_find("report");

	ck_assert_ptr_nonnull(command);
	standin_print(command, row);
	standin_exit(command, 0);
}

/* TIMER, which must run, runs out now. */
static inline void run_out(struct event *timer)
{
	ck_assert(timer && event_pending(timer, EV_TIMEOUT, NULL));
	event_active(timer, EV_TIMEOUT, 1);
	ck_assert_int_ge(event_base_loop(base, EVLOOP_NONBLOCK), 0);
}

/* The patience of all who wait for OPERATION is over, which runs out then. */
static inline void lose_patience(struct operation *operation)
{
	int64_t patience_ms =
		INT64_C(1000) * operation->operations->configuration->limit_patience_s;
	struct request *request;

	if (operation->failing_since_ms > 0)
		operation->failing_since_ms -= patience_ms;
	TAILQ_FOREACH (request, &operation->requests, operation_link)
		if (request->failing_since_ms > 0)
			request->failing_since_ms -= patience_ms;
	run_out(operation->patience);
}

static inline struct collected hear(bool is_abort)
{
	struct terms *terms = fixture_terms(1, 1);
	struct collected heard =
		operations_collect(&operations, terms->identifier, is_abort, &waiter, true);

	terms_release(terms);
	return heard;
}

static inline size_t count_told(void)
{
	size_t count;

	store_lock(&operations.polling);
	count = operations.polling.told_count;
	store_unlock(&operations.polling);
	return count;
}

static inline bool hears_nothing_yet(bool is_abort)
{
	struct collected heard = hear(is_abort);

	return heard.is_found && heard.standing == REQUEST_IN_PROGRESS;
}

static inline bool hears_failed(bool is_abort)
{
	struct collected heard = hear(is_abort);

	return heard.is_found && heard.standing == REQUEST_FAILED;
}

static inline bool hears(bool is_abort, bool by_signal, int value)
{
	struct collected heard = hear(is_abort);

	return heard.is_found && heard.standing == REQUEST_FINISHED &&
	       heard.result.by_signal == by_signal && heard.result.value == value;
}

static inline size_t count_entries(const char *folder)
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

/* The record of an operation has EXPECTED in it. */
static inline bool is_on_record(const char *expected)
{
	char text[4096], path[300];
	DIR *directory = opendir(scratch_path("state"));
	const struct dirent *entry;
	bool is_found = false;

	while (directory && (entry = readdir(directory))) {
		FILE *file;

		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "state/%.250s", entry->d_name);
		file = fopen(scratch_path(path), "r");
		ck_assert_ptr_nonnull(file);
		text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
		fclose(file);
		is_found |= !!strstr(text, expected);
	}
	if (directory)
		closedir(directory);
	return is_found;
}

static inline bool is_recorded_as_aborted(void)
{
	return is_on_record("being_aborted = 1");
}

/* A move whose lvpoll runs, since the kernel has shown that a step is due. */
static inline struct operation *begin_step(void)
{
	struct operation *operation = begin(false, "15");

	show(LVMPOLLD_STEP, 1);
	ck_assert_int_eq(operation->state, STATE_RUNNING);
	return operation;
}

static inline void fail_step(struct operation *operation)
{
	standin_exit(lvpoll(), 5);
	ck_assert_int_eq(operation->state, STATE_ASKING);
	report(fixture_volume_row(1, 1, "lv1"));
	ck_assert_int_eq(operation->state, STATE_BACKING_OFF);
}

/* A move whose abort runs: it has yielded. */
static inline struct operation *begin_abort_of_a_move(void)
{
	struct operation *operation = begin(false, "15"), *abort_operation;

	show(LVMPOLLD_WATCH, 1);
	abort_operation = begin(true, "15");
	show(LVMPOLLD_WATCH, 1);
	ck_assert_int_eq(operation->state, STATE_YIELDING);
	ck_assert_int_eq(abort_operation->state, STATE_RUNNING);
	return operation;
}

#endif
