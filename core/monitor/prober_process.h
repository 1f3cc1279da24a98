/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What runs in the process of a prober: it reads questions, asks device-mapper, and answers. */
#ifndef CORE_MONITOR_PROBER_PROCESS_H
#define CORE_MONITOR_PROBER_PROCESS_H

#include <stdatomic.h>
#include <stddef.h>

#include "monitor/device_mapper.h"
#include "monitor/probe_message.h"

/* A bit beside the number of a question. */
#define PROBER_LEFT_ALONE (1u << 31)

/*
 * In memory that both processes have: what the daemon asks, with a byte on the socket for all
 * together. The prober counts on when it has an answer, and puts it into a pipe then. Where it was
 * left alone meanwhile, the answer to the question that it was at is its last. When it goes no
 * further, or the pipe is full, it says so with a byte on the socket.
 */
struct prober_asked {
	atomic_uint at; /* the number of the question that the prober is at */
	size_t count;
	struct probe_question questions[PROBE_QUESTIONS_MAX];
};

/* The prober's ends. */
struct prober_ends {
	int socket;
	int answers; /* of the pipe; it does not block */
};

/*
 * Starts the process, which answers what is ASKED, whenever a byte comes on the socket of ENDS,
 * until its other end is closed. The caller has no other thread, and closes ENDS. Returns 0 or a
 * negative errno.
 */
int prober_process_start(const struct prober_ends *ends, struct prober_asked *asked,
	const struct device_mapper *device_mapper);

#endif
