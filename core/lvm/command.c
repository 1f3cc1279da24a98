/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One run of an lvm command. */
#include "config.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <event2/event.h>

#include "loader/plugins.h"
#include "loader/question.h"
#include "log/log.h"
#include "lvm/command.h"
#include "lvm/environment.h"
#include "process/arguments.h"
#include "util/timer.h"

/*
 * Stock's figures: an lvpoll may print nothing for three times this, or for six intervals if that
 * is longer.
 */
#define SILENCE_MIN_S   60
#define SILENCE_PERIODS 3

/* A line that is not complete for so long is taken for a question that nobody knows. */
#define UNFINISHED_S 5

struct command {
	struct command_kind kind;
	unsigned silence_s;
	struct terms *terms;
	const struct command_callbacks *callbacks;
	void *context;
	struct process *process;
	struct event *silence_timer;
	struct event *unfinished_timer; /* NULL: it is not answered */
	unsigned silent_periods;
};

/* Divided by the periods, and rounded up. */
static unsigned least_silence_s(const struct lvmpolld_plugin *plugin)
{
	unsigned longest_s = plugin->silence_s;

	return longest_s > 0 ? longest_s / SILENCE_PERIODS + (longest_s % SILENCE_PERIODS > 0)
			     : SILENCE_MIN_S;
}

unsigned command_silence_s(const struct terms *terms)
{
	unsigned interval_s = terms->interval_s;
	unsigned least_s = least_silence_s(terms->plugin->interface);
	unsigned twice = interval_s > (unsigned)-1 / 4 ? (unsigned)-1 / 2 : 2 * interval_s;

	return twice > least_s ? twice : least_s;
}

int command_check_binary(const char *path, struct lvmpolld_error *error)
{
	if (access(path, X_OK) == 0)
		return 0;
	return error_set(error, errno,
		"%s cannot be executed as the lvm command (-B, lvm.binary): %s", path,
		strerror(errno));
}

static void restart_silence_timer(struct command *command)
{
	const struct timeval period = {.tv_sec = command->silence_s};

	timer_start(command->silence_timer, &period);
}

/*
 * Whether TEXT means nothing here. lvm2 says at each change of the metadata that it keeps no
 * backup, since lvpoll runs with -An: the command that began the operation has kept one. And it
 * says that it is interrupted where the daemon has ended it.
 */
static bool is_meaningless(const struct command *command, const char *text)
{
	return strstr(text, "This metadata update is NOT backed up") ||
	       (process_is_terminating(command->process) &&
		       (strstr(text, "Interrupted...") ||
			       strstr(text, "ABORTING: Polling interrupted for ")));
}

static enum log_level level_of(
	const struct command *command, enum process_stream stream, const char *text)
{
	if (stream == PROCESS_STDOUT && !command->kind.is_output_for_people)
		return LOG_LEVEL_DEBUG;
	if (stream != PROCESS_STDERR || is_meaningless(command, text))
		return LOG_LEVEL_INFO;
	return LOG_LEVEL_WARN;
}

/* It may wait for an answer, with the group locked: it reads the end of its input, and says no. */
static void close_input(struct command *command, const char *why)
{
	if (!command->kind.questions)
		return;
	log_terms(LOG_LEVEL_WARN, command->terms, "%s[%d] %s: what it asks is answered with no",
		command->kind.name, (int)process_id(command->process), why);
	process_close_input(command->process);
}

static void on_lost(enum process_stream stream, void *context)
{
	struct command *command = context;

	close_input(command, "has printed what is lost");
	if (stream == PROCESS_STDOUT && command->callbacks->lost)
		command->callbacks->lost(command->context);
}

static void on_output(enum process_stream stream, const char *text, size_t length, bool first,
	bool complete, void *context)
{
	struct command *command = context;

	(void)length;
	log_terms(level_of(command, stream, text), command->terms, "%s[%d]%s: %s",
		command->kind.name, (int)process_id(command->process), first ? "" : " (continued)",
		text);
	command->silent_periods = 0;
	restart_silence_timer(command);
	if (command->unfinished_timer)
		event_del(command->unfinished_timer);
	if (stream != PROCESS_STDOUT)
		return;
	if (first && complete)
		command->callbacks->line(text, command->context);
	else if (command->callbacks->lost)
		command->callbacks->lost(command->context);
}

