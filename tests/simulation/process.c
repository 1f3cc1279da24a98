/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Replaces core/process/process.c: the lvm commands that the daemon runs, without processes. */
#include "config.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "comparing/comparer.h"
#include "lvm.h"
#include "lvm/command.h"
#include "process/process.h"
#include "util/error.h"

/* After this time looks have told that a volume is copied anew. */
#define KNOWN_ANEW_US (8 * S_US)

struct output {
	char *line;       /* NULL: it has ended */
	bool is_question; /* it is no whole line */
	bool by_signal;
	int value;
	TAILQ_ENTRY(output) link;
};

struct process {
	struct lvm *lvm; /* NULL: it has ended */
	pid_t pid;
	uint64_t start_ticks;
	bool is_left; /* the program before an upgrade had it */
	TAILQ_ENTRY(process) link;
	bool is_child, is_terminating, is_comparer;
	bool has_input; /* the daemon can answer what it asks */
	enum answer answer;
	const struct process_callbacks *callbacks;
	void *context;
	struct event *reader;
	TAILQ_HEAD(output_list, output) outputs;
};

/* Of the daemon, and what is left of the program before an upgrade. */
static TAILQ_HEAD(process_list, process) processes = TAILQ_HEAD_INITIALIZER(processes);

static void read_later(struct process *process)
{
	const struct timeval delay = {.tv_usec = (long)dice_below(4000)};

	if (!event_pending(process->reader, EV_TIMEOUT, NULL))
		event_add(process->reader, &delay);
}

static void free_output(struct process *process, struct output *output)
{
	TAILQ_REMOVE(&process->outputs, output, link);
	free(output->line);
	free(output);
}

static void on_read(evutil_socket_t descriptor, short what, void *context)
{
	struct process *process = context;
	struct output *output = TAILQ_FIRST(&process->outputs), taken = *output;

	(void)descriptor;
	(void)what;
	output->line = NULL;
	free_output(process, output);
	if (!TAILQ_EMPTY(&process->outputs))
		read_later(process);
	if (taken.line && taken.is_question) {
		if (process->has_input)
			process->callbacks->unfinished(
				PROCESS_STDERR, taken.line, process->context);
		free(taken.line);
		return;
	}
	if (taken.line) {
		process->callbacks->output(PROCESS_STDOUT, taken.line, strlen(taken.line), true,
			true, process->context);
		free(taken.line);
		return;
	}
	/* The status of what is no child cannot be read. */
	process->callbacks->ended(
		process->is_child
			? (struct process_end){.by_signal = taken.by_signal, .value = taken.value}
			: (struct process_end){.by_signal = true,
				  .value = SIGTERM,
				  .is_unknown = true},
		process->context);
	process_free(process);
}

static void add_output(struct process *process, const char *line, bool by_signal, int value)
{
	struct output *output = calloc(1, sizeof(*output));

	if (!output)
		abort();
	*output = (struct output){
		.line = line ? strdup(line) : NULL, .by_signal = by_signal, .value = value};
	TAILQ_INSERT_TAIL(&process->outputs, output, link);
	read_later(process);
}

void process_printed(struct process *process, const char *line)
{
	if (process->is_child)
		add_output(process, line, false, 0);
}

void process_asked(struct process *process, const char *question)
{
	if (!process->has_input)
		return;
	add_output(process, question, false, 0);
	TAILQ_LAST(&process->outputs, output_list)->is_question = true;
}

/* Its standard input is at its end where no daemon that has started it is there. */
enum answer process_answered(const struct process *process)
{
	return process->has_input ? process->answer : ANSWER_NO;
}

void process_over(struct process *process, bool by_signal, int value)
{
	process->lvm = NULL;
	add_output(process, NULL, by_signal, value);
}

/* The operation that a command is started for: it runs, and has none yet. */
static const struct operation *find_starting(const struct lvm *lvm)
{
	const struct operation *operation;

	TAILQ_FOREACH (operation, &operations.list, link)
		if (operation->state == STATE_RUNNING && !operation->attempt.command &&
			operation_is_abort(operation) == lvm->is_abort &&
			!strcmp(operation->attempt.vg_name, lvm->vg_name) &&
			!strcmp(operation->attempt.lv_name, lvm->lv_name))
			return operation;
	violate("an lvpoll for %s/%s was started, and no operation is about to", lvm->vg_name,
		lvm->lv_name);
}

/*
 * What a step is begun for: the table that a look has shown. The same one may be copied anew since,
 * where the volume was activated again before anybody could look: README.md.
 */
