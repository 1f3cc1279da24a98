/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* In place of core/process/process.c: processes that do what the scenario says. */
#include "config.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include <event2/event.h>

#include "commands.h"
#include "comparing/comparer.h"
#include "lvm2.h"
#include "process/process.h"

#define FIRST_PID         1000
#define LVM_STATUS_FAILED 5

/* What it prints, or how it ends. */
struct output {
	char *line; /* NULL: it has ended */
	struct process_end end;
	TAILQ_ENTRY(output) link;
};

struct process {
	enum command_model model;
	char *line; /* of its arguments */
	pid_t pid;
	bool is_terminating, is_over;
	bool is_input_closed;
	const struct process_callbacks *callbacks;
	void *context;
	struct event *reader;
	TAILQ_HEAD(, output) outputs;
	TAILQ_ENTRY(process) link;
};

static TAILQ_HEAD(process_list, process) processes = TAILQ_HEAD_INITIALIZER(processes);
static pid_t next_pid = FIRST_PID;
static bool was_ended;
static const char *last_answer = "none";
static struct lvm2 lvm2;

static void read_later(struct process *process)
{
	static const struct timeval at_once;

	event_add(process->reader, &at_once);
}

static void drop_output(struct process *process, struct output *output)
{
	TAILQ_REMOVE(&process->outputs, output, link);
	free(output->line);
	free(output);
}

static void on_read(evutil_socket_t descriptor, short what, void *context)
{
	struct process *process = context;
	struct output *output = TAILQ_FIRST(&process->outputs);
	struct process_end end = output->end;
	char *line = output->line;

	(void)descriptor;
	(void)what;
	output->line = NULL;
	drop_output(process, output);
	if (!TAILQ_EMPTY(&process->outputs))
		read_later(process);
	if (line) {
		process->callbacks->output(
			PROCESS_STDOUT, line, strlen(line), true, true, process->context);
		free(line);
		return;
	}
	process->callbacks->ended(end, process->context);
	process_free(process);
}

/* LINE is NULL for the end. */
static int add_output(struct process *process, const char *line, struct process_end end)
{
	struct output *output = calloc(1, sizeof(*output));

	if (output && line)
		output->line = strdup(line);
	if (!output || (line && !output->line)) {
		free(output);
		return -ENOMEM;
	}
	output->end = end;
	process->is_over = process->is_over || !line;
	TAILQ_INSERT_TAIL(&process->outputs, output, link);
	read_later(process);
	return 0;
}

static struct process *find(enum command_model model)
{
	struct process *process;

	TAILQ_FOREACH (process, &processes, link)
		if (process->model == model && !process->is_over)
			return process;
	return NULL;
}

void commands_restart(void)
{
	memset(&lvm2, 0, sizeof(lvm2));
	was_ended = false;
	last_answer = "none";
	next_pid = FIRST_PID;
}

const char *commands_running(enum command_model model)
{
	const struct process *process = find(model);

	return process ? process->line : NULL;
}

bool commands_take_ended(void)
{
	bool result = was_ended;

	was_ended = false;
	return result;
}

int commands_print(enum command_model model, const char *line)
{
	struct process *process = find(model);

	return process ? add_output(process, line, (struct process_end){0}) : -ESRCH;
}

int commands_end(enum command_model model, bool by_signal, int value)
{
	struct process *process = find(model);

	return process ? add_output(process, NULL,
				 (struct process_end){.by_signal = by_signal, .value = value})
		       : -ESRCH;
}

int commands_ask(enum command_model model, const char *question)
{
	struct process *process = find(model);
	char *text;

	if (!process)
		return -ESRCH;
	last_answer = "no";
	if (!process->callbacks->unfinished || process->is_input_closed)
		return 0;
	last_answer = "none";
	if (asprintf(&text, "%s [y/n]: ", question) < 0)
		return -ENOMEM;
	process->callbacks->unfinished(PROCESS_STDERR, text, process->context);
	free(text);
	return 0;
}

const char *commands_answer(void)
{
	return last_answer;
}

/* --- the report --- */

static void print_row(struct process *process, bool is_volume)
{
	char *text = lvm2_write_row(&lvm2, is_volume);

	if (text)
		add_output(process, text, (struct process_end){0});
	free(text);
}

