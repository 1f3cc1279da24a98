/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* In place of core/process/process.c: processes that do what the scenario says. */
#include "config.h"

#include <ctype.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include <event2/event.h>

#include "commands.h"
#include "comparing/comparer.h"
#include "process/process.h"

#define FIRST_PID         1000
#define LVM_STATUS_FAILED 5
#define UUID_LENGTH       32

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
	const struct process_callbacks *callbacks;
	void *context;
	struct event *reader;
	TAILQ_HEAD(, output) outputs;
	TAILQ_ENTRY(process) link;
};

static TAILQ_HEAD(process_list, process) processes = TAILQ_HEAD_INITIALIZER(processes);
static pid_t next_pid = FIRST_PID;
static bool was_ended;

static struct {
	const struct scenario_entry *said;
	const char *lvid, *vg_name, *lv_name;
} lvm2;

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

	return process ? add_output(process, NULL, (struct process_end){by_signal, value}) : -ESRCH;
}

/* --- the report --- */

/* Fields that a report has, as lvs -o names them, and what they are where a scenario says nothing.
 */
static const struct {
	const char *name;
	const char *value;
} fields[] = {{"lv_attr", "-wi-a-----"}, {"lv_active", "active"}, {"copy_percent", ""},
	{"move_pv", ""}, {"lv_converting", ""}, {"lv_merging", ""}, {"lv_merge_failed", ""},
	{"lv_snapshot_invalid", ""}, {"origin", ""}, {"vg_partial", ""},
	{"vg_missing_pv_count", "0"}, {"vg_name", NULL}, {"lv_name", NULL}};

static bool is_field(const char *name)
{
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		if (strcmp(fields[i].name, name) == 0)
			return true;
	return false;
}

static const char *value_of(const char *name, const char *otherwise)
{
	for (size_t i = 0; i < lvm2.said->count; i++)
		if (lvm2.said->items[i].name && strcmp(lvm2.said->items[i].name, name) == 0)
			return lvm2.said->items[i].text;
	return otherwise;
}

static void add_field(FILE *stream, const char *name, const char *value)
{
	fputs(" LVM2_", stream);
	for (; *name != '\0'; name++)
		fputc(toupper((unsigned char)*name), stream);
	fprintf(stream, "='%s'", value);
}

/* With dashes: 6-4-4-4-4-4-6. */
static void add_uuid(FILE *stream, const char *name, const char *uuid)
{
	char dashed[UUID_LENGTH + 7] = "";
	size_t length = 0;

	for (size_t i = 0; i < UUID_LENGTH; i++) {
		if (i >= 6 && i < 30 && (i - 6) % 4 == 0)
			dashed[length++] = '-';
		dashed[length++] = uuid[i];
	}
	add_field(stream, name, dashed);
}

static void write_group(FILE *stream)
{
	add_field(stream, "vg_name", value_of("vg_name", lvm2.vg_name));
	add_uuid(stream, "vg_uuid", lvm2.lvid);
	add_field(stream, "vg_partial", value_of("vg_partial", ""));
	add_field(stream, "vg_missing_pv_count", value_of("vg_missing_pv_count", "0"));
}

static void write_volume(FILE *stream)
{
	write_group(stream);
	add_field(stream, "lv_name", value_of("lv_name", lvm2.lv_name));
	add_uuid(stream, "lv_uuid", lvm2.lvid + UUID_LENGTH);
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		if (fields[i].value && strncmp(fields[i].name, "vg_", 3) != 0)
			add_field(
				stream, fields[i].name, value_of(fields[i].name, fields[i].value));
}

static void print_row(struct process *process, void (*write_row)(FILE *stream))
{
	char *text = NULL;
	size_t size;
	FILE *stream = open_memstream(&text, &size);

	if (stream) {
		write_row(stream);
		fclose(stream);
		add_output(process, text, (struct process_end){0});
	}
	free(text);
}

static void answer(struct process *process)
{
	const struct scenario_entry *said = lvm2.said;
	const char *word = said->count == 1 && !said->items[0].name ? said->items[0].text : "";

	if (strcmp(word, "no_answer") == 0) {
		add_output(process, NULL, (struct process_end){false, LVM_STATUS_FAILED});
		return;
	}
	if (strcmp(word, "no_group") != 0)
		print_row(process, write_group);
	if (word[0] == '\0')
		print_row(process, write_volume);
	add_output(process, NULL, (struct process_end){false, 0});
}

static int check_report(
	const struct scenario_entry *report, unsigned *line, struct lvmpolld_error *error)
{
	for (size_t i = 0; i < report->count; i++) {
		const struct scenario_item *item = &report->items[i];

		*line = item->line;
		if (item->name && !is_field(item->name))
			return error_set(error, EINVAL,
				"lvm2 is not asked for a field \"%s\" (lvmpolld_row_field has a "
				"list)",
				item->name);
		if (strpbrk(item->text, "'\n"))
			return error_set(error, EINVAL, "a value of lvm2's report has no quotes");
	}
	return 0;
}

int commands_set_report(const struct scenario_entry *report, const char *lvid, const char *vg_name,
	const char *lv_name, unsigned *line, struct lvmpolld_error *error)
{
	struct process *process = find(MODEL_REPORT);
	int result = report ? check_report(report, line, error) : 0;

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
		add_output(process, NULL, (struct process_end){true, SIGTERM});
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
