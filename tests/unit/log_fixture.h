/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A pipe as standard error for each test, to read what the log writes there. */
#ifndef TESTS_UNIT_LOG_FIXTURE_H
#define TESTS_UNIT_LOG_FIXTURE_H

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "log/log.h"
#include "scratch.h"

/* Each test is a process of its own (check forks), so standard error can be replaced in it. */
static int pipe_end;

static inline void set_up(void)
{
	int ends[2];

	scratch_create();
	unsetenv("JOURNAL_STREAM");
	ck_assert_int_eq(pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
	/* Blocking, as what the daemon gets: the log itself must see to it that it never waits. */
	ck_assert_int_eq(fcntl(ends[1], F_SETFL, 0), 0);
	ck_assert_int_eq(dup2(ends[1], STDERR_FILENO), STDERR_FILENO);
	close(ends[1]);
	pipe_end = ends[0];
}

static inline void tear_down(void)
{
	log_close();
	scratch_remove();
}

static inline void configure(enum log_level level, unsigned targets)
{
	const struct log_settings settings = {.level = level, .targets = targets};

	log_configure(&settings);
}

/* What was written to DESCRIPTOR up to now: a pipe keeps it, a socket a datagram at a time. */
static inline const char *received(int descriptor)
{
	static char text[1 << 17];
	ssize_t length = read(descriptor, text, sizeof(text) - 1);

	text[length > 0 ? length : 0] = '\0';
	return text;
}

#endif
