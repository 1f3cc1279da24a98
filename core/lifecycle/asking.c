/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Asks lvm2 how operations stand. */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "configuration/configuration.h"
#include "lifecycle/answering.h"
#include "lifecycle/asking.h"
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

struct inquiry {
	struct operations *operations;
	struct terms *terms;     /* of one of the operations: all have the same environment */
	struct command *command; /* NULL where it does not run */
	bool has_begun;          /* no operation joins it any more: it was started, or given up */
	bool is_silent;
	bool is_left_over; /* started by the program before an upgrade; no operation waits for it */
	struct buffer text;
	size_t count;
	struct operation_list waiting;
	TAILQ_ENTRY(inquiry) link;
};

static const struct command_kind report_kind = {.name = "report", .silence_s = 60};

static bool is_same(const char *left, const char *right)
{
	return left && right ? !strcmp(left, right) : left == right;
}

static bool has_environment(const struct inquiry *inquiry, const struct terms *terms)
{
	return is_same(inquiry->terms->asked.system_dir, terms->asked.system_dir) &&
	       is_same(inquiry->terms->asked.devices_file, terms->asked.devices_file);
}

static void inquiry_free(struct inquiry *inquiry)
{
	struct operation *operation;

	while ((operation = TAILQ_FIRST(&inquiry->waiting)))
		asking_remove(operation);
	TAILQ_REMOVE(&inquiry->operations->inquiries, inquiry, link);
	if (inquiry->command)
		command_free(inquiry->command);
	buffer_free(&inquiry->text);
	terms_release(inquiry->terms);
	free(inquiry);
}

/*
 * Hands REPORT to the operations that waited for it. NULL: lvm2 could not be asked. They may ask
 * again at once.
 */
static void answer(struct inquiry *inquiry, const struct report *report)
{
	struct operation *operation;

	inquiry->has_begun = true;
	while ((operation = TAILQ_FIRST(&inquiry->waiting))) {
		asking_remove(operation);
		context_happened(operation, answering_read(operation, report));
	}
}

static struct report *read_report(const struct inquiry *inquiry)
{
	struct lvmpolld_error error;
	struct report *report;

	if (inquiry->text.is_lost) {
		log_warn("a report of lvm2 could not be kept: out of memory");
		return NULL;
	}
	report = report_parse(inquiry->text.length > 0 ? buffer_bytes(&inquiry->text) : "",
		inquiry->text.length, &error);
	if (!report)
		log_warn("a report of lvm2 could not be read: %s", error.sentence);
	return report;
}

/* The first of this environment that has not begun, and has fewer than BELOW operations. */
static struct inquiry *find_waiting(
	const struct operations *operations, const struct terms *terms, size_t below)
{
	struct inquiry *inquiry;

	TAILQ_FOREACH (inquiry, &operations->inquiries, link)
		if (!inquiry->has_begun && inquiry->count < below &&
			has_environment(inquiry, terms))
			return inquiry;
	return NULL;
}

static void give_up(struct inquiry *inquiry)
{
	answer(inquiry, NULL);
	inquiry_free(inquiry);
}

static void start_next(struct operations *operations, const struct terms *terms);

static void on_line(const char *text, void *context)
{
	struct inquiry *inquiry = context;

	if (inquiry->text.length + strlen(text) >= TEXT_MAX) {
		inquiry->text.is_lost = true;
		return;
	}
	buffer_add(&inquiry->text, text, strlen(text));
	buffer_add(&inquiry->text, "\n", 1);
}

/* Part of what it printed could not be kept: what is missing must not be taken for gone. */
static void on_lost(void *context)
{
	struct inquiry *inquiry = context;

	inquiry->text.is_lost = true;
}

/* Those that wait for the next one have no other way on: it would hang as well. */
static void on_silent(void *context)
{
	struct inquiry *inquiry = context, *waiting;
	struct operations *operations = inquiry->operations;

	inquiry->is_silent = true;
	command_terminate(inquiry->command);
	answer(inquiry, NULL);
	while (!inquiry->is_left_over &&
		(waiting = find_waiting(operations, inquiry->terms, SIZE_MAX)))
		give_up(waiting);
	operations->settle(operations);
}

static void on_ended(struct process_end end, bool was_terminated, void *context)
{
	struct inquiry *inquiry = context;
	struct operations *operations = inquiry->operations;
	struct terms *terms = terms_hold(inquiry->terms);
	struct report *report = NULL;

	(void)was_terminated;
	inquiry->command = NULL;
	if (!end.by_signal && end.value == 0 && !inquiry->is_left_over)
		report = read_report(inquiry);
	answer(inquiry, report);
	if (report)
		report_free(report);
	inquiry_free(inquiry);
	start_next(operations, terms);
	terms_release(terms);
	operations->settle(operations);
}

static const struct command_callbacks callbacks = {
	.line = on_line,
	.lost = on_lost,
	.silent = on_silent,
	.ended = on_ended,
};

