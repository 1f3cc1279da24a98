/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A comparison under way: the process that compares, as the daemon sees it. */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "comparing/comparer.h"
#include "comparing/comparison.h"
#include "process/arguments.h"
#include "process/process.h"

/* The daemon's own program, also where its file was replaced meanwhile. */
#define PROGRAM "/proc/self/exe"

struct comparison {
	struct comparisons *all;
	TAILQ_ENTRY(comparison) link;
	const struct comparison_callbacks *callbacks; /* NULL: the end is not told */
	void *context;
	struct process *process; /* NULL: it waits for its turn */
	struct lvmpolld_copies copies;
};

static void on_output(enum process_stream stream, const char *text, size_t length, bool first,
	bool complete, void *context)
{
	struct comparison *comparison = context;
	const struct comparison_callbacks *callbacks = comparison->callbacks;
	unsigned long long offset, bytes;
	unsigned number;

	(void)length;
	(void)first;
	(void)complete;
	if (!callbacks)
		return;
	if (stream == PROCESS_STDOUT &&
		sscanf(text, COMPARER_DIFFERS, &number, &offset, &bytes) == 3 &&
		number < comparison->copies.count)
		callbacks->differs(
			&comparison->copies.list[number], offset, bytes, comparison->context);
	else if (stream == PROCESS_STDOUT && !strcmp(text, COMPARER_PROGRESS))
		callbacks->progressed(comparison->context);
	else
		callbacks->complained(text, comparison->context);
}

static enum comparison_result read_end(struct process_end end)
{
	if (end.by_signal)
		return COMPARISON_FAILED;
	switch (end.value) {
	case COMPARER_EQUAL:
		return COMPARISON_EQUAL;
	case COMPARER_DIFFERENT:
		return COMPARISON_DIFFERENT;
	default:
		return COMPARISON_FAILED;
	}
}

static void comparison_free(struct comparison *comparison)
{
	TAILQ_REMOVE(comparison->all, comparison, link);
	free(comparison);
}

static void tell_next(struct comparisons *all);

static void on_ended(struct process_end end, void *context)
{
	struct comparison *comparison = context;
	struct comparisons *all = comparison->all;
	const struct comparison_callbacks *callbacks = comparison->callbacks;

	if (callbacks)
		callbacks->ended(read_end(end), comparison->context);
	comparison_free(comparison);
	tell_next(all);
}

static const struct process_callbacks process_callbacks = {
	.output = on_output,
	.ended = on_ended,
};

static int build_arguments(
	const struct lvmpolld_copies *copies, struct lvmpolld_arguments *arguments)
{
	int result = arguments_add(arguments, PROGRAM);

	if (result == 0)
		result = arguments_add(arguments, COMPARER_OPTION);
	if (result == 0)
		result = arguments_add_format(arguments, "%d", (int)getpid());
	for (size_t i = 0; i < copies->count && result == 0; i++) {
		char text[COPY_TEXT_SIZE];

		copy_format(&copies->list[i], text);
		result = arguments_add(arguments, text);
	}
	return result;
}

static int start(
	struct comparison *comparison, struct event_base *base, struct lvmpolld_error *error)
{
	struct lvmpolld_arguments arguments = {0};
	enum process_failure failure;

	if (build_arguments(&comparison->copies, &arguments) < 0)
		error_set(error, ENOMEM, "out of memory");
	else
		comparison->process = process_start(base, arguments.list, environ,
			&process_callbacks, comparison, &failure, error);
	arguments_clear(&arguments);
	return comparison->process ? 0 : -error->code;
}

static bool is_same_disk(const struct copy_place *left, const struct copy_place *right)
{
	return left->major == right->major && left->minor == right->minor;
}

static bool reads_disk(const struct comparison *comparison, const struct copy_place *place)
{
	for (size_t i = 0; i < comparison->copies.count; i++)
		for (size_t side = 0; side < 2; side++)
			if (is_same_disk(&comparison->copies.list[i].places[side], place))
				return true;
	return false;
}

static bool shares_disk(const struct comparison *comparison, const struct comparison *other)
{
	for (size_t i = 0; i < comparison->copies.count; i++)
		for (size_t side = 0; side < 2; side++)
			if (reads_disk(other, &comparison->copies.list[i].places[side]))
				return true;
	return false;
}

/* A disk has one comparison at a time; one that hangs keeps no other disk waiting. */
static bool has_turn(const struct comparison *comparison)
{
	const struct comparison *other;

	TAILQ_FOREACH (other, comparison->all, link)
		if (other->process && shares_disk(comparison, other))
			return false;
	return true;
}

/* The first whose turn it is; or NULL. */
static struct comparison *find_next(struct comparisons *all)
{
	struct comparison *comparison;

	TAILQ_FOREACH (comparison, all, link)
		if (!comparison->process && comparison->callbacks && has_turn(comparison))
			return comparison;
	return NULL;
}

/*
 * What was to be compared may be another table by now, and the kernel's log has gone on. Begins
 * anew after each, since a callback may change the list.
 */
static void tell_next(struct comparisons *all)
{
	struct comparison *comparison;

	while ((comparison = find_next(all))) {
		const struct comparison_callbacks *callbacks = comparison->callbacks;
		void *context = comparison->context;

		comparison_free(comparison);
		callbacks->ended(COMPARISON_DUE, context);
	}
}

static struct comparison *comparison_new(struct comparisons *all)
{
	struct comparison *comparison = calloc(1, sizeof(*comparison));

	if (!comparison)
		return NULL;
	comparison->all = all;
	TAILQ_INSERT_TAIL(all, comparison, link);
	return comparison;
}

struct comparison *comparison_start(struct comparisons *all, struct event_base *base,
	const struct lvmpolld_copies *copies, const struct comparison_callbacks *callbacks,
	void *context, struct lvmpolld_error *error)
{
	struct comparison *comparison = comparison_new(all);

	if (!comparison) {
		error_set(error, ENOMEM, "out of memory");
		return NULL;
	}
	comparison->callbacks = callbacks;
	comparison->context = context;
	comparison->copies = *copies;
	if (!has_turn(comparison) || start(comparison, base, error) == 0)
		return comparison;
	comparison_free(comparison);
	return NULL;
}

void comparison_stop(struct comparison *comparison)
{
	comparison->callbacks = NULL;
	if (comparison->process)
		process_terminate(comparison->process);
	else
		comparison_free(comparison);
}

void comparison_end_left_over(
	struct comparisons *all, struct event_base *base, pid_t pid, uint64_t start_ticks)
{
	static const int outputs[2] = {-1, -1};
	struct comparison *comparison = comparison_new(all);
	struct lvmpolld_error error;

	if (!comparison)
		return;
	comparison->process = process_adopt(
		base, pid, start_ticks, outputs, &process_callbacks, comparison, &error);
	if (comparison->process)
		process_terminate(comparison->process);
	else
		comparison_free(comparison);
}

void comparisons_visit(
	const struct comparisons *all, void (*visit)(pid_t pid, void *context), void *context)
{
	const struct comparison *comparison;

	TAILQ_FOREACH (comparison, all, link)
		if (comparison->process)
			visit(process_id(comparison->process), context);
}

void comparisons_destroy(struct comparisons *all)
{
	struct comparison *comparison;

	while ((comparison = TAILQ_FIRST(all))) {
		if (comparison->process)
			process_free(comparison->process);
		comparison_free(comparison);
	}
}
