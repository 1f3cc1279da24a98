/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One run of "lvm lvpoll" for a volume. */
#include "config.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <event2/event.h>

#include "process/arguments.h"
#include "log/log.h"
#include "lvm/lvpoll.h"
#include "loader/plugins.h"
#include "loader/calls.h"

/* Stock's figures: an lvpoll may be silent for three times this or three times two intervals. */
#define SILENCE_MIN_S   60
#define SILENCE_PERIODS 3

struct lvpoll {
	struct lvpolls *lvpolls;
	struct volume *volume; /* NULL once the operation has let go of it */
	const struct lvpoll_callbacks *callbacks;
	struct process *process;
	struct event *silence_timer;
	unsigned silent_periods;
	bool is_abandoned;
	TAILQ_ENTRY(lvpoll) link; /* in lvpolls->abandoned, where it is */
};

unsigned lvpoll_silence_s(unsigned interval_s)
{
	unsigned twice = interval_s > (unsigned)-1 / 4 ? (unsigned)-1 / 2 : 2 * interval_s;

	return twice > SILENCE_MIN_S ? twice : SILENCE_MIN_S;
}

int lvpoll_check_binary(const char *path, struct lvmpolld_error *error)
{
	if (access(path, X_OK) == 0)
		return 0;
	return error_set(error, errno,
		"%s cannot be executed as the lvm command (-B, lvm.binary): %s", path,
		strerror(errno));
}

static void restart_silence_timer(struct lvpoll *lvpoll)
{
	const struct timeval period = {
		.tv_sec = lvpoll_silence_s(lvpoll->volume->request->interval_s)};

	event_add(lvpoll->silence_timer, &period);
}

static void read_progress(struct lvpoll *lvpoll, const char *line)
{
	struct volume *volume = lvpoll->volume;
	bool told;

	volume_lock(volume);
	told = plugin_read_line(volume->request->plugin, line, &volume->progress);
	volume_unlock(volume);
	if (told)
		lvpoll->callbacks->progressed(lvpoll->lvpolls->context, volume);
}

/*
 * lvm2 says at each change of the metadata that it keeps no backup, since lvpoll is run with -An:
 * the command that began the operation has kept one. That is no news, and no warning.
 */
static enum log_level level_of(enum process_stream stream, const char *text)
{
	if (stream != PROCESS_STDERR || strstr(text, "This metadata update is NOT backed up"))
		return LOG_LEVEL_INFO;
	return LOG_LEVEL_WARN;
}

static void on_output(enum process_stream stream, const char *text, size_t length, bool first,
	bool complete, void *context)
{
	struct lvpoll *lvpoll = context;
	enum log_level level = level_of(stream, text);
	struct log_subject subject;

	(void)length;
	if (!lvpoll->volume) {
		log_write(level, "lvpoll that was abandoned: %s", text);
		return;
	}
	subject = volume_subject(lvpoll->volume);
	log_write_subject(level, &subject, "lvpoll[%d]%s: %s", (int)process_id(lvpoll->process),
		first ? "" : " (continued)", text);
	lvpoll->silent_periods = 0;
	restart_silence_timer(lvpoll);
	if (stream == PROCESS_STDOUT && first && complete)
		read_progress(lvpoll, text);
}

static void add_abandoned(struct lvpoll *lvpoll)
{
	lvpoll->is_abandoned = true;
	TAILQ_INSERT_TAIL(&lvpoll->lvpolls->abandoned, lvpoll, link);
}

/* The operation lets go of LVPOLL, which lives on until its process is gone. */
static struct volume *detach(struct lvpoll *lvpoll)
{
	struct volume *volume = lvpoll->volume;

	lvpoll->volume = NULL;
	event_del(lvpoll->silence_timer);
	if (volume)
		volume->lvpoll = NULL;
	return volume;
}

/* A step ends by the signal that the daemon sends it: of that nobody is warned. */
static void log_end(
	const struct volume *volume, pid_t pid, struct process_end end, bool was_terminated)
{
	struct log_subject subject = volume_subject(volume);
	bool is_good = end.by_signal ? was_terminated && end.value == SIGTERM : end.value == 0;

	log_write_subject(is_good ? LOG_LEVEL_INFO : LOG_LEVEL_WARN, &subject, "lvpoll[%d] %s %d",
		(int)pid, end.by_signal ? "was ended by signal" : "exited with status", end.value);
}

