/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A child process: started without copying the daemon's memory, read without blocking, addressed by
 * its pidfd, ended with SIGTERM and nothing stronger.
 */
#ifndef CORE_PROCESS_PROCESS_H
#define CORE_PROCESS_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "process/lines.h"
#include "util/error.h"

struct event_base;
struct process;

enum process_stream { PROCESS_STDOUT, PROCESS_STDERR };

struct process_end {
	bool by_signal;
	int value;       /* exit status, or the number of the signal */
	bool is_unknown; /* it was no child of ours: how it ended is not known */
};

struct process_callbacks {
	/* A line of output, or a piece of one, as lines.h delivers it. */
	void (*output)(enum process_stream stream, const char *text, size_t length, bool first,
		bool complete, void *context);
	/* Some of what it has printed is lost: out of memory. NULL: that is only logged. */
	void (*lost)(enum process_stream stream, void *context);
	/*
	 * TEXT is the beginning of a line, as far as it was read.
	 * Where it is not NULL, the standard input of a process that is started is a pipe: see
	 * process_answer. That of one that is adopted is at its end.
	 */
	void (*unfinished)(enum process_stream stream, const char *text, void *context);
	/* STREAM is closed, and was read; the process may go on, or has ended. Or NULL. */
	void (*closed)(enum process_stream stream, void *context);
	/* It has ended and its output is read. The process is freed when this returns. */
	void (*ended)(struct process_end end, void *context);
	/*
	 * Where this daemon is gone it goes on: to write what nobody reads raises no SIGPIPE. It is
	 * never terminated, not even where it has started and its end cannot be watched yet.
	 */
	bool may_outlive_us;
};

/* Why a process did not start. */
enum process_failure {
	PROCESS_FAILED_RESOURCES, /* out of memory, descriptors or processes: try again later */
	PROCESS_FAILED_EXECUTE    /* the program cannot be executed */
};

/*
 * Starts ARGUMENTS (the first is the path, used as given) with ENVIRONMENT, standard input from
 * /dev/null (but see unfinished), no other descriptor of ours, default signals (but see
 * may_outlive_us) and an empty signal mask. CALLBACKS must outlive the process, which is freed
 * after "ended", or by process_free. Returns NULL with the error and the kind of FAILURE.
 */
struct process *process_start(struct event_base *base, char *const *arguments,
	char *const *environment, const struct process_callbacks *callbacks, void *context,
	enum process_failure *failure, struct lvmpolld_error *error);

/*
 * Adopts process PID, which another daemon started at START_TICKS. A process that is not our child
 * counts as ended by SIGTERM when it ends: its status cannot be read. OUTPUTS are the descriptors
 * that its two pipes are read from, or -1; the process owns them, and they are closed on failure.
 * START_TICKS of a child may be 0: not known. Returns NULL with the error: ESRCH where the process
 * is gone, or PID is another process by now.
 */
struct process *process_adopt(struct event_base *base, pid_t pid, uint64_t start_ticks,
	const int outputs[2], const struct process_callbacks *callbacks, void *context,
	struct lvmpolld_error *error);

/*
 * When PID was started, in the clock ticks of /proc; 0 where there is no such process, or that
 * cannot be read.
 */
uint64_t process_read_start(pid_t pid);

/* The descriptors that its outputs are read from, still its own; -1 for one that is closed. */
void process_outputs(const struct process *process, int outputs[2]);

/* What has come of a line of STREAM that is not complete, as lines_rest tells it. */
struct lines_rest process_rest(struct process *process, enum process_stream stream);
/* STREAM, of which nothing was read yet, goes on behind a copy of REST. */
void process_resume_stream(
	struct process *process, enum process_stream stream, const struct lines_rest *rest);

/*
 * Writes TEXT to its standard input. Returns 0 or a negative errno: EPIPE where it has no input of
 * ours, or reads none any more.
 */
int process_answer(struct process *process, const char *text);
/* Nothing more comes: it reads the end of its standard input. */
void process_close_input(struct process *process);

pid_t process_id(const struct process *process);

/*
 * Ends it with SIGTERM, repeated until it is gone: an lvm command that holds a lock notes the
 * signal, but its next sleep is not cut short.
 */
void process_terminate(struct process *process);
bool process_is_terminating(const struct process *process);

/* Frees it without waiting for its end. No callback is called any more. */
void process_free(struct process *process);

#endif