static unsigned begin_segment(const struct volume *volume)
{
	bool is_known =
		volume->activated_us == 0 || world.now_us - volume->activated_us > KNOWN_ANEW_US;

	return is_known ? volume->changes : 0;
}

static void check_start(struct lvm *lvm)
{
	const struct operation *operation;
	const struct volume *volume;
	const struct lvm *other;

	if (lvm->is_report)
		return;
	operation = find_starting(lvm);
	volume = volume_find(operation->terms->asked.lvid);
	snprintf(lvm->lvid, sizeof(lvm->lvid), "%s", operation->terms->asked.lvid);
	TAILQ_FOREACH (other, &lvms, link)
		if (other != lvm && !strcmp(other->lvid, lvm->lvid) && !other->is_unknown)
			violate("lvpoll[%d] runs, and lvpoll[%d] is started for the same volume",
				(int)other->pid, (int)lvm->pid);
	lvm->had_name = checks_command(operation, lvm->vg_name, lvm->lv_name);
	if (operation->attempt.purpose == ATTEMPT_STEP)
		lvm->began_changes = begin_segment(volume);
	lvm->began_us = volume->looked_us > 0 ? volume->looked_us : world.now_us;
}

static struct process *new_process(
	struct lvm *lvm, const struct process_callbacks *callbacks, void *context, bool is_child)
{
	struct process *process = calloc(1, sizeof(*process));

	if (!process)
		abort();
	process->lvm = lvm;
	process->pid = lvm ? lvm->pid : 1;
	process->start_ticks = lvm ? lvm->start_ticks : 0;
	TAILQ_INSERT_TAIL(&processes, process, link);
	process->is_child = is_child;
	process->callbacks = callbacks;
	process->context = context;
	process->reader = event_new(&daemon_base, -1, 0, on_read, process);
	TAILQ_INIT(&process->outputs);
	if (lvm)
		lvm->process = process;
	return process;
}

/* It ends after a while, with what is true of the copies when it begins: all is copied by then. */
static struct process *start_comparer(
	char *const *arguments, const struct process_callbacks *callbacks, void *context)
{
	struct process *process = new_process(NULL, callbacks, context, true);
	int64_t after_ms = dice_between(1, 60000);
	bool is_killed = dice_percent(5);
	const struct timeval time = {.tv_sec = after_ms / 1000, .tv_usec = after_ms % 1000 * 1000};
	int status = kernel_log_model_compare(arguments[COMPARER_FIRST_COPY]);

	process->is_comparer = true;
	world.has_faults = world.has_faults || is_killed;
	add_output(process, NULL, is_killed, status);
	event_add(process->reader, &time);
	return process;
}

static void read_environment(struct lvm *lvm, char *const *environment)
{
	for (; *environment; environment++)
		sscanf(*environment, COMMAND_LVID "=%64s", lvm->shown_lvid);
}

struct process *process_start(struct event_base *base, char *const *arguments,
	char *const *environment, const struct process_callbacks *callbacks, void *context,
	enum process_failure *failure, struct lvmpolld_error *error)
{
	struct process *process;
	struct lvm *lvm;

	(void)base;
	seam();
	if (world.no_resources > 0 && dice_percent(80)) {
		*failure = PROCESS_FAILED_RESOURCES;
		error_set(error, EAGAIN, "no process can be started");
		return NULL;
	}
	if (world.lvm_missing > 0) {
		*failure = PROCESS_FAILED_EXECUTE;
		error_set(error, ENOENT, "there is no lvm");
		return NULL;
	}
	if (!strcmp(arguments[1], COMPARER_OPTION))
		return start_comparer(arguments, callbacks, context);
	lvm = lvm_new(arguments);
	read_environment(lvm, environment);
	check_start(lvm);
	process = new_process(lvm, callbacks, context, true);
	process->has_input = !!callbacks->unfinished;
	story("%s[%d] starts%s%s%s%s%s", lvm->command, (int)lvm->pid, lvm->is_report ? "" : " for ",
		lvm->vg_name, lvm->is_report ? "" : "/", lvm->lv_name,
		lvm->is_abort ? ", to abort" : "");
	seam();
	return process;
}

static struct lvm *find_lvm(pid_t pid)
{
	struct lvm *lvm;

	TAILQ_FOREACH (lvm, &lvms, link)
		if (lvm->pid == pid)
			return lvm;
	return NULL;
}

static struct process *find_left(pid_t pid)
{
	struct process *process;

	TAILQ_FOREACH (process, &processes, link)
		if (process->pid == pid && process->is_left && !process->is_comparer)
			return process;
	return NULL;
}

