/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Keeps what ended lately on disk. */
#include "config.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <event2/event.h>

#include "history/keeper.h"
#include "history/writer.h"
#include "log/log.h"
#include "process/arguments.h"
#include "process/process.h"
#include "protocol/wire.h"
#include "util/buffer.h"

/* The most entries for one process; an argument list may have far more. */
#define WRITTEN_MAX 128

/* The file of our program, or the program itself where its file was replaced. */
static const char *find_program(char path[PATH_MAX])
{
	ssize_t length = readlink("/proc/self/exe", path, PATH_MAX - 1);

	path[length > 0 ? length : 0] = '\0';
	return length > 0 && access(path, X_OK) == 0 ? path : "/proc/self/exe";
}

/* Once, until it works again. */
static void complain(struct history_keeper *keeper, const char *sentence)
{
	if (!keeper->has_failed)
		log_warn("the history is not kept for now: %s", sentence);
	keeper->has_failed = true;
}

/* TEXT, a line of the file, as an entry; to be freed. NULL if it is no entry. */
static char *read_entry(const char *text, size_t length, uint64_t *number)
{
	char *entry = strdup(text);
	struct wire_message *message;

	for (char *c = entry; c && *c; c++)
		if (*c == '\t')
			*c = '\n';
	message = entry && !strstr(entry, WIRE_END) ? wire_parse(entry, length) : NULL;
	if (message && wire_number(message, "id") > 0 && wire_string(message, "lvid") &&
		wire_number(message, "ended") > 0 && !wire_string(message, "item")) {
		*number = (uint64_t)wire_number(message, "id");
		wire_free(message);
		return entry;
	}
	wire_free(message);
	free(entry);
	return NULL;
}

static void take_line(struct history_keeper *keeper, const char *text, size_t length)
{
	uint64_t number;
	char *entry = read_entry(text, length, &number);

	if (entry)
		ended_add_former(keeper->ended, number, entry, length, keeper->limit);
	else
		log_warn("a line of %s is no entry: it is passed over", keeper->path);
	free(entry);
}

static void on_output(enum process_stream stream, const char *text, size_t length, bool first,
	bool complete, void *context)
{
	struct history_keeper *keeper = context;
	struct buffer *line = &keeper->line;

	if (stream == PROCESS_STDERR) {
		if (keeper->is_reading)
			log_warn("the history: %s", text);
		else
			complain(keeper, text);
		return;
	}
	if (first)
		buffer_free(line);
	(void)buffer_add(line, text, length + complete);
	if (complete && !line->is_lost && keeper->is_reading)
		take_line(keeper, buffer_bytes(line), line->length - 1);
}

static void note_kept(struct history_keeper *keeper)
{
	struct ended_operation *operation;

	if (keeper->has_failed)
		log_notice("the history is kept again");
	keeper->has_failed = false;
	TAILQ_FOREACH (operation, &keeper->ended->list, link)
		if (operation->is_being_written)
			operation->is_kept = true;
}

static void on_ended(struct process_end end, void *context)
{
	struct history_keeper *keeper = context;
	bool is_good = !end.by_signal && end.value == 0;
	bool was_reading = keeper->is_reading;
	struct ended_operation *operation;

	keeper->process = NULL;
	keeper->is_reading = false;
	buffer_free(&keeper->line);
	if (!was_reading && is_good)
		note_kept(keeper);
	else if (!was_reading)
		complain(keeper, "the process that writes it has failed");
	else
		keeper->has_failed = keeper->is_unread = !is_good;
	TAILQ_FOREACH (operation, &keeper->ended->list, link)
		operation->is_being_written = false;
	/* For what has ended meanwhile, and where there is more than one process is given. */
	if (keeper->is_due || is_good)
		history_keeper_write(keeper);
}

static const struct process_callbacks process_callbacks = {
	.output = on_output,
	.ended = on_ended,
};

/* An entry as a line. */
static int add_entry(struct lvmpolld_arguments *arguments, const struct ended_operation *operation)
{
	int result = arguments_add(arguments, operation->text);

	if (result < 0)
		return result;
	for (char *c = arguments->list[arguments->count - 1]; *c; c++)
		if (*c == '\n')
			*c = '\t';
	return 0;
}

static int add_entries(struct history_keeper *keeper, struct lvmpolld_arguments *arguments)
{
	struct ended_operation *operation;
	size_t count = 0;
	int result = 0;

	TAILQ_FOREACH (operation, &keeper->ended->list, link) {
		if (operation->is_kept)
			continue;
		if (count++ == WRITTEN_MAX || result < 0)
			break;
		result = add_entry(arguments, operation);
		operation->is_being_written = result == 0;
	}
	return result;
}

