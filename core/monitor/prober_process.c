/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The process of a prober. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <libdevmapper.h>

#include "monitor/below_lines.h"
#include "monitor/probe_message.h"
#include "monitor/prober_process.h"
#include "monitor/survey.h"
#include "util/buffer.h"
#include "util/descriptors.h"

/* What ps shows; at most 15 characters. */
#define PROCESS_NAME "lvmpolld-prober"

/* Closes all between KEPT, and behind; KEPT has COUNT descriptors, and is put in order. */
static void close_others(unsigned *kept, size_t count)
{
	unsigned first = STDERR_FILENO + 1;

	for (size_t i = 1; i < count; i++)
		for (size_t j = i; j > 0 && kept[j - 1] > kept[j]; j--) {
			unsigned higher = kept[j - 1];

			kept[j - 1] = kept[j];
			kept[j] = higher;
		}
	for (size_t i = 0; i < count; i++) {
		descriptors_close(first, kept[i] - 1);
		first = kept[i] + 1;
	}
	descriptors_close(first, ~0U);
}

/*
 * Nothing of the daemon's stays open: neither the lock of the state directory, nor a client's
 * socket, nor a standard error that somebody reads to its end.
 */
static void keep_descriptors(const struct prober_ends *ends, int control)
{
	unsigned kept[] = {(unsigned)ends->socket, (unsigned)ends->answers, (unsigned)control};
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	for (int i = STDIN_FILENO; i <= STDERR_FILENO; i++)
		if (null >= 0)
			dup2(null, i);
		else
			close(i);
	close_others(kept, sizeof(kept) / sizeof(*kept));
}

/* Arms first and lists then: an event between the two makes the descriptor readable again. */
static void answer_list(const struct device_mapper *device_mapper, struct buffer *answer)
{
	struct device_mapper_events events = {0};
	int result = device_mapper_arm(device_mapper);

	if (result == 0)
		result = device_mapper_list(&events);
	probe_answer_add_list(answer, result, &events);
	free(events.list);
}

static void answer_survey(const struct probe_question *question, struct buffer *answer)
{
	struct survey *survey = survey_make(question->wants_status);

	probe_answer_add_survey(answer, survey);
	survey_free(survey);
}

static void answer_table(const struct probe_question *question, struct buffer *answer)
{
	const char *below[PLUGIN_BELOW_MAX + 1];
	bool wants_below = probe_question_below(question, below) > 0;
	struct device_mapper_table table = {0}, lines = {0};
	struct lvmpolld_error error = {0}, unread = {0};
	enum device_mapper_answer read = device_mapper_read_table(
		question->lvid, question->has_layer ? question->layer : NULL, &table, &error);
	bool is_shown = read == DEVICE_MAPPER_SEEN && !table.is_suspended;
	bool has_lines = is_shown && (question->wants_lines || wants_below) &&
			 device_mapper_read_lines(&table, &lines, &unread) == 0;

	if (is_shown && wants_below)
		read = has_lines ? below_lines_read(question->lvid, below, &table, &lines, &error)
				 : DEVICE_MAPPER_UNREADABLE;
	probe_answer_add_table(answer, read, &table,
		has_lines && question->wants_lines ? &lines : NULL,
		wants_below && is_shown && !has_lines ? &unread : &error);
	device_mapper_release_table(&lines);
	device_mapper_release_table(&table);
}

/* The daemon is to read what is in the pipe. Returns false where it is not there. */
static bool ring(const struct prober_ends *ends)
{
	return send(ends->socket, "", 1, MSG_NOSIGNAL) == 1;
}

static bool wait_for_room(const struct prober_ends *ends)
{
	struct pollfd pipe = {.fd = ends->answers, .events = POLLOUT};

	return ring(ends) && poll(&pipe, 1, -1) == 1;
}

/* Returns false where nobody is there to read it. */
static bool write_all(const struct prober_ends *ends, const char *bytes, size_t length)
{
	while (length > 0) {
		ssize_t written = write(ends->answers, bytes, length);

		if (written < 0 && (errno != EAGAIN || !wait_for_room(ends)))
			return false;
		if (written > 0) {
			bytes += written;
			length -= (size_t)written;
		}
	}
	return true;
}