static void answer(struct process *process)
{
	const struct scenario_entry *said = lvm2.said;
	const char *word = said->count == 1 && !said->items[0].name ? said->items[0].text : "";

	if (strcmp(word, "no_answer") == 0) {
		add_output(process, NULL, (struct process_end){.value = LVM_STATUS_FAILED});
		return;
	}
	if (strcmp(word, "no_group") != 0)
		print_row(process, false);
	if (word[0] == '\0')
		print_row(process, true);
	add_output(process, NULL, (struct process_end){0});
}

int commands_set_report(const struct scenario_entry *report, const char *lvid, const char *vg_name,
	const char *lv_name, unsigned *line, struct lvmpolld_error *error)
{
	struct process *process = find(MODEL_REPORT);
	int result = report ? lvm2_check(report, line, error) : 0;

	if (result < 0)
		return result;
	lvm2.said = report;
	lvm2.lvid = lvid;
	lvm2.vg_name = vg_name;
	lvm2.lv_name = lv_name;
	if (report && process)
		answer(process);
	return 0;
}

/* --- what core/process/process.c has --- */

static char *join(char *const *arguments)
{
	char *text = NULL;
	size_t size;
	FILE *stream = open_memstream(&text, &size);

	if (!stream)
		return NULL;
	for (size_t i = 0; arguments[i]; i++)
		fprintf(stream, "%s%s", i > 0 ? " " : "", arguments[i]);
	fclose(stream);
	return text;
}

static enum command_model model_of(char *const *arguments)
{
	if (arguments[1] && strcmp(arguments[1], COMPARER_OPTION) == 0)
		return MODEL_COMPARER;
	return arguments[1] && strcmp(arguments[1], "fullreport") == 0 ? MODEL_REPORT
								       : MODEL_LVPOLL;
}

struct process *process_start(struct event_base *base, char *const *arguments,
	char *const *environment, const struct process_callbacks *callbacks, void *context,
	enum process_failure *failure, struct lvmpolld_error *error)
{
	struct process *process = calloc(1, sizeof(*process));

	(void)environment;
	*failure = PROCESS_FAILED_RESOURCES;
	if (!process || !(process->reader = event_new(base, -1, 0, on_read, process))) {
		free(process);
		error_set(error, ENOMEM, "out of memory");
		return NULL;
	}
	process->model = model_of(arguments);
	process->line =
		join(arguments + (process->model == MODEL_COMPARER ? COMPARER_FIRST_COPY : 1));
	process->pid = next_pid++;
	process->callbacks = callbacks;
	process->context = context;
	TAILQ_INIT(&process->outputs);
	TAILQ_INSERT_TAIL(&processes, process, link);
	if (process->model == MODEL_REPORT && lvm2.said)
		answer(process);
	return process;
}

struct process *process_adopt(struct event_base *base, pid_t pid, uint64_t start_ticks,
	const int outputs[2], const struct process_callbacks *callbacks, void *context,
	struct lvmpolld_error *error)
{
	(void)base;
	(void)start_ticks;
	(void)outputs;
	(void)callbacks;
	(void)context;
	error_set(error, ESRCH, "process %d is gone", (int)pid);
	return NULL;
}

uint64_t process_read_start(pid_t pid)
{
	return (uint64_t)pid;
}

void process_outputs(const struct process *process, int outputs[2])
{
	(void)process;
	outputs[0] = outputs[1] = -1;
}

/* There is no upgrade: nothing is handed over. */
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

int process_answer(struct process *process, const char *text)
{
	if (process->is_input_closed)
		return -EPIPE;
	last_answer = strcmp(text, "y\n") == 0 ? "yes" : "something else";
	return 0;
}

void process_close_input(struct process *process)
{
	process->is_input_closed = true;
	last_answer = "no";
}

pid_t process_id(const struct process *process)
{
	return process->pid;
}

/* The model ends at once. */
void process_terminate(struct process *process)
{
	process->is_terminating = true;
	was_ended = was_ended || process->model == MODEL_LVPOLL;
	if (!process->is_over)
		add_output(
			process, NULL, (struct process_end){.by_signal = true, .value = SIGTERM});
}

bool process_is_terminating(const struct process *process)
{
	return process->is_terminating;
}

void process_free(struct process *process)
{
	struct output *output;

	while ((output = TAILQ_FIRST(&process->outputs)))
		drop_output(process, output);
	TAILQ_REMOVE(&processes, process, link);
	event_free(process->reader);
	free(process->line);
	free(process);
}