/* What is asked after a question that was not declared is not answered either. */
static void on_unfinished(enum process_stream stream, const char *text, void *context)
{
	struct command *command = context;
	const struct lvmpolld_question *question;
	struct asked asked;
	int result = 0;

	(void)stream;
	if (!question_read(text, &asked)) {
		timer_start(
			command->unfinished_timer, &(const struct timeval){.tv_sec = UNFINISHED_S});
		return;
	}
	event_del(command->unfinished_timer);
	question = question_find(
		command->kind.questions, command->kind.name, command->kind.phase, &asked);
	if (question)
		result = process_answer(command->process, QUESTION_YES);
	else
		process_close_input(command->process);
	log_terms(result == 0 && question ? LOG_LEVEL_NOTICE : LOG_LEVEL_WARN, command->terms,
		"%s[%d] asks: %.*s: %s", command->kind.name, (int)process_id(command->process),
		(int)asked.length, asked.text,
		!question    ? "the plugin has not said that this is harmless: no"
		: result < 0 ? strerror(-result)
			     : question->reason);
}

/* The rest of what it has printed may have asked, and nobody hears what else it asks. */
static void on_closed(enum process_stream stream, void *context)
{
	const struct command *command = context;

	(void)stream;
	process_close_input(command->process);
}

static void on_unfinished_for_long(evutil_socket_t descriptor, short what, void *context)
{
	(void)descriptor;
	(void)what;
	close_input(context, "stays in the middle of a line");
}

/* A step ends by the signal that the daemon sends it: that is no warning. */
static void log_end(const struct command *command, struct process_end end, bool was_terminated)
{
	bool is_good = end.by_signal ? was_terminated && end.value == SIGTERM
				     : end.value == 0 || was_terminated;

	if (end.is_unknown && !was_terminated) {
		log_terms(LOG_LEVEL_INFO, command->terms,
			"%s[%d] has ended; how is not known, since another daemon has started it",
			command->kind.name, (int)process_id(command->process));
		return;
	}
	log_terms(is_good ? LOG_LEVEL_INFO : LOG_LEVEL_WARN, command->terms, "%s[%d] %s %d",
		command->kind.name, (int)process_id(command->process),
		end.by_signal ? "was ended by signal" : "exited with status", end.value);
}

static void on_ended(struct process_end end, void *context)
{
	struct command *command = context;
	const struct command_callbacks *callbacks = command->callbacks;
	bool was_terminated = process_is_terminating(command->process);

	log_end(command, end, was_terminated);
	context = command->context;
	command->process = NULL; /* the process frees itself */
	command_free(command);
	callbacks->ended(end, was_terminated, context);
}

static const struct process_callbacks *process_callbacks_of(const struct command *command)
{
	static const struct process_callbacks lvpoll = {
		.output = on_output, .lost = on_lost, .ended = on_ended};
	static const struct process_callbacks left_to_end = {
		.output = on_output, .lost = on_lost, .ended = on_ended, .may_outlive_us = true};
	static const struct process_callbacks asking = {.output = on_output,
		.lost = on_lost,
		.unfinished = on_unfinished,
		.closed = on_closed,
		.ended = on_ended,
		.may_outlive_us = true};

	if (!command->kind.is_left_to_end)
		return &lvpoll;
	return command->kind.questions ? &asking : &left_to_end;
}

/*
 * Called again as long as it is silent, so that later requests are told, too. The log says it once.
 */
static void on_silence(evutil_socket_t descriptor, short what, void *context)
{
	struct command *command = context;

	(void)descriptor;
	(void)what;
	restart_silence_timer(command);
	if (++command->silent_periods % SILENCE_PERIODS != 0)
		return;
	if (command->silent_periods == SILENCE_PERIODS) {
		log_terms(LOG_LEVEL_ERROR, command->terms, "%s[%d] has printed nothing for %u s",
			command->kind.name, (int)process_id(command->process),
			SILENCE_PERIODS * command->silence_s);
		close_input(command, "is silent");
	}
	command->callbacks->silent(command->context);
}