static int build_arguments(struct history_keeper *keeper, struct lvmpolld_arguments *arguments)
{
	char program[PATH_MAX];
	int result = arguments_add(arguments, find_program(program));

	if (result == 0)
		result = arguments_add(arguments, WRITER_OPTION);
	if (result == 0)
		result = arguments_add(arguments, keeper->path);
	if (result == 0)
		result = arguments_add_format(arguments, "%zu", keeper->limit);
	if (result == 0)
		result = arguments_add(arguments, keeper->is_reading ? WRITER_READ : WRITER_ADD);
	if (result == 0 && !keeper->is_reading)
		result = add_entries(keeper, arguments);
	return result;
}

static void start_process(struct history_keeper *keeper)
{
	struct lvmpolld_arguments arguments = {0};
	struct lvmpolld_error error;
	enum process_failure failure;

	if (build_arguments(keeper, &arguments) < 0)
		error_set(&error, ENOMEM, "out of memory");
	else
		keeper->process = process_start(keeper->base, arguments.list, environ,
			&process_callbacks, keeper, &failure, &error);
	arguments_clear(&arguments);
	if (keeper->process)
		return;
	keeper->is_reading = false;
	complain(keeper, error.sentence);
}

void history_keeper_init(
	struct history_keeper *keeper, struct event_base *base, struct ended *ended)
{
	*keeper = (struct history_keeper){.base = base, .ended = ended};
}

void history_keeper_configure(struct history_keeper *keeper, const char *path, size_t limit)
{
	keeper->path = path;
	keeper->limit = limit;
}

void history_keeper_start(struct history_keeper *keeper)
{
	keeper->is_unread = keeper->path;
	if (!keeper->path || keeper->process)
		return;
	keeper->is_reading = true;
	start_process(keeper);
}

static void on_impatience(evutil_socket_t descriptor, short what, void *context)
{
	(void)descriptor;
	(void)what;
	*(bool *)context = true;
}

void history_keeper_wait(struct history_keeper *keeper, int timeout_ms)
{
	const struct timeval timeout = {timeout_ms / 1000, timeout_ms % 1000 * 1000};
	bool is_late = false;
	struct event *timer = event_new(keeper->base, -1, 0, on_impatience, &is_late);

	if (timer && event_add(timer, &timeout) == 0)
		while (keeper->is_reading && !is_late &&
			event_base_loop(keeper->base, EVLOOP_ONCE) == 0)
			;
	if (timer)
		event_free(timer);
}

bool history_keeper_is_reading(const struct history_keeper *keeper)
{
	return keeper->is_reading;
}

bool history_keeper_is_unread(const struct history_keeper *keeper)
{
	return keeper->is_unread;
}

static bool is_all_kept(const struct history_keeper *keeper)
{
	const struct ended_operation *operation;

	TAILQ_FOREACH (operation, &keeper->ended->list, link)
		if (!operation->is_kept)
			return false;
	return true;
}

void history_keeper_write(struct history_keeper *keeper)
{
	keeper->is_due = true;
	if (!keeper->path || keeper->process || is_all_kept(keeper))
		return;
	keeper->is_due = false;
	start_process(keeper);
}

bool history_keeper_is_busy(const struct history_keeper *keeper)
{
	return keeper->process && !is_all_kept(keeper);
}

static void on_previous_ended(struct process_end end, void *context)
{
	struct history_keeper *keeper = context;

	(void)end;
	keeper->process = NULL;
	/* It may have failed, or have had a reader that is gone. */
	history_keeper_start(keeper);
}

static void on_previous_output(enum process_stream stream, const char *text, size_t length,
	bool first, bool complete, void *context)
{
	(void)stream;
	(void)text;
	(void)length;
	(void)first;
	(void)complete;
	(void)context;
}

void history_keeper_adopt(struct history_keeper *keeper, pid_t pid, uint64_t start_ticks)
{
	static const struct process_callbacks former_callbacks = {
		.output = on_previous_output,
		.ended = on_previous_ended,
	};
	static const int outputs[2] = {-1, -1};
	struct lvmpolld_error error;

	keeper->process = process_adopt(
		keeper->base, pid, start_ticks, outputs, &former_callbacks, keeper, &error);
}

pid_t history_keeper_process(const struct history_keeper *keeper)
{
	return keeper->process ? process_id(keeper->process) : 0;
}

void history_keeper_destroy(struct history_keeper *keeper)
{
	if (keeper->process)
		process_free(keeper->process);
	keeper->process = NULL;
	if (!keeper->base)
		return;
	/* Those that the process had are not written twice: it looks what is there. */
	history_keeper_write(keeper);
	if (keeper->process)
		process_free(keeper->process);
	buffer_free(&keeper->line);
	*keeper = (struct history_keeper){0};
}
