/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A child process and its output, in the daemon's event loop. */
#include "config.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <event2/event.h>

#include "log/log.h"
#include "process/child.h"
#include "process/lines.h"
#include "process/pidfd.h"
#include "process/process.h"
#include "process/start.h"
#include "util/timer.h"

/* Between two SIGTERMs to a process that is still there. */
#define TERMINATE_REPEAT_MS 100

/* How long until the end of a process is watched that could not be. */
#define WATCH_AGAIN_MS 1000

/* What is read from one pipe in a round of the loop, so that no child keeps the others waiting. */
#define READ_MAX (64 * 1024)

/* One of the two outputs. */
struct process_output {
	struct process *process;
	enum process_stream stream;
	int descriptor; /* -1 when closed */
	struct event *readable;
	struct lines lines;
};

struct process {
	const struct process_callbacks *callbacks;
	void *context;
	pid_t pid;
	int pidfd;
	bool is_terminating;
	bool is_adopted; /* it may be no child of ours */
	struct event *exited;
	struct event *timer; /* for the next SIGTERM, or until its end is watched */
	struct process_output outputs[2];
};

static void close_if_open(int *descriptor)
{
	if (*descriptor >= 0)
		close(*descriptor);
	*descriptor = -1;
}

static void deliver_line(const char *text, size_t length, bool first, bool complete, void *context)
{
	struct process_output *output = context;
	struct process *process = output->process;

	process->callbacks->output(output->stream, text, length, first, complete, process->context);
}

static void close_output(struct process_output *output)
{
	if (output->readable)
		event_free(output->readable);
	output->readable = NULL;
	close_if_open(&output->descriptor);
}

static void tell_lost(const struct process_output *output, size_t length)
{
	const struct process *process = output->process;

	log_error("out of memory: %zu bytes of output of process %d are lost", length,
		(int)process->pid);
	if (process->callbacks->lost)
		process->callbacks->lost(output->stream, process->context);
}

/* Reads at most READ_MAX bytes. Returns false when there is no more to come for now, or ever. */
static bool read_output(struct process_output *output)
{
	char data[4096];
	size_t total = 0;

	while (total < READ_MAX) {
		ssize_t length = read(output->descriptor, data, sizeof(data));

		if (length < 0 && errno == EINTR)
			continue;
		if (length < 0 && errno == EAGAIN)
			return false;
		if (length <= 0) {
			lines_end(&output->lines);
			close_output(output);
			return false;
		}
		if (lines_feed(&output->lines, data, (size_t)length) < 0)
			tell_lost(output, (size_t)length);
		total += (size_t)length;
	}
	return true;
}

static void on_readable(evutil_socket_t descriptor, short what, void *context)
{
	(void)descriptor;
	(void)what;
	read_output(context);
}

/*
 * What the process itself has written is in the pipes by now. A grandchild may hold them open and
 * write on, so only as much is read as can lie in a pipe.
 */
static void finish_output(struct process_output *output)
{
	for (int round = 0; round < 16 && output->descriptor >= 0; round++)
		if (!read_output(output))
			break;
	if (output->descriptor >= 0)
		lines_end(&output->lines);
	close_output(output);
}

static void on_exited(evutil_socket_t descriptor, short what, void *context)
{
	struct process *process = context;
	struct process_end end = {0};

	(void)descriptor;
	(void)what;
	if (!pidfd_reap(process->pidfd, process->pid, process->is_adopted, &end))
		return;
	for (int i = 0; i < 2; i++)
		finish_output(&process->outputs[i]);
	process->callbacks->ended(end, process->context);
	process_free(process);
}

static void start_timer(const struct process *process, int after_ms)
{
	const struct timeval time = {.tv_sec = after_ms / 1000, .tv_usec = after_ms % 1000 * 1000};

	timer_start(process->timer, &time);
}

static void send_terminate(const struct process *process)
{
	pidfd_terminate(process->pidfd, process->pid);
	start_timer(process, TERMINATE_REPEAT_MS);
}

/* Watches its end. */
static int await_end(struct process *process)
{
	close_if_open(&process->pidfd);
	process->pidfd = pidfd_of(process->pid);
	if (process->pidfd < 0)
		return process->pidfd;
	event_assign(process->exited, event_get_base(process->exited), process->pidfd,
		EV_READ | EV_PERSIST, on_exited, process);
	return event_add(process->exited, NULL) < 0 ? -ENOMEM : 0;
}

static void on_timer(evutil_socket_t descriptor, short what, void *context)
{
	struct process *process = context;

	(void)descriptor;
	(void)what;
	if (process->is_terminating)
		send_terminate(process);
	else if (await_end(process) < 0)
		start_timer(process, WATCH_AGAIN_MS);
}

static int add_output_event(struct process_output *output, struct event_base *base)
{
	output->readable =
		event_new(base, output->descriptor, EV_READ | EV_PERSIST, on_readable, output);
	if (!output->readable || event_add(output->readable, NULL) < 0)
		return -ENOMEM;
	return 0;
}

/* All that needs memory is done before the child is started. */
static int add_events(struct process *process, struct event_base *base)
{
	process->exited = event_new(base, -1, EV_READ, on_exited, process);
	process->timer = event_new(base, -1, 0, on_timer, process);
	if (!process->exited || !process->timer)
		return -ENOMEM;
	for (int i = 0; i < 2; i++)
		if (process->outputs[i].descriptor >= 0 &&
			add_output_event(&process->outputs[i], base) < 0)
			return -ENOMEM;
	return 0;
}

