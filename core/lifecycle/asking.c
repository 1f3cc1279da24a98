/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Asks lvm2 how operations stand. */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "configuration/configuration.h"
#include "lifecycle/asking.h"
#include "lifecycle/classify.h"
#include "lifecycle/context.h"
#include "log/log.h"
#include "lvm/command.h"
#include "lvm/report.h"
#include "process/arguments.h"
#include "util/buffer.h"

/* Keeps the command line short; further operations wait for the next report. */
#define OPERATIONS_MAX 64

/* An lvid begins with the UUID of the volume group. */
#define VG_UUID_LENGTH 32

/* The largest report: some thousand volumes with all their fields. */
#define TEXT_MAX ((size_t)16 << 20)

#define NO_MEMORY "lvm2 cannot be asked: out of memory"

struct ask {
	struct operations *operations;
	struct terms *terms;     /* of one of the operations: all have the same environment */
	struct command *command; /* NULL before it is started */
	bool is_silent;
	bool is_left_over; /* started by the program before an upgrade; no operation waits for it */
	struct buffer text;
	size_t count;
	struct operation_list waiting;
	TAILQ_ENTRY(ask) link;
};

static const struct command_kind report_kind = {.name = "report", .silence_s = 60};

static bool is_same(const char *left, const char *right)
{
	return left && right ? !strcmp(left, right) : left == right;
}

static bool has_environment(const struct ask *ask, const struct terms *terms)
{
	return is_same(ask->terms->asked.system_dir, terms->asked.system_dir) &&
	       is_same(ask->terms->asked.devices_file, terms->asked.devices_file);
}

static void ask_free(struct ask *ask)
{
	struct operation *operation;

	while ((operation = TAILQ_FIRST(&ask->waiting)))
		asking_remove(operation);
	TAILQ_REMOVE(&ask->operations->asks, ask, link);
	if (ask->command)
		command_free(ask->command);
	buffer_free(&ask->text);
	terms_release(ask->terms);
	free(ask);
}

static void set_reported_names(struct operation *operation, const struct report_volume *volume)
{
	free(operation->reported_vg_name);
	free(operation->reported_lv_name);
	operation->reported_vg_name = volume->vg_name ? strdup(volume->vg_name) : NULL;
	operation->reported_lv_name = volume->lv_name ? strdup(volume->lv_name) : NULL;
}

/* The kernel has no device of the volume, by the latest observation. */
static bool is_gone(struct operation *operation)
{
	bool gone;

	device_lock(operation->device);
	gone = operation->device->observation.kind == OBSERVED_GONE ||
	       (!operation->is_watched &&
		       operation->device->observation.kind == OBSERVED_NOTHING_YET);
	device_unlock(operation->device);
	return gone;
}

/* Hands REPORT to the operations that waited for it. NULL: lvm2 could not be asked. */
static void answer(struct ask *ask, const struct report *report)
{
	struct operation *operation;

	while ((operation = TAILQ_FIRST(&ask->waiting))) {
		struct report_volume volume = {0};
		enum operation_event event =
			classify_report(operation, report, is_gone(operation), &volume);

		asking_remove(operation);
		if (event == EVENT_REPORT_RENAMED || event == EVENT_REPORT_STEP)
			set_reported_names(operation, &volume);
		context_happened(operation, event);
	}
}

static struct report *read_report(const struct ask *ask)
{
	struct lvmpolld_error error;
	struct report *report;

	if (ask->text.is_lost) {
		log_warn("a report of lvm2 could not be kept: out of memory");
		return NULL;
	}
	report = report_parse(
		ask->text.length > 0 ? buffer_bytes(&ask->text) : "", ask->text.length, &error);
	if (!report)
		log_warn("a report of lvm2 could not be read: %s", error.sentence);
	return report;
}

static void start_next(struct operations *operations, const struct terms *terms);

static void on_line(const char *text, void *context)
{
	struct ask *ask = context;

	if (ask->text.length + strlen(text) >= TEXT_MAX) {
		ask->text.is_lost = true;
		return;
	}
	buffer_add(&ask->text, text, strlen(text));
	buffer_add(&ask->text, "\n", 1);
}

static void on_silent(void *context)
{
	struct ask *ask = context;

	ask->is_silent = true;
	command_terminate(ask->command);
	answer(ask, NULL);
	ask->operations->settle(ask->operations);
}

static void on_ended(struct process_end end, bool was_terminated, void *context)
{
	struct ask *ask = context;
	struct operations *operations = ask->operations;
	struct terms *terms = terms_hold(ask->terms);
	struct report *report = NULL;

	(void)was_terminated;
	ask->command = NULL;
	if (!end.by_signal && end.value == 0 && !ask->is_left_over)
		report = read_report(ask);
	answer(ask, report);
	if (report)
		report_free(report);
	ask_free(ask);
	start_next(operations, terms);
	terms_release(terms);
	operations->settle(operations);
}

static const struct command_callbacks callbacks = {
	.line = on_line,
	.silent = on_silent,
	.ended = on_ended,
};

