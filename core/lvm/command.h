/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One run of an lvm command: its environment, its output, its silence, its end. SIGTERM is the only
 * signal that it gets, and only a kind that is not left to end by itself.
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
	/* It has printed a whole line to its standard output. */
	void (*line)(const char *text, void *context);
	/* A line of it, or more, is lost: too long, or out of memory. NULL: lines may be missing.
	 */
	void (*lost)(void *context);
	/* It has printed nothing for too long. It runs on. */
	void (*silent)(void *context);
	/*
	 * It has ended; WAS_TERMINATED if command_terminate was called. The command is freed by
	 * then.
	 */
	void (*ended)(struct process_end end, bool was_terminated, void *context);
};

/* What kind of command is run, and its name in the log. */
struct command_kind {
	const char *name;   /* "lvpoll", "report", "lvconvert"; it lives as long as the command */
	unsigned silence_s; /* a third of the time for which it may print nothing */
	bool is_output_for_people; /* its standard output is logged */
	bool is_for_volume;        /* its environment tells the lvid: see COMMAND_LVID */
	/*
	 * It ends by itself: command_terminate does nothing, and the end of the daemon does not end
	 * it. To cut short what is not lvpoll may leave half of its work behind.
	 */
	bool is_left_to_end;
	/*
	 * Those that it is answered, where it is left to end: see struct lvmpolld_plugin. NULL:
	 * none is, its standard input is empty.
	 */
	const struct lvmpolld_question *questions;
	unsigned phase; /* of the step that it makes; 0: not known */
};

/*
 * The variable by which an lvm command is known to a later daemon, whatever names the volume has by
 * then.
 */
#define COMMAND_LVID "LVMPOLLD_LVID"

/* The silence_s of an lvpoll for TERMS: by its plugin and its interval. */
unsigned command_silence_s(const struct terms *terms);

/* Returns 0 if PATH can be executed as the lvm command, else a negative errno with the error. */
int command_check_binary(const char *path, struct lvmpolld_error *error);

/*
 * Runs ARGUMENTS, the first of which is the lvm command, with the environment that TERMS ask for.
 * KIND is copied. Returns NULL with the error, whose code is ENOEXEC if lvm cannot be executed.
 */
struct command *command_start(struct event_base *base, const struct command_kind *kind,
	struct terms *terms, const struct lvmpolld_arguments *arguments,
	const struct command_callbacks *callbacks, void *context, struct lvmpolld_error *error);

/*
 * Adopts process PID, which another daemon has started; see process_adopt. It runs on until it
 * ends, or command_terminate ends it. Returns NULL with the error, whose code is ESRCH if the
 * process is gone.
 */
struct command *command_adopt(struct event_base *base, const struct command_kind *kind,
	struct terms *terms, pid_t pid, uint64_t start_ticks, const int outputs[2],
	const struct command_callbacks *callbacks, void *context, struct lvmpolld_error *error);

pid_t command_pid(const struct command *command);
/* The descriptors of its outputs; -1 for one that is closed. */
void command_outputs(const struct command *command, int outputs[2]);
/* What has come of a line that is not complete: see process_rest and process_resume_stream. */
struct lines_rest command_rest(struct command *command, enum process_stream stream);
void command_resume_stream(
	struct command *command, enum process_stream stream, const struct lines_rest *rest);
bool command_is_terminating(const struct command *command);
/* No signal ends it: see struct command_kind. */
bool command_is_left_to_end(const struct command *command);

/*
 * Ends the command with SIGTERM, repeated until it is gone, unless its kind is left to end by
 * itself; "ended" is called as for any other end.
 */
void command_terminate(struct command *command);

/* Frees the command. Its process runs on. */
void command_free(struct command *command);

#endif
