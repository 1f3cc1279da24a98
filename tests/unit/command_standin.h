/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Replaces core/lvm/command.c: commands without processes. The file that includes this says what a
 * command prints, and how it ends. For tests and fuzz targets.
 */
#ifndef TESTS_UNIT_COMMAND_STANDIN_H
#define TESTS_UNIT_COMMAND_STANDIN_H

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "lvm/command.h"
#include "process/arguments.h"

/* More than any process of the machine has. */
#define STANDIN_FIRST_PID 100000000

struct command {
	struct command_kind kind;
	struct terms *terms;
	const struct command_callbacks *callbacks;
	void *context;
	pid_t pid;
	bool is_terminated;
	char line[2048]; /* its command line */
	TAILQ_ENTRY(command) link;
};

static TAILQ_HEAD(, command) standin_commands = TAILQ_HEAD_INITIALIZER(standin_commands);
static unsigned standin_started; /* how many there were */
/* The next ones cannot be started, or adopted; 0: they can. */
static int standin_start_failure, standin_adopt_failure;
static int standin_binary_failure; /* likewise, lvm cannot be executed */

/* The last one that was started as KIND ("lvpoll", "report") and runs; NULL where there is none. */
static inline struct command *standin_find(const char *kind)
{
	struct command *command, *last = NULL;

	TAILQ_FOREACH (command, &standin_commands, link)
		if (!strcmp(command->kind.name, kind))
			last = command;
	return last;
}

static inline void standin_print(struct command *command, const char *line)
{
	command->callbacks->line(line, command->context);
}

static inline void standin_lose(struct command *command)
{
	command->callbacks->lost(command->context);
}

static inline void standin_be_silent(struct command *command)
{
	command->callbacks->silent(command->context);
}

static inline void standin_end(struct command *command, struct process_end end)
{
	const struct command_callbacks *callbacks = command->callbacks;
	void *context = command->context;
	bool was_terminated = command->is_terminated;

	command_free(command);
	callbacks->ended(end, was_terminated, context);
}

static inline void standin_exit(struct command *command, int status)
{
	standin_end(command, (struct process_end){.value = status});
}

static inline void standin_die(struct command *command, int signal_number)
{
	standin_end(command, (struct process_end){.by_signal = true, .value = signal_number});
}

static inline struct command *standin_new(const struct command_kind *kind, struct terms *terms,
	const struct command_callbacks *callbacks, void *context)
{
	struct command *command = calloc(1, sizeof(*command));

	if (!command)
		abort();
	*command = (struct command){.kind = *kind,
		.terms = terms_hold(terms),
		.callbacks = callbacks,
		.context = context,
		.pid = STANDIN_FIRST_PID + (pid_t)standin_started++};
	TAILQ_INSERT_TAIL(&standin_commands, command, link);
	return command;
}

/* --- what command.c has --- */

unsigned command_silence_s(const struct terms *terms)
{
	return terms->interval_s;
}

int command_check_binary(const char *path, struct lvmpolld_error *error)
{
	return standin_binary_failure ? error_set(error, standin_binary_failure, "no %s", path) : 0;
}

struct command *command_start(struct event_base *base, const struct command_kind *kind,
	struct terms *terms, const struct lvmpolld_arguments *arguments,
	const struct command_callbacks *callbacks, void *context, struct lvmpolld_error *error)
{
	struct command *command;
	size_t used = 0;

	(void)base;
	if (standin_start_failure) {
		error_set(error, standin_start_failure, "%s cannot be started", kind->name);
		return NULL;
	}
	command = standin_new(kind, terms, callbacks, context);
	for (size_t i = 0; i < arguments->count && used < sizeof(command->line); i++)
		used += (size_t)snprintf(command->line + used, sizeof(command->line) - used, "%s%s",
			i ? " " : "", arguments->list[i]);
	return command;
}

struct command *command_adopt(struct event_base *base, const struct command_kind *kind,
	struct terms *terms, pid_t pid, uint64_t start_ticks, const int outputs[2],
	const struct command_callbacks *callbacks, void *context, struct lvmpolld_error *error)
{
	struct command *command;

	(void)base;
	(void)start_ticks;
	(void)outputs;
	if (standin_adopt_failure) {
		error_set(error, standin_adopt_failure, "%d cannot be adopted", (int)pid);
		return NULL;
	}
	command = standin_new(kind, terms, callbacks, context);
	command->pid = pid;
	return command;
}

pid_t command_pid(const struct command *command)
{
	return command->pid;
}

void command_outputs(const struct command *command, int outputs[2])
{
	(void)command;
	outputs[0] = outputs[1] = -1;
}

struct lines_rest command_rest(struct command *command, enum process_stream stream)
{
	(void)command;
	(void)stream;
	return (struct lines_rest){0};
}

void command_resume_stream(
	struct command *command, enum process_stream stream, const struct lines_rest *rest)
{
	(void)command;
	(void)stream;
	(void)rest;
}

bool command_is_terminating(const struct command *command)
{
	return command->is_terminated;
}

void command_terminate(struct command *command)
{
	if (!command->kind.is_left_to_end)
		command->is_terminated = true;
}

bool command_is_left_to_end(const struct command *command)
{
	return command->kind.is_left_to_end;
}

void command_free(struct command *command)
{
	TAILQ_REMOVE(&standin_commands, command, link);
	terms_release(command->terms);
	free(command);
}

#endif