/* Lists the groups of the operations that wait, each once. Returns their number. */
static size_t list_groups(const struct ask *ask, char (*groups)[VG_UUID_LENGTH + 1],
	const char *pointers[OPERATIONS_MAX])
{
	const struct operation *operation;
	size_t count = 0, i;

	TAILQ_FOREACH (operation, &ask->waiting, ask_link) {
		const char *lvid = operation->terms->asked.lvid;

		for (i = 0; i < count && strncmp(groups[i], lvid, VG_UUID_LENGTH) != 0; i++)
			;
		if (i < count)
			continue;
		memcpy(groups[count], lvid, VG_UUID_LENGTH);
		groups[count][VG_UUID_LENGTH] = '\0';
		pointers[count] = groups[count];
		count++;
	}
	return count;
}

static int start(struct ask *ask)
{
	struct lvmpolld_arguments arguments = {0};
	struct lvmpolld_error error;
	char groups[OPERATIONS_MAX][VG_UUID_LENGTH + 1];
	const char *pointers[OPERATIONS_MAX];
	size_t count = list_groups(ask, groups, pointers);
	int result = report_build_arguments(&arguments, ask->operations->configuration->lvm_binary,
		pointers, count, ask->terms->asked.devices_file);

	error_set(&error, ENOMEM, NO_MEMORY);
	if (result == 0)
		ask->command = command_start(ask->operations->base, &report_kind, ask->terms,
			&arguments, &callbacks, ask, &error);
	arguments_clear(&arguments);
	if (ask->command)
		return 0;
	log_terms(LOG_LEVEL_WARN, ask->terms, "%s", error.sentence);
	return -error.code;
}

static struct ask *find(struct operations *operations, const struct terms *terms, bool has_begun)
{
	struct ask *ask;

	TAILQ_FOREACH (ask, &operations->asks, link)
		if (!ask->is_left_over && !!ask->command == has_begun &&
			ask->count < OPERATIONS_MAX && has_environment(ask, terms))
			return ask;
	return NULL;
}

static bool runs_for(struct operations *operations, const struct terms *terms, bool *is_silent)
{
	const struct ask *ask;

	*is_silent = false;
	TAILQ_FOREACH (ask, &operations->asks, link)
		if (ask->command && !ask->is_left_over && has_environment(ask, terms)) {
			*is_silent = ask->is_silent;
			return true;
		}
	return false;
}

/* A report of this environment has ended: starts the next one if an operation waits for it. */
static void start_next(struct operations *operations, const struct terms *terms)
{
	struct ask *ask = find(operations, terms, false);

	if (!ask || operations->is_stopping)
		return;
	/* All operations may have left it: then there is nothing to ask. */
	if (!TAILQ_EMPTY(&ask->waiting) && start(ask) == 0)
		return;
	answer(ask, NULL);
	ask_free(ask);
}

static struct ask *ask_new(struct operations *operations, struct terms *terms)
{
	struct ask *ask = calloc(1, sizeof(*ask));

	if (!ask)
		return NULL;
	ask->operations = operations;
	ask->terms = terms_hold(terms);
	TAILQ_INIT(&ask->waiting);
	TAILQ_INSERT_TAIL(&operations->asks, ask, link);
	return ask;
}

int asking_add(struct operation *operation)
{
	struct operations *operations = operation->operations;
	struct ask *ask = find(operations, operation->lead, false);
	bool is_silent, runs = runs_for(operations, operation->lead, &is_silent);
	int result = 0;

	/* If it hangs, a new one would hang as well: they try again later. */
	if (is_silent || operations->is_stopping)
		return -EBUSY;
	if (!ask)
		ask = ask_new(operations, operation->lead);
	if (!ask) {
		log_terms(LOG_LEVEL_WARN, operation->lead, "%s", NO_MEMORY);
		return -ENOMEM;
	}
	operation->ask = ask;
	ask->count++;
	TAILQ_INSERT_TAIL(&ask->waiting, operation, ask_link);
	if (!runs)
		result = start(ask);
	if (result == 0)
		return 0;
	asking_remove(operation);
	ask_free(ask);
	return result;
}

void asking_remove(struct operation *operation)
{
	if (!operation->ask)
		return;
	TAILQ_REMOVE(&operation->ask->waiting, operation, ask_link);
	operation->ask->count--;
	operation->ask = NULL;
}

void asking_for_each_running(const struct operations *operations,
	void (*take)(const struct terms *terms, pid_t pid, void *context), void *context)
{
	const struct ask *ask;

	TAILQ_FOREACH (ask, &operations->asks, link)
		if (ask->command)
			take(ask->terms, command_pid(ask->command), context);
}

void asking_end_left_over(
	struct operations *operations, struct terms *terms, pid_t pid, uint64_t start_ticks)
{
	static const int outputs[2] = {-1, -1};
	struct ask *ask = ask_new(operations, terms);
	struct lvmpolld_error error;

	terms_release(terms);
	if (!ask)
		return;
	ask->is_left_over = true;
	ask->command = command_adopt(operations->base, &report_kind, ask->terms, pid, start_ticks,
		outputs, &callbacks, ask, &error);
	if (ask->command)
		command_terminate(ask->command);
	else
		ask_free(ask);
}

bool asking_is_running(const struct operations *operations)
{
	const struct ask *ask;

	TAILQ_FOREACH (ask, &operations->asks, link)
		if (ask->command)
			return true;
	return false;
}

void asking_stop(struct operations *operations)
{
	struct ask *ask;

	TAILQ_FOREACH (ask, &operations->asks, link)
		if (ask->command)
			command_terminate(ask->command);
}

void asking_destroy(struct operations *operations)
{
	struct ask *ask;

	while ((ask = TAILQ_FIRST(&operations->asks)))
		ask_free(ask);
}
