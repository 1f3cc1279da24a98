/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One of the two outputs of a process. */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include <event2/event.h>

#include "log/log.h"
#include "process/output.h"

/* What is read from one pipe in a round of the loop, so that no child keeps the others waiting. */
#define READ_MAX (64 * 1024)

static void deliver_line(const char *text, size_t length, bool first, bool complete, void *context)
{
	const struct process_output *output = context;

	output->callbacks->output(output->stream, text, length, first, complete, output->context);
}

void process_output_init(struct process_output *output, const pid_t *pid,
	enum process_stream stream, const struct process_callbacks *callbacks, void *context)
{
	*output = (struct process_output){
		.callbacks = callbacks,
		.context = context,
		.pid = pid,
		.stream = stream,
		.descriptor = -1,
	};
	lines_init(&output->lines, deliver_line, output);
}

static void close_output(struct process_output *output)
{
	if (output->readable)
		event_free(output->readable);
	output->readable = NULL;
	if (output->descriptor >= 0)
		close(output->descriptor);
	output->descriptor = -1;
}

static void tell_lost(const struct process_output *output, size_t length)
{
	log_error("out of memory: %zu bytes of output of process %d are lost", length,
		(int)*output->pid);
	if (output->callbacks->lost)
		output->callbacks->lost(output->stream, output->context);
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
			if (output->callbacks->closed)
				output->callbacks->closed(output->stream, output->context);
			return false;
		}
		if (lines_feed(&output->lines, data, (size_t)length) < 0)
			tell_lost(output, (size_t)length);
		total += (size_t)length;
	}
	return true;
}

/* What is not a whole line may be a question; or the rest is on its way, and may be there already.
 */
static void tell_unfinished(struct process_output *output)
{
	struct lines_rest rest = lines_rest(&output->lines);

	if (output->callbacks->unfinished && output->descriptor >= 0 && rest.text)
		output->callbacks->unfinished(output->stream, rest.text, output->context);
}

static void on_readable(evutil_socket_t descriptor, short what, void *context)
{
	(void)descriptor;
	(void)what;
	read_output(context);
	tell_unfinished(context);
}

int process_output_watch(struct process_output *output, struct event_base *base)
{
	output->readable =
		event_new(base, output->descriptor, EV_READ | EV_PERSIST, on_readable, output);
	if (!output->readable || event_add(output->readable, NULL) < 0)
		return -ENOMEM;
	return 0;
}

/*
 * What the process itself has written is in the pipes by now. A grandchild may hold them open and
 * write on, so only as much is read as can lie in a pipe.
 */
void process_output_finish(struct process_output *output)
{
	for (int round = 0; round < 16 && output->descriptor >= 0; round++)
		if (!read_output(output))
			break;
	if (output->descriptor >= 0)
		lines_end(&output->lines);
	close_output(output);
}

void process_output_free(struct process_output *output)
{
	close_output(output);
	free(output->lines.kept);
	output->lines.kept = NULL;
}
