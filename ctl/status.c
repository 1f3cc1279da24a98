/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* lvmpollctl status VOLUME: one operation in detail. */
#include "config.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "columns.h"
#include "json.h"
#include "text.h"
#include "verbs.h"

static void print_events(const struct entry *entry)
{
	const char *sentence;
	int64_t at;

	for (size_t i = 0; (sentence = entry_event(entry, i, &at)); i++) {
		char text[TEXT_SIZE];

		text_of_time(at, true, text);
		printf("%12s  %s  %s\n", i == 0 ? "EVENTS:" : "", text, sentence);
	}
}

static void print_entry(const struct entry *entry)
{
	const struct column *column;

	for (size_t i = 0; (column = column_at(i)); i++) {
		char *text = column->text(entry, false);

		if (text)
			printf("%12s: %s\n", column->name, text);
		free(text);
	}
	print_events(entry);
}

/* Leaves those in flight that NAME stands for; where there is none, the latest that ended. */
static void choose(struct entries *entries, const char *name)
{
	bool has_any = false;

	for (size_t i = entries->count; i-- > 0;)
		if (!entry_is_named(entries->list[i], name))
			entry_free(entries_take(entries, i));
	for (size_t i = 0; i < entries->count; i++)
		has_any |= entries->list[i]->ended < 0;
	for (size_t i = entries->count; i-- > 0;)
		if (has_any ? entries->list[i]->ended >= 0 : i + 1 < entries->count)
			entry_free(entries_take(entries, i));
}

static void print_all(const struct entries *entries, bool is_json)
{
	if (is_json) {
		json_print_entries(entries, stdout);
		return;
	}
	for (size_t i = 0; i < entries->count; i++) {
		if (i > 0)
			putchar('\n');
		print_entry(entries->list[i]);
	}
}

int status_run(const struct ctl *ctl, int argc, char **argv)
{
	static const struct option names[] = {{"json", no_argument, NULL, 'J'}, {0}};
	struct lvmpolld_error error;
	struct entries entries;
	bool is_json = false;
	int option, status;

	while ((option = getopt_long(argc, argv, "J", names, NULL)) != -1) {
		if (option != 'J')
			return verb_complain(argv[0], NULL);
		is_json = true;
	}
	if (argc - optind != 1)
		return verb_complain(argv[0], "it needs the name of one volume, or id:N");
	status = ask_events(ctl, &entries, &error);
	if (status != CTL_GOOD)
		return ctl_complain(&error, status);
	choose(&entries, argv[optind]);
	if (entries.count == 0) {
		fprintf(stderr, "lvmpollctl: no operation is in flight, or ended lately, for %s\n",
			argv[optind]);
		status = CTL_NO_OPERATION;
	} else {
		print_all(&entries, is_json);
	}
	entries_free(&entries);
	return ctl_finish(status);
}
