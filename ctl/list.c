/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* lvmpollctl list, history: tables. */
#include "config.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "bar.h"
#include "columns.h"
#include "json.h"
#include "stock.h"
#include "table.h"
#include "verbs.h"

#define LIST_COLUMNS    "VOLUME,OPERATION,STATE,PERCENT,DONE,SIZE,RATE,LEFT"
#define NARROW_COLUMNS  "VOLUME,PERCENT,LEFT"
#define HISTORY_COLUMNS "ID,VOLUME,OPERATION,RESULT,STARTED,ENDED,ELAPSED,SIZE"

/* Narrower terminals get fewer columns. */
#define NARROW 60

struct list_options {
	struct columns columns;
	struct table_style style;
	bool is_json;
	bool with_ended;
};

static void print_columns(void)
{
	const struct column *column;

	for (size_t i = 0; (column = column_at(i)); i++)
		printf("%-12s %s\n", column->name, column->description);
}

/* Returns CTL_GOOD, or a status to end with; -1: nothing more to do. */
static int take_option(struct list_options *options, int option, const char *verb)
{
	struct lvmpolld_error error;

	switch (option) {
	case 'a':
		options->with_ended = true;
		break;
	case 'J':
		options->is_json = true;
		break;
	case 'r':
		options->style.is_raw = true;
		break;
	case 'n':
		options->style.has_no_headings = true;
		break;
	case 'b':
		options->style.is_in_bytes = true;
		break;
	case 'o':
		if (columns_choose(&options->columns, optarg, &error) < 0)
			return ctl_complain(&error, CTL_USAGE);
		break;
	case 'O':
		columns_choose_all(&options->columns);
		break;
	case 'H':
		print_columns();
		return -1;
	default:
		return verb_complain(verb, NULL);
	}
	return CTL_GOOD;
}

static int read_options(struct list_options *options, int argc, char **argv)
{
	static const struct option names[] = {
		{"all", no_argument, NULL, 'a'},
		{"json", no_argument, NULL, 'J'},
		{"raw", no_argument, NULL, 'r'},
		{"noheadings", no_argument, NULL, 'n'},
		{"bytes", no_argument, NULL, 'b'},
		{"output", required_argument, NULL, 'o'},
		{"output-all", no_argument, NULL, 'O'},
		{"list-columns", no_argument, NULL, 'H'},
		{0},
	};
	int option, status = CTL_GOOD;

	while (status == CTL_GOOD &&
		(option = getopt_long(argc, argv, "aJrnbo:OH", names, NULL)) != -1)
		status = take_option(options, option, argv[0]);
	return status;
}

static bool is_wanted(const struct entry *entry, int count, char **wanted)
{
	for (int i = 0; i < count; i++)
		if (entry_is_named(entry, wanted[i]))
			return true;
	return count == 0;
}

static void keep_wanted(struct entries *entries, bool only_ended, int count, char **wanted)
{
	for (size_t i = entries->count; i-- > 0;)
		if (!is_wanted(entries->list[i], count, wanted) ||
			(only_ended && entries->list[i]->ended < 0))
			entry_free(entries_take(entries, i));
}

static int print(const struct list_options *options, struct entries *entries)
{
	struct lvmpolld_error error;
	int status = CTL_GOOD;

	if (options->is_json)
		json_print_entries(entries, stdout);
	else if (entries->count > 0 &&
		 table_print(entries, &options->columns, &options->style, stdout, &error) < 0)
		status = ctl_complain(&error, CTL_FAILED);
	entries_free(entries);
	return ctl_finish(status);
}

/* What there is, from a daemon of whatever kind. */
static int fetch(const struct ctl *ctl, bool with_ended, struct entries *entries)
{
	struct lvmpolld_error error;
	int status = ask_list(
		ctl, (with_ended ? ASK_ENDED : ASK_IN_FLIGHT) | ASK_UNATTENDED, entries, &error);

	if (status == CTL_REFUSED && error.code == ENOSYS) {
		fprintf(stderr,
			"lvmpollctl: the daemon at %s is lvm2's own: this is all that its dump "
			"tells\n",
			ctl->socket_path);
		status = stock_list(ctl, entries, &error);
	}
	return status == CTL_GOOD ? status : ctl_complain(&error, status);
}

static int run(const struct ctl *ctl, int argc, char **argv, const char *columns, bool is_history)
{
	struct list_options options = {.with_ended = is_history};
	struct lvmpolld_error error;
	struct entries entries;
	int status;

	columns_choose(&options.columns, columns, &error);
	status = read_options(&options, argc, argv);
	if (status != CTL_GOOD)
		return status < 0 ? ctl_finish(CTL_GOOD) : status;
	status = fetch(ctl, options.with_ended, &entries);
	if (status != CTL_GOOD)
		return status;
	keep_wanted(&entries, is_history, argc - optind, argv + optind);
	return print(&options, &entries);
}

int list_run(const struct ctl *ctl, int argc, char **argv)
{
	bool is_narrow = isatty(STDOUT_FILENO) && bar_terminal_width() < NARROW;

	return run(ctl, argc, argv, is_narrow ? NARROW_COLUMNS : LIST_COLUMNS, false);
}

int history_run(const struct ctl *ctl, int argc, char **argv)
{
	return run(ctl, argc, argv, HISTORY_COLUMNS, true);
}
