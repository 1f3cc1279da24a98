/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* lvmpollctl events: what happens, a line each. */
#include "config.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include "json.h"
#include "live.h"
#include "text.h"
#include "verbs.h"

struct events_options {
	bool is_now;
	bool is_json;
	bool has_timestamps;
};

static const char *const names[LIVE_COUNT] = {
	[LIVE_EXISTS] = "exists",
	[LIVE_LISTED] = "exists",
	[LIVE_CREATE] = "create",
	[LIVE_CHANGE] = "change",
	[LIVE_DESTROY] = "destroy",
	[LIVE_MISSED] = "missed",
};

static void print_string(const char *key, const char *value)
{
	if (value)
		printf(" %s:%s", key, value);
}

/* "findings:mismatches=128,repaired=3" */
static void print_list(const char *key, const char *list)
{
	if (!list)
		return;
	printf(" %s:", key);
	for (; *list; list++)
		putchar(*list == ' ' ? ',' : *list);
}

static void print_number(const char *key, int64_t value)
{
	if (value >= 0)
		printf(" %s:%" PRId64, key, value);
}

/* The sentence of the reason has blanks: it is the last. */
static void print_pairs(const struct entry *entry)
{
	print_number("id", entry->id);
	print_string("name", entry->name);
	print_string("operation", entry->operation);
	printf(" abort:%s", entry->is_abort ? "yes" : "no");
	print_list("options", entry->options);
	print_string("state", entry->state);
	if (entry->percent >= 0)
		printf(" percent:%.2f", entry->percent);
	print_number("done", entry->done_bytes);
	print_number("total", entry->total_bytes);
	print_number("rate", entry->rate);
	print_number("remaining", entry->remaining);
	print_number("stalled", entry->stalled);
	print_number("failed", entry->failed_devices);
	print_number("pid", entry->pid);
	print_string("source", entry->source);
	print_list("findings", entry->findings);
	print_string("result", entry->result);
	print_number("value", entry->value);
	print_string("reason", entry->reason);
}

static void print_json(
	enum live_event event, const struct entry *entry, int64_t missed, const char *timestamp)
{
	char head[2 * TEXT_SIZE] = "";
	size_t length = 0;

	if (timestamp)
		length = (size_t)snprintf(head, sizeof(head), "\"time\": \"%s\", ", timestamp);
	snprintf(head + length, sizeof(head) - length, "\"event\": \"%s\"%s", names[event],
		entry ? ", " : "");
	if (entry)
		json_print_entry(entry, head, stdout);
	else if (event == LIVE_MISSED)
		printf("{%s, \"changes\": %" PRId64 "}", head, missed);
	else
		printf("{%s}", head);
	putchar('\n');
}

static void print_line(
	enum live_event event, const struct entry *entry, int64_t missed, const char *timestamp)
{
	if (timestamp)
		printf("%s ", timestamp);
	fputs(names[event], stdout);
	if (event == LIVE_LISTED)
		fputs(" -", stdout);
	else if (event == LIVE_MISSED)
		printf(" changes:%" PRId64, missed);
	else
		print_pairs(entry);
	putchar('\n');
}

static void print(const struct events_options *options, const struct live *live,
	enum live_event event, const struct entry *entry)
{
	char timestamp[TEXT_SIZE];

	text_of_time(time(NULL), false, timestamp);
	(options->is_json ? print_json : print_line)(
		event, entry, live->missed, options->has_timestamps ? timestamp : NULL);
}

static int follow(
	const struct events_options *options, struct live *live, struct lvmpolld_error *error)
{
	for (;;) {
		const struct entry *entry;
		enum live_event event;
		int status = live_next(live, -1, &event, &entry, error);

		if (status != CTL_GOOD)
			return status;
		if (event == LIVE_NOTHING)
			continue;
		print(options, live, event, entry);
		if (ctl_finish(CTL_GOOD) != CTL_GOOD)
			return CTL_FAILED;
		if (event == LIVE_LISTED && options->is_now)
			return CTL_GOOD;
	}
}

static int read_options(struct events_options *options, int argc, char **argv)
{
	static const struct option known[] = {
		{"now", no_argument, NULL, 'n'},
		{"json", no_argument, NULL, 'J'},
		{"timestamps", no_argument, NULL, 't'},
		{0},
	};
	int option;

	while ((option = getopt_long(argc, argv, "J", known, NULL)) != -1)
		switch (option) {
		case 'n':
			options->is_now = true;
			break;
		case 'J':
			options->is_json = true;
			break;
		case 't':
			options->has_timestamps = true;
			break;
		default:
			return verb_complain(argv[0], NULL);
		}
	return optind == argc ? CTL_GOOD : verb_complain(argv[0], "it takes no argument");
}

int events_run(const struct ctl *ctl, int argc, char **argv)
{
	struct events_options options = {0};
	struct lvmpolld_error error = {0};
	struct live live;
	int status = read_options(&options, argc, argv);

	if (status != CTL_GOOD)
		return status;
	status = live_open(&live, ctl, NULL, &error);
	if (status == CTL_GOOD)
		status = follow(&options, &live, &error);
	live_close(&live);
	return status == CTL_GOOD || error.code == 0 ? status : ctl_complain(&error, status);
}
