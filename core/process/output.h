/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One of the two outputs of a process: read without blocking, and cut into lines. */
#ifndef CORE_PROCESS_OUTPUT_H
#define CORE_PROCESS_OUTPUT_H

#include <stdbool.h>

#include "process/lines.h"
#include "process/process.h"

struct event;
struct event_base;

struct process_output {
	const struct process_callbacks *callbacks;
	void *context;
	const pid_t *pid; /* of the process, when it has started */
	enum process_stream stream;
	int descriptor; /* -1 when closed */
	struct event *readable;
	struct lines lines;
};

/* CALLBACKS get CONTEXT; they and PID must outlive OUTPUT, which has no descriptor yet. */
void process_output_init(struct process_output *output, const pid_t *pid,
	enum process_stream stream, const struct process_callbacks *callbacks, void *context);

/* Reads from its descriptor in BASE from now on. Returns 0 or -ENOMEM. */
int process_output_watch(struct process_output *output, struct event_base *base);

/* The process has ended: reads what is left, and closes it. */
void process_output_finish(struct process_output *output);

/* Closes it, and forgets what has come of a line. */
void process_output_free(struct process_output *output);

#endif