/* Why this process cannot ask device-mapper; without a code it can. */
static struct lvmpolld_error broken;

static void answer(const struct probe_question *question, const struct device_mapper *device_mapper,
	struct buffer *answers)
{
	bool is_list = question->kind == PROBE_LIST, is_survey = question->kind == PROBE_SURVEY;

	if (broken.code && is_list)
		probe_answer_add_list(answers, -broken.code, NULL);
	else if (broken.code && is_survey)
		probe_answer_add_survey(answers, NULL);
	else if (broken.code)
		probe_answer_add_table(answers, DEVICE_MAPPER_UNREADABLE, NULL, NULL, &broken);
	else if (is_list)
		answer_list(device_mapper, answers);
	else if (is_survey)
		answer_survey(question, answers);
	else
		answer_table(question, answers);
}

/*
 * Answers all that is ASKED, one after the other: what was seen is in the pipe before the next
 * question, which may hang; the daemon reads it all at once, or so far where it waits for too long.
 * Where the prober was left alone meanwhile the rest has been asked of another one. Returns false
 * where nobody is there to read it, out of memory, or where another process is to be asked next.
 */
static bool answer_all(const struct prober_ends *ends, struct prober_asked *asked,
	const struct device_mapper *device_mapper)
{
	const size_t count = asked->count;
	struct buffer text = {0};
	bool is_sent = true, is_alone = false;

	for (unsigned i = 0; is_sent && !is_alone && i < count; i++) {
		unsigned at = i;

		answer(&asked->questions[i], device_mapper, &text);
		/* Counted first: once the daemon has the last answer it asks anew. */
		is_alone = !atomic_compare_exchange_strong(&asked->at, &at, i + 1);
		is_sent = !text.is_lost && write_all(ends, buffer_bytes(&text), text.length);
		buffer_drop(&text, text.length);
	}
	buffer_free(&text);
	/* That this process ends is as good as a byte. */
	return is_sent && !broken.code && ring(ends);
}

/* Does not return. When out of memory for an answer it ends the process. */
static void serve(const struct prober_ends *ends, struct prober_asked *asked,
	const struct device_mapper *device_mapper)
{
	char byte;

	device_mapper_begin(&broken);
	while (recv(ends->socket, &byte, 1, 0) == 1 && answer_all(ends, asked, device_mapper))
		;
	_exit(EXIT_SUCCESS);
}

/*
 * The process in between ends at once, so that the prober is no child of the daemon's; until then
 * the daemon waits, and so the descriptors are closed before: a lock that a prober had for a moment
 * would be missed by a successor.
 */
static void run_in_between(const struct prober_ends *ends, struct prober_asked *asked,
	const struct device_mapper *device_mapper)
{
	pid_t prober;

	keep_descriptors(ends, device_mapper->events);
	/* What is mounted where the daemon was started can be unmounted when that has ended. */
	if (chdir("/") < 0)
		_exit(errno);
	prober = fork();
	if (prober == 0) {
		prctl(PR_SET_NAME, PROCESS_NAME);
		/* Its messages are for standard error, which is nobody's here. */
		dm_log_with_errno_init(NULL);
		serve(ends, asked, device_mapper);
	}
	_exit(prober < 0 ? errno : 0);
}

/*
 * All that is sent to the daemon's group, or to all of its name, is for the daemon. The handlers
 * would tell the daemon's loop, whose descriptors a child shares until it has closed them: so
 * signals are blocked before it is born.
 */
static pid_t fork_blocked(void)
{
	sigset_t all, former;
	pid_t child;

	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &former);
	child = fork();
	if (child != 0)
		sigprocmask(SIG_SETMASK, &former, NULL);
	return child;
}

int prober_process_start(const struct prober_ends *ends, struct prober_asked *asked,
	const struct device_mapper *device_mapper)
{
	pid_t child = fork_blocked();
	int status;

	if (child < 0)
		return -errno;
	if (child == 0)
		run_in_between(ends, asked, device_mapper);
	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	return WIFEXITED(status) ? -WEXITSTATUS(status) : -EPROTO;
}
