/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Child processes of a test: what one has printed, and how it ended. */
#ifndef TESTS_UNIT_PROCESS_FIXTURE_H
#define TESTS_UNIT_PROCESS_FIXTURE_H

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <event2/event.h>

#include "process/process.h"
#include "suite.h"
#include "util/descriptors.h"

#define DEADLINE_S 300

/* What one process has printed and how it ended. */
struct seen {
	char text[2][64 * 1024]; /* "line\n" for each complete line, "piece|" for a part of one */
	size_t length[2];
	size_t bytes[2];
	bool has_ended;
	struct process_end end;
};

static struct event_base *base;
static struct seen seen;
static struct process *asking; /* it is answered by on_unfinished */
static const char *given;      /* the answer; NULL: none is given */
static char asked_last[100];
static bool is_pidfd_refused;

/* Stands before the C library's, to play a kernel that is short of descriptors. */
long syscall(long number, ...)
{
	long (*real)(long number, ...) = (long (*)(long, ...))dlsym(RTLD_NEXT, "syscall");
	long arguments[6];
	va_list list;

	va_start(list, number);
	for (size_t i = 0; i < SUITE_COUNT(arguments); i++)
		arguments[i] = va_arg(list, long);
	va_end(list);
	if (number == SYS_pidfd_open && is_pidfd_refused) {
		errno = ENFILE;
		return -1;
	}
	return real(number, arguments[0], arguments[1], arguments[2], arguments[3], arguments[4],
		arguments[5]);
}

static inline void on_output(enum process_stream stream, const char *text, size_t length,
	bool first, bool complete, void *context)
{
	size_t room = sizeof(seen.text[stream]) - seen.length[stream];
	int written;

	(void)first;
	ck_assert_ptr_eq(context, &seen);
	ck_assert(!seen.has_ended);
	ck_assert_uint_eq(strlen(text), length);
	seen.bytes[stream] += length;
	written = snprintf(
		seen.text[stream] + seen.length[stream], room, "%s%s", text, complete ? "\n" : "|");
	if ((size_t)written < room)
		seen.length[stream] += (size_t)written;
}

static inline void on_unfinished(enum process_stream stream, const char *text, void *context)
{
	ck_assert_ptr_eq(context, &seen);
	ck_assert_int_eq(stream, PROCESS_STDERR);
	snprintf(asked_last, sizeof(asked_last), "%s", text);
	if (!strstr(text, "? "))
		return;
	if (given)
		ck_assert_int_eq(process_answer(asking, given), 0);
	else
		process_close_input(asking);
}

static inline void on_ended(struct process_end end, void *context)
{
	ck_assert_ptr_eq(context, &seen);
	ck_assert(!seen.has_ended);
	seen.has_ended = true;
	seen.end = end;
	event_base_loopbreak(base);
}

static struct process_callbacks callbacks = {.output = on_output, .ended = on_ended};

static inline void create_base(void)
{
	callbacks.may_outlive_us = false;
	callbacks.unfinished = NULL;
	is_pidfd_refused = false;
	memset(&seen, 0, sizeof(seen));
	base = event_base_new();
	ck_assert_ptr_nonnull(base);
}

static inline void free_base(void)
{
	event_base_free(base);
}

static inline void on_deadline(evutil_socket_t descriptor, short what, void *context)
{
	(void)descriptor;
	(void)what;
	(void)context;
	ck_abort_msg("the process has not ended in time");
}

/* Runs the loop until the process has ended. */
static inline void wait_end(void)
{
	const struct timeval deadline = {.tv_sec = DEADLINE_S};
	struct event *timer = event_new(base, -1, 0, on_deadline, NULL);

	event_add(timer, &deadline);
	while (!seen.has_ended)
		ck_assert_int_eq(event_base_loop(base, EVLOOP_ONCE), 0);
	event_free(timer);
}

static inline struct process *start_with(
	const char *program, char *const *environment, enum process_failure *failure)
{
	char *const arguments[] = {"/bin/sh", "-c", (char *)program, NULL};
	struct lvmpolld_error error;

	return process_start(base, arguments, environment, &callbacks, &seen, failure, &error);
}

static inline struct process *start(const char *program)
{
	char *const environment[] = {"PATH=/usr/bin:/bin", NULL};
	enum process_failure failure;
	struct process *process = start_with(program, environment, &failure);

	ck_assert_ptr_nonnull(process);
	return process;
}

static inline void run(const char *program)
{
	start(program);
	wait_end();
}

static inline void wait_line(const char *line)
{
	while (strcmp(seen.text[PROCESS_STDOUT], line) != 0) {
		ck_assert(!seen.has_ended);
		ck_assert_int_eq(event_base_loop(base, EVLOOP_ONCE), 0);
	}
}

#endif
