/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* lvmpollctl status VOLUME: one operation in detail. */
#include "config.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "columns.h"
#include "verbs.h"

static void print_entry(const struct entry *entry)
{
	const struct column *column;

	for (size_t i = 0; (column = column_at(i)); i++) {
		char *text = column->text(entry, false);

		if (text)
			printf("%12s: %s\n", column->name, text);
		free(text);
	}
}

/* Those in flight; where there is none, the latest that ended. */
static size_t print_named(const struct entries *entries, const char *name)
{
	const struct entry *ended = NULL;
	size_t printed = 0;

	for (size_t i = 0; i < entries->count; i++) {
		const struct entry *entry = entries->list[i];

		if (!entry_is_named(entry, name))
			continue;
		if (entry->ended >= 0) {
			ended = entry;
			continue;
		}
		if (printed++ > 0)
			putchar('\n');
		print_entry(entry);
	}
	if (printed == 0 && ended) {
		print_entry(ended);
		printed++;
	}
	return printed;
}

int status_run(const struct ctl *ctl, int argc, char **argv)
{
	static const struct option names[] = {{0}};
	struct lvmpolld_error error;
	struct entries entries;
	int status;

	if (getopt_long(argc, argv, "", names, NULL) != -1)
		return verb_complain(argv[0], NULL);
	if (argc - optind != 1)
		return verb_complain(argv[0], "it needs the name of one volume, or id:N");
	status = ask_list(ctl, true, &entries, &error);
	if (status != CTL_GOOD)
		return ctl_complain(&error, status);
	if (print_named(&entries, argv[optind]) == 0) {
		fprintf(stderr, "lvmpollctl: no operation is in flight, or ended lately, for %s\n",
			argv[optind]);
		status = CTL_NO_OPERATION;
	}
	entries_free(&entries);
	return ctl_finish(status);
}