static void log_start(const struct command *command, const struct lvmpolld_arguments *arguments)
{
	char line[1024] = "";
	size_t used = 0;

	for (size_t i = 0; i < arguments->count && used < sizeof(line); i++)
		used += (size_t)snprintf(
			line + used, sizeof(line) - used, "%s%s", i ? " " : "", arguments->list[i]);
	log_terms(LOG_LEVEL_INFO, command->terms, "%s[%d] started: %s", command->kind.name,
		(int)process_id(command->process), line);
}

static struct command *command_new(struct event_base *base, const struct command_kind *kind,
	struct terms *terms, const struct command_callbacks *callbacks, void *context)
{
	struct command *command = calloc(1, sizeof(*command));

	if (!command)
		return NULL;
	command->kind = *kind;
	command->silence_s = kind->silence_s > 0 ? kind->silence_s : command_silence_s(terms);
	command->callbacks = callbacks;
	command->context = context;
	command->terms = terms_hold(terms);
	command->silence_timer = event_new(base, -1, 0, on_silence, command);
	if (kind->questions)
		command->unfinished_timer = event_new(base, -1, 0, on_unfinished_for_long, command);
	if (command->silence_timer && (!kind->questions || command->unfinished_timer))
		return command;
	command_free(command);
	return NULL;
}

static int start_process(struct command *command, struct event_base *base,
	const struct lvmpolld_arguments *arguments, struct lvmpolld_error *error)
{
	struct lvmpolld_arguments environment = {0};
	enum process_failure failure = PROCESS_FAILED_RESOURCES;

	error_set(error, ENOMEM, "cannot start %s: out of memory", command->kind.name);
	if (environment_build(command->terms, command->kind.is_for_volume, &environment) == 0)
		command->process = process_start(base, arguments->list, environment.list,
			process_callbacks_of(command), command, &failure, error);
	arguments_clear(&environment);
	if (!command->process && failure == PROCESS_FAILED_EXECUTE)
		error->code = ENOEXEC;
	return command->process ? 0 : -error->code;
}

struct command *command_start(struct event_base *base, const struct command_kind *kind,
	struct terms *terms, const struct lvmpolld_arguments *arguments,
	const struct command_callbacks *callbacks, void *context, struct lvmpolld_error *error)
{
	struct command *command = command_new(base, kind, terms, callbacks, context);

	if (!command) {
		error_set(error, ENOMEM, "cannot start %s: out of memory", kind->name);
		return NULL;
	}
	if (start_process(command, base, arguments, error) < 0) {
		command_free(command);
		return NULL;
	}
	restart_silence_timer(command);
	log_start(command, arguments);
	return command;
}

struct command *command_adopt(struct event_base *base, const struct command_kind *kind,
	struct terms *terms, pid_t pid, uint64_t start_ticks, const int outputs[2],
	const struct command_callbacks *callbacks, void *context, struct lvmpolld_error *error)
{
	struct command *command = command_new(base, kind, terms, callbacks, context);

	if (!command) {
		error_set(error, ENOMEM, "process %d cannot be adopted: out of memory", (int)pid);
		return NULL;
	}
	command->process = process_adopt(
		base, pid, start_ticks, outputs, process_callbacks_of(command), command, error);
	if (!command->process) {
		command_free(command);
		return NULL;
	}
	restart_silence_timer(command);
	return command;
}

pid_t command_pid(const struct command *command)
{
	return process_id(command->process);
}

void command_outputs(const struct command *command, int outputs[2])
{
	process_outputs(command->process, outputs);
}

struct lines_rest command_rest(struct command *command, enum process_stream stream)
{
	return process_rest(command->process, stream);
}

void command_resume_stream(
	struct command *command, enum process_stream stream, const struct lines_rest *rest)
{
	process_resume_stream(command->process, stream, rest);
}

bool command_is_terminating(const struct command *command)
{
	return process_is_terminating(command->process);
}

bool command_is_left_to_end(const struct command *command)
{
	return command->kind.is_left_to_end;
}

void command_terminate(struct command *command)
{
	if (!command->kind.is_left_to_end)
		process_terminate(command->process);
}

void command_free(struct command *command)
{
	if (command->process)
		process_free(command->process);
	if (command->silence_timer)
		event_free(command->silence_timer);
	if (command->unfinished_timer)
		event_free(command->unfinished_timer);
	terms_release(command->terms);
	free(command);
}