static void on_ended(struct process_end end, void *context)
{
	struct lvpoll *lvpoll = context;
	void *callbacks_context = lvpoll->lvpolls->context;
	const struct lvpoll_callbacks *callbacks = lvpoll->callbacks;
	bool was_terminated = process_is_terminating(lvpoll->process);
	pid_t pid = process_id(lvpoll->process);
	struct volume *volume = detach(lvpoll);

	lvpoll->process = NULL; /* it frees itself */
	lvpoll_free(lvpoll);
	if (!volume)
		return;
	log_end(volume, pid, end, was_terminated);
	callbacks->ended(callbacks_context, volume, end, was_terminated);
}

static const struct process_callbacks process_callbacks = {
	.output = on_output,
	.ended = on_ended,
};

static void on_silence(evutil_socket_t descriptor, short what, void *context)
{
	struct lvpoll *lvpoll = context;
	struct log_subject subject = volume_subject(lvpoll->volume);

	(void)descriptor;
	(void)what;
	if (++lvpoll->silent_periods < SILENCE_PERIODS) {
		restart_silence_timer(lvpoll);
		return;
	}
	log_write_subject(LOG_LEVEL_ERROR, &subject,
		"lvpoll[%d] has printed nothing for %u s: it is ended",
		(int)process_id(lvpoll->process),
		SILENCE_PERIODS * lvpoll_silence_s(lvpoll->volume->request->interval_s));
	process_terminate(lvpoll->process);
	if (lvpoll->callbacks->silent(lvpoll->lvpolls->context, lvpoll->volume)) {
		detach(lvpoll);
		add_abandoned(lvpoll);
	}
}

static int build_arguments(const struct volume *volume, const char *binary,
	const struct lvmpolld_request *request, struct lvmpolld_arguments *arguments,
	struct lvmpolld_error *error)
{
	int result = arguments_add(arguments, binary);

	if (result < 0)
		return error_set(error, ENOMEM, "out of memory");
	return plugin_build_arguments(volume->request->plugin, request, arguments, error);
}

static bool has_name(const char *variable, const char *name)
{
	size_t length = strlen(name);

	return !strncmp(variable, name, length) && variable[length] == '=';
}

/* The daemon's own environment, with the client's LVM_SYSTEM_DIR or none, and LC_ALL=C. */
static int build_environment(
	const struct lvmpolld_request *request, struct lvmpolld_arguments *environment)
{
	int result = 0;

	for (char **variable = environ; *variable && result == 0; variable++)
		if (!has_name(*variable, "LVM_SYSTEM_DIR") && !has_name(*variable, "LC_ALL") &&
			!has_name(*variable, "NOTIFY_SOCKET") &&
			!has_name(*variable, "WATCHDOG_PID") &&
			!has_name(*variable, "WATCHDOG_USEC"))
			result = arguments_add(environment, *variable);
	if (result == 0)
		result = arguments_add(environment, "LC_ALL=C");
	if (result == 0 && request->system_dir)
		result =
			arguments_add_format(environment, "LVM_SYSTEM_DIR=%s", request->system_dir);
	return result;
}

static int start_process(struct lvpoll *lvpoll, const struct lvmpolld_arguments *arguments,
	const struct lvmpolld_arguments *environment, struct lvmpolld_error *error)
{
	enum process_failure failure;

	lvpoll->process = process_start(lvpoll->lvpolls->base, arguments->list, environment->list,
		&process_callbacks, lvpoll, &failure, error);
	if (lvpoll->process)
		return 0;
	return failure == PROCESS_FAILED_EXECUTE ? -ENOEXEC : -error->code;
}

static void log_start(const struct volume *volume, const struct lvmpolld_arguments *arguments)
{
	struct log_subject subject = volume_subject(volume);
	char line[1024] = "";
	size_t used = 0;

	for (size_t i = 0; i < arguments->count && used < sizeof(line); i++)
		used += (size_t)snprintf(
			line + used, sizeof(line) - used, "%s%s", i ? " " : "", arguments->list[i]);
	log_write_subject(
		LOG_LEVEL_INFO, &subject, "lvpoll[%d] started: %s", (int)volume->last_pid, line);
}

static struct lvpoll *lvpoll_new(
	struct lvpolls *lvpolls, struct volume *volume, const struct lvpoll_callbacks *callbacks)
{
	struct lvpoll *lvpoll = calloc(1, sizeof(*lvpoll));