/* Lists the groups of the operations that wait, each once. Returns their number. */
static size_t list_groups(const struct inquiry *inquiry, char (*groups)[VG_UUID_LENGTH + 1],
	const char *pointers[OPERATIONS_MAX])
{
	const struct operation *operation;
	size_t count = 0, i;

	TAILQ_FOREACH (operation, &inquiry->waiting, inquiry_link) {
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

static int start(struct inquiry *inquiry)
{
	struct lvmpolld_arguments arguments = {0};
	struct lvmpolld_error error;
	char groups[OPERATIONS_MAX][VG_UUID_LENGTH + 1];
	const char *pointers[OPERATIONS_MAX];
	size_t count = list_groups(inquiry, groups, pointers);
	int result =
		report_build_arguments(&arguments, inquiry->operations->configuration->lvm_binary,
			pointers, count, inquiry->terms->asked.devices_file);

	error_set(&error, ENOMEM, NO_MEMORY);
	if (result == 0)
		inquiry->command = command_start(inquiry->operations->base, &report_kind,
			inquiry->terms, &arguments, &callbacks, inquiry, &error);
	arguments_clear(&arguments);
	if (inquiry->command) {
		inquiry->has_begun = true;
		return 0;
	}
	log_terms(LOG_LEVEL_WARN, inquiry->terms, "%s", error.sentence);
	return -error.code;
}

static bool runs_for(struct operations *operations, const struct terms *terms, bool *is_silent)
{
	const struct inquiry *inquiry;

	*is_silent = false;
	TAILQ_FOREACH (inquiry, &operations->inquiries, link)
		if (inquiry->command && !inquiry->is_left_over && has_environment(inquiry, terms)) {
			*is_silent = inquiry->is_silent;
			return true;
		}
	return false;
}

/* A report of this environment has ended: starts the next one if an operation waits for it. */
static void start_next(struct operations *operations, const struct terms *terms)
{
	struct inquiry *inquiry;

	while (!operations->is_stopping && (inquiry = find_waiting(operations, terms, SIZE_MAX))) {
		/* All operations may have left it: then there is nothing to ask. */
		if (!TAILQ_EMPTY(&inquiry->waiting) && start(inquiry) == 0)
			return;
		give_up(inquiry);
	}
}

static struct inquiry *inquiry_new(struct operations *operations, struct terms *terms)
{
	struct inquiry *inquiry = calloc(1, sizeof(*inquiry));

	if (!inquiry)
		return NULL;
	inquiry->operations = operations;
	inquiry->terms = terms_hold(terms);
	TAILQ_INIT(&inquiry->waiting);
	TAILQ_INSERT_TAIL(&operations->inquiries, inquiry, link);
	return inquiry;
}

int asking_add(struct operation *operation)
{
	struct operations *operations = operation->operations;
	struct inquiry *inquiry = find_waiting(operations, operation->lead, OPERATIONS_MAX);
	bool is_silent, runs = runs_for(operations, operation->lead, &is_silent);
	int result = 0;

	/* If it hangs, a new one would hang as well: they try again later. */
	if (is_silent || operations->is_stopping)
		return -EBUSY;
	if (!inquiry)
		inquiry = inquiry_new(operations, operation->lead);
	if (!inquiry) {
		log_terms(LOG_LEVEL_WARN, operation->lead, "%s", NO_MEMORY);
		return -ENOMEM;
	}
	operation->inquiry = inquiry;
	inquiry->count++;
	TAILQ_INSERT_TAIL(&inquiry->waiting, operation, inquiry_link);
	if (!runs)
		result = start(inquiry);
	if (result == 0)
		return 0;
	asking_remove(operation);
	give_up(inquiry);
	return result;
}

void asking_remove(struct operation *operation)
{
	if (!operation->inquiry)
		return;
	TAILQ_REMOVE(&operation->inquiry->waiting, operation, inquiry_link);
	operation->inquiry->count--;
	operation->inquiry = NULL;
}

void asking_for_each_running(const struct operations *operations,
	void (*take)(const struct terms *terms, pid_t pid, void *context), void *context)
{
	const struct inquiry *inquiry;

	TAILQ_FOREACH (inquiry, &operations->inquiries, link)
		if (inquiry->command)
			take(inquiry->terms, command_pid(inquiry->command), context);
}

void asking_end_left_over(
	struct operations *operations, struct terms *terms, pid_t pid, uint64_t start_ticks)
{
	static const int outputs[2] = {-1, -1};
	struct inquiry *inquiry = inquiry_new(operations, terms);
	struct lvmpolld_error error;

	terms_release(terms);
	if (!inquiry)
		return;
	inquiry->is_left_over = inquiry->has_begun = true;
	inquiry->command = command_adopt(operations->base, &report_kind, inquiry->terms, pid,
		start_ticks, outputs, &callbacks, inquiry, &error);
	if (inquiry->command)
		command_terminate(inquiry->command);
	else
		inquiry_free(inquiry);
}

bool asking_is_running(const struct operations *operations)
{
	const struct inquiry *inquiry;

	TAILQ_FOREACH (inquiry, &operations->inquiries, link)
		if (inquiry->command)
			return true;
	return false;
}

void asking_stop(struct operations *operations)
{
	struct inquiry *inquiry;

	TAILQ_FOREACH (inquiry, &operations->inquiries, link)
		if (inquiry->command)
			command_terminate(inquiry->command);
}

void asking_destroy(struct operations *operations)
{
	struct inquiry *inquiry;

	while ((inquiry = TAILQ_FIRST(&operations->inquiries)))
		inquiry_free(inquiry);
}