static struct process *process_new(const struct process_callbacks *callbacks, void *context)
{
	struct process *process = calloc(1, sizeof(*process));

	if (!process)
		return NULL;
	process->callbacks = callbacks;
	process->context = context;
	process->pidfd = -1;
	for (int i = 0; i < 2; i++) {
		struct process_output *output = &process->outputs[i];

		output->process = process;
		output->stream = (enum process_stream)i;
		output->descriptor = -1;
		lines_init(&output->lines, deliver_line, output);
	}
	return process;
}

static bool is_shortage(int code)
{
	return code == ENOMEM || code == EAGAIN || code == EMFILE || code == ENFILE;
}

/*
 * A child that cannot be watched is ended with SIGTERM, and not waited for: it may hold a lock of
 * lvm2. At worst a zombie is left. One that may outlive us runs on, lest half of its work be left:
 * its number stays its own until it is waited for.
 */
static int watch_child(struct process *process, const char *program, struct lvmpolld_error *error)
{
	int result = await_end(process);

	if (result == 0)
		return 0;
	error_set(error, -result, "cannot watch process %d (%s): %s", (int)process->pid, program,
		strerror(-result));
	if (!process->callbacks->may_outlive_us) {
		kill(process->pid, SIGTERM);
		waitpid(process->pid, NULL, WNOHANG);
		return result;
	}
	log_error("%s: it runs, but is not watched; trying again", error->sentence);
	start_timer(process, WATCH_AGAIN_MS);
	return 0;
}

static int start_child(struct process *process, struct event_base *base, char *const *arguments,
	char *const *environment, enum process_failure *failure, struct lvmpolld_error *error)
{
	struct child_descriptors child;
	int read_ends[2];
	int result = child_open(&child, read_ends);

	for (int i = 0; i < 2; i++)
		process->outputs[i].descriptor = read_ends[i];
	*failure = PROCESS_FAILED_RESOURCES;
	if (result == 0)
		result = add_events(process, base);
	if (result == 0) {
		result = child_start(&child, arguments, environment,
			process->callbacks->may_outlive_us, &process->pid);
		if (result < 0 && !is_shortage(-result))
			*failure = PROCESS_FAILED_EXECUTE;
	}
	child_close(&child);
	if (result < 0)
		return error_set(
			error, -result, "cannot start %s: %s", arguments[0], strerror(-result));
	return watch_child(process, arguments[0], error);
}

struct process *process_start(struct event_base *base, char *const *arguments,
	char *const *environment, const struct process_callbacks *callbacks, void *context,
	enum process_failure *failure, struct lvmpolld_error *error)
{
	struct process *process = process_new(callbacks, context);

	*failure = PROCESS_FAILED_RESOURCES;
	if (!process) {
		error_set(error, ENOMEM, "cannot start %s: out of memory", arguments[0]);
		return NULL;
	}
	if (start_child(process, base, arguments, environment, failure, error) < 0) {
		process_free(process);
		return NULL;
	}
	return process;
}

uint64_t process_read_start(pid_t pid)
{
	uint64_t start_ticks;

	return start_read(pid, &start_ticks) == 0 ? start_ticks : 0;
}

/* PID may be another process by now: what it is is read once its pidfd is open. */
static int adopt(struct process *process, struct event_base *base, pid_t pid, uint64_t start_ticks,
	struct lvmpolld_error *error)
{
	int result;

	process->pid = pid;
	process->is_adopted = true;
	result = add_events(process, base);
	if (result == 0)
		result = await_end(process);
	/* The descriptor is there: what is true of the process now stays true of it. */
	if (result == 0)
		result = start_check(pid, start_ticks);
	if (result < 0)
		return error_set(error, -result, "process %d cannot be adopted: %s", (int)pid,
			strerror(-result));
	return 0;
}

struct process *process_adopt(struct event_base *base, pid_t pid, uint64_t start_ticks,
	const int outputs[2], const struct process_callbacks *callbacks, void *context,
	struct lvmpolld_error *error)
{
	struct process *process = process_new(callbacks, context);

	if (!process) {
		error_set(error, ENOMEM, "process %d cannot be adopted: out of memory", (int)pid);
		return NULL;
	}
	for (int i = 0; i < 2; i++)
		process->outputs[i].descriptor = outputs[i];
	if (adopt(process, base, pid, start_ticks, error) == 0)
		return process;
	process_free(process);
	return NULL;
}

void process_outputs(const struct process *process, int outputs[2])
{
	for (int i = 0; i < 2; i++)
		outputs[i] = process->outputs[i].descriptor;
}

struct lines_rest process_rest(struct process *process, enum process_stream stream)
{
	return lines_rest(&process->outputs[stream].lines);
}

void process_resume_stream(
	struct process *process, enum process_stream stream, const struct lines_rest *rest)
{
	if (lines_resume(&process->outputs[stream].lines, rest) < 0)
		log_error("out of memory: the beginning of a line of process %d is lost",
			(int)process->pid);
}

pid_t process_id(const struct process *process)
{
	return process->pid;
}

void process_terminate(struct process *process)
{
	if (process->is_terminating)
		return;
	process->is_terminating = true;
	send_terminate(process);
}

bool process_is_terminating(const struct process *process)
{
	return process->is_terminating;
}

void process_free(struct process *process)
{
	for (int i = 0; i < 2; i++) {
		close_output(&process->outputs[i]);
		free(process->outputs[i].lines.kept);
	}
	if (process->exited)
		event_free(process->exited);
	if (process->timer)
		event_free(process->timer);
	close_if_open(&process->pidfd);
	free(process);
}
