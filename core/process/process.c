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
#include "process/output.h"
#include "process/pidfd.h"
#include "process/process.h"
#include "process/start.h"
#include "util/timer.h"

/* Between two SIGTERMs to a process that is still there. */
#define TERMINATE_REPEAT_MS 100

/* How long until the end of a process is watched that could not be. */
#define WATCH_AGAIN_MS 1000

struct process {
	const struct process_callbacks *callbacks;
	void *context;
	pid_t pid;
	int pidfd;
	bool is_terminating;
	bool is_adopted; /* it may be no child of ours */
	struct event *exited;
	struct event *timer; /* for the next SIGTERM, or until its end is watched */
	int input;           /* what its standard input is read from; -1: it has none of us */
	struct process_output outputs[2];
};

static void close_if_open(int *descriptor)
{
	if (*descriptor >= 0)
		close(*descriptor);
	*descriptor = -1;
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
		process_output_finish(&process->outputs[i]);
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

/* All that needs memory is done before the child is started. */
static int add_events(struct process *process, struct event_base *base)
{
	process->exited = event_new(base, -1, EV_READ, on_exited, process);
	process->timer = event_new(base, -1, 0, on_timer, process);
	if (!process->exited || !process->timer)
		return -ENOMEM;
	for (int i = 0; i < 2; i++)
		if (process->outputs[i].descriptor >= 0 &&
			process_output_watch(&process->outputs[i], base) < 0)
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
	process->input = -1;
	for (int i = 0; i < 2; i++)
		process_output_init(&process->outputs[i], &process->pid, (enum process_stream)i,
			callbacks, context);
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
	int result = child_open(
		&child, read_ends, process->callbacks->unfinished ? &process->input : NULL);

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

int process_answer(struct process *process, const char *text)
{
	ssize_t length;

	if (process->input < 0)
		return -EPIPE;
	length = write(process->input, text, strlen(text));
	return length < 0 ? -errno : (size_t)length < strlen(text) ? -EAGAIN : 0;
}

void process_close_input(struct process *process)
{
	close_if_open(&process->input);
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
	for (int i = 0; i < 2; i++)
		process_output_free(&process->outputs[i]);
	close_if_open(&process->input);
	if (process->exited)
		event_free(process->exited);
	if (process->timer)
		event_free(process->timer);
	close_if_open(&process->pidfd);
	free(process);
}