/* What the program before an upgrade has not read yet is still in the pipe. */
static struct process *take_left(
	struct process *process, const struct process_callbacks *callbacks, void *context)
{
	process->is_left = false;
	process->has_input = false;
	process->callbacks = callbacks;
	process->context = context;
	process->is_terminating = false;
	process->reader = event_new(&daemon_base, -1, 0, on_read, process);
	if (!TAILQ_EMPTY(&process->outputs))
		read_later(process);
	return process;
}

void processes_leave(void)
{
	struct process *process;

	TAILQ_FOREACH (process, &processes, link) {
		process->is_left = true;
		process->has_input = false;
		process->reader = NULL;
	}
}

static void forget(struct process *process)
{
	struct output *output;

	while ((output = TAILQ_FIRST(&process->outputs)))
		free_output(process, output);
	if (process->lvm)
		process->lvm->process = NULL;
	TAILQ_REMOVE(&processes, process, link);
	free(process);
}

void processes_forget_left(void)
{
	struct process *process, *next;

	for (process = TAILQ_FIRST(&processes); process; process = next) {
		next = TAILQ_NEXT(process, link);
		if (process->is_left)
			forget(process);
	}
}

struct process *process_adopt(struct event_base *base, pid_t pid, uint64_t start_ticks,
	const int outputs[2], const struct process_callbacks *callbacks, void *context,
	struct lvmpolld_error *error)
{
	struct lvm *lvm = find_lvm(pid);
	struct process *left = find_left(pid);

	(void)base;
	(void)outputs;
	if (world.no_adoption > 0) {
		if (lvm)
			lvm->is_out_of_reach = true;
		error_set(error, EMFILE, "process %d cannot be adopted", (int)pid);
		return NULL;
	}
	if (left && (left->start_ticks == start_ticks || start_ticks == 0))
		return take_left(left, callbacks, context);
	/* Of a child nobody needs to know when it was started. */
	if (!lvm || (lvm->start_ticks != start_ticks &&
			    !(start_ticks == 0 && lvm->incarnation == world.incarnation))) {
		error_set(error, ESRCH, "process %d is gone", (int)pid);
		return NULL;
	}
	return new_process(lvm, callbacks, context, lvm->incarnation == world.incarnation);
}

uint64_t process_read_start(pid_t pid)
{
	const struct lvm *lvm = find_lvm(pid);
	const struct process *left = find_left(pid);

	if (world.no_adoption > 0)
		return 0;
	return lvm ? lvm->start_ticks : left ? left->start_ticks : 0;
}

void process_outputs(const struct process *process, int outputs[2])
{
	(void)process;
	outputs[0] = outputs[1] = -1;
}

/* Its lines are never cut. */
struct lines_rest process_rest(struct process *process, enum process_stream stream)
{
	(void)process;
	(void)stream;
	return (struct lines_rest){0};
}

void process_resume_stream(
	struct process *process, enum process_stream stream, const struct lines_rest *rest)
{
	(void)process;
	(void)stream;
	(void)rest;
}

pid_t process_id(const struct process *process)
{
	return process->pid;
}

void process_terminate(struct process *process)
{
	process->is_terminating = true;
	if (process->is_comparer) {
		TAILQ_FIRST(&process->outputs)->by_signal = true;
		event_del(process->reader);
		read_later(process);
	}
	if (process->lvm)
		lvm_terminate(process->lvm);
}

int process_answer(struct process *process, const char *text)
{
	if (!process->has_input)
		return -EPIPE;
	process->answer = !strcmp(text, "y\n") ? ANSWER_YES : ANSWER_NO;
	return 0;
}

void process_close_input(struct process *process)
{
	process->has_input = false;
}

bool process_is_terminating(const struct process *process)
{
	return process->is_terminating;
}

void process_free(struct process *process)
{
	struct output *output;

	while ((output = TAILQ_FIRST(&process->outputs)))
		free_output(process, output);
	if (process->lvm)
		process->lvm->process = NULL;
	TAILQ_REMOVE(&processes, process, link);
	event_free(process->reader);
	free(process);
}

void lvm_daemon_died(void)
{
	struct lvm *lvm;

	TAILQ_INIT(&processes);
	TAILQ_FOREACH (lvm, &lvms, link) {
		const struct volume *volume = volume_find(lvm->lvid);

		lvm->process = NULL;
		lvm->is_unknown = lvm->is_unknown || world.were_records_faulty ||
				  operations.records.descriptor < 0 ||
				  operations.stale_records > 0 ||
				  (volume && !records_has_of(volume, lvm->is_abort));
	}
}
