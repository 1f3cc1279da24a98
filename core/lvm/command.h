/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One run of an lvm command: its environment, its output, its silence, its end. It is ended with
 * SIGTERM alone. All of this is the main thread's.
 */
#ifndef CORE_LVM_COMMAND_H
#define CORE_LVM_COMMAND_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include <lvmpolld/plugin.h>

#include "operation/terms.h"
#include "process/process.h"
#include "util/error.h"

struct event_base;
struct command;

struct command_callbacks {
	/* A whole line of its standard output. */
	void (*line)(const char *text, void *context);
	/* It has printed nothing for too long. It runs on. */
	void (*silent)(void *context);
	/* It has ended, WAS_TERMINATED by us or by itself. The command is freed by then. */
	void (*ended)(struct process_end end, bool was_terminated, void *context);
};

/* What is run, and how it is spoken of in the log. */
struct command_kind {
	const char *name;          /* "lvpoll", "report" */
	unsigned silence_s;        /* a third of the time for which it may be silent */
	bool is_output_for_people; /* its standard output is worth a line in the log */
};

/* Seconds of silence, a third of what is granted, for an lvpoll that looks every INTERVAL_S. */
unsigned command_silence_s(unsigned interval_s);

/* Returns 0 where PATH can be executed as the lvm command, else a negative errno with the error. */
int command_check_binary(const char *path, struct lvmpolld_error *error);

/*
 * Runs ARGUMENTS, the first of which is the lvm command, with the environment that TERMS ask for.
 * Returns NULL with the error, whose code is ENOEXEC where lvm cannot be executed.
 */
struct command *command_start(struct event_base *base, const struct command_kind *kind,
	struct terms *terms, const struct lvmpolld_arguments *arguments,
	const struct command_callbacks *callbacks, void *context, struct lvmpolld_error *error);

/*
 * Adopts process PID, which another daemon has started; see process_adopt. It goes on:
 * command_terminate ends it. Returns NULL with the error, whose code is ESRCH where it is gone.
 */
struct command *command_adopt(struct event_base *base, const struct command_kind *kind,
	struct terms *terms, pid_t pid, uint64_t start_ticks, const int outputs[2],
	const struct command_callbacks *callbacks, void *context, struct lvmpolld_error *error);

pid_t command_pid(const struct command *command);
/* The descriptors that its outputs are read from; -1 for one that is closed. */
void command_outputs(const struct command *command, int outputs[2]);
bool command_is_terminating(const struct command *command);

/* Ends it with SIGTERM, repeated until it is gone; its end is told as of any other. */
void command_terminate(struct command *command);

/* Forgets it: the process runs on without us. */
void command_free(struct command *command);

#endif