	if (!lvpoll)
		return NULL;
	lvpoll->lvpolls = lvpolls;
	lvpoll->volume = volume;
	lvpoll->callbacks = callbacks;
	lvpoll->silence_timer = event_new(lvpolls->base, -1, 0, on_silence, lvpoll);
	if (lvpoll->silence_timer)
		return lvpoll;
	free(lvpoll);
	return NULL;
}

int lvpoll_start(struct lvpolls *lvpolls, struct volume *volume, const char *binary,
	const struct lvmpolld_request *request, const struct lvpoll_callbacks *callbacks,
	struct lvmpolld_error *error)
{
	struct lvmpolld_arguments arguments = {0}, environment = {0};
	struct lvpoll *lvpoll = lvpoll_new(lvpolls, volume, callbacks);
	int result;

	error_set(error, ENOMEM, "cannot start lvpoll: out of memory");
	if (!lvpoll)
		return -ENOMEM;
	result = build_arguments(volume, binary, request, &arguments, error);
	if (result == 0)
		result = build_environment(request, &environment);
	if (result == 0)
		result = start_process(lvpoll, &arguments, &environment, error);
	if (result == 0) {
		volume->lvpoll = lvpoll;
		volume->last_pid = process_id(lvpoll->process);
		restart_silence_timer(lvpoll);
		log_start(volume, &arguments);
	} else {
		lvpoll_free(lvpoll);
	}
	arguments_clear(&arguments);
	arguments_clear(&environment);
	return result;
}

/* One for VOLUME, or for none, whose process is there already. NULL with the error. */
static struct lvpoll *adopt(struct lvpolls *lvpolls, struct volume *volume, pid_t pid,
	uint64_t start_ticks, const int outputs[2], const struct lvpoll_callbacks *callbacks,
	struct lvmpolld_error *error)
{
	struct lvpoll *lvpoll = lvpoll_new(lvpolls, volume, callbacks);

	if (!lvpoll) {
		error_set(
			error, ENOMEM, "process %d cannot be taken over: out of memory", (int)pid);
		return NULL;
	}
	lvpoll->process = process_adopt(
		lvpolls->base, pid, start_ticks, outputs, &process_callbacks, lvpoll, error);
	if (lvpoll->process)
		return lvpoll;
	lvpoll_free(lvpoll);
	return NULL;
}

int lvpoll_adopt(struct lvpolls *lvpolls, struct volume *volume, pid_t pid, uint64_t start_ticks,
	const int outputs[2], const struct lvpoll_callbacks *callbacks,
	struct lvmpolld_error *error)
{
	struct lvpoll *lvpoll = adopt(lvpolls, volume, pid, start_ticks, outputs, callbacks, error);

	if (!lvpoll)
		return -error->code;
	volume->lvpoll = lvpoll;
	volume->last_pid = pid;
	restart_silence_timer(lvpoll);
	return 0;
}

struct lvpoll *lvpoll_next_abandoned(struct lvpolls *lvpolls, struct lvpoll *previous)
{
	return previous ? TAILQ_NEXT(previous, link) : TAILQ_FIRST(&lvpolls->abandoned);
}

int lvpoll_adopt_abandoned(struct lvpolls *lvpolls, pid_t pid, uint64_t start_ticks,
	const int outputs[2], struct lvmpolld_error *error)
{
	struct lvpoll *lvpoll = adopt(lvpolls, NULL, pid, start_ticks, outputs, NULL, error);

	if (!lvpoll)
		return -error->code;
	add_abandoned(lvpoll);
	process_terminate(lvpoll->process);
	return 0;
}

pid_t lvpoll_id(const struct lvpoll *lvpoll)
{
	return process_id(lvpoll->process);
}

void lvpoll_outputs(const struct lvpoll *lvpoll, int outputs[2])
{
	process_outputs(lvpoll->process, outputs);
}

bool lvpoll_is_terminating(const struct lvpoll *lvpoll)
{
	return process_is_terminating(lvpoll->process);
}

void lvpoll_terminate(struct lvpoll *lvpoll)
{
	process_terminate(lvpoll->process);
}

void lvpoll_free(struct lvpoll *lvpoll)
{
	if (lvpoll->process)
		process_free(lvpoll->process);
	if (lvpoll->volume)
		lvpoll->volume->lvpoll = NULL;
	if (lvpoll->silence_timer)
		event_free(lvpoll->silence_timer);
	if (lvpoll->is_abandoned)
		TAILQ_REMOVE(&lvpoll->lvpolls->abandoned, lvpoll, link);
	free(lvpoll);
}
