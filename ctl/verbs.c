/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The table of what lvmpollctl can be told to do. */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "verbs.h"

#define TABLE_HELP                                                                                 \
	"  -a, --all            those that ended lately, too\n"                                    \
	"  -J, --json           JSON, with all that is known\n"                                    \
	"  -r, --raw            one blank between columns\n"                                       \
	"  -n, --noheadings     no line with the names of the columns\n"                           \
	"  -b, --bytes          plain numbers: bytes and seconds\n"                                \
	"  -o, --output LIST    these columns, separated by commas\n"                              \
	"  -O, --output-all     all columns\n"                                                     \
	"  -H, --list-columns   names the columns, and stops\n"

static const struct verb verbs[] = {
	{"list", "[VOLUME|VG|DISK|id:N ...]", "shows what is in flight, as a table (the default)",
		TABLE_HELP, list_run},
	{"status", "VOLUME|id:N", "shows one operation in detail, with its latest events",
		"  -J, --json           JSON, with all that is known\n", status_run},
	{"watch", "", "shows what is in flight, live, until all is over", NULL, watch_run},
	{"wait", "[VOLUME|VG|DISK|id:N ...]", "waits until these, or all, are over",
		"  --timeout TIME       no longer than this (90, 90s, 5m, 2h): status 124\n"
		"  --must               that nothing is in flight is an error: status 3\n"
		"  --until-over         also where waiting clients were told that it fails\n",
		wait_run},
	{"events", "", "prints what is, then what happens, a line each",
		"      --now            only what is\n"
		"  -J, --json           a JSON object a line\n"
		"      --timestamps     when it was told\n",
		events_run},
	{"history", "[VOLUME|VG|DISK|id:N ...]", "shows what ended lately, and how", TABLE_HELP,
		history_run},
	{"abort", "VOLUME|id:N", "ends a move (pvmove --abort), or what else can be aborted", NULL,
		abort_run},
	{"resume", "[VG|VOLUME|id:N]", "resumes what was interrupted (vgchange --poll y)", NULL,
		resume_run},
	{"adopt", "VOLUME|VG|id:N ...", "lets the daemon take up what nobody sees to",
		"      --all            all of that\n", adopt_run},
	{"start", "OPERATION VOLUME", "starts an operation that lvm2 does not ask for (root)",
		"      --option NAME=VALUE  an option of the operation, any number of times\n",
		start_run},
	{"forget", "VOLUME|id:N", "lets the daemon forget an operation for good (root)",
		"      --at-risk        also where a copy has failed\n", forget_run},
	{"hooks", "", "runs the executables of " HOOKS_DIRECTORY " for what happens",
		"      --folder DIR     those of another folder\n"
		"      --timeout TIME   one that runs longer gets SIGTERM (60s)\n"
		"      --stalled TIME   without progress for so long: \"stalled\" (10m)\n",
		hooks_run},
	{"metrics", "", "prints figures for Prometheus",
		"      --textfile FILE  written there, for node_exporter\n", metrics_run},
	{"check", "", "prints one line, with a status for Nagios, Icinga, Zabbix",
		"  -w, --warning TIME   without progress for longer than this: a warning (10m)\n"
		"  -c, --critical TIME  for longer than this: critical (30m)\n",
		check_run},
	{"ping", "", "tells which daemon answers", NULL, ping_run},
	{"plugins", "", "shows which plugins the daemon has", NULL, plugins_run},
	{"config", "", "shows the configuration that the daemon uses", NULL, configuration_run},
	{"dump", "", "prints its state in the format of stock lvmpolld", NULL, dump_run},
	{"log-level", "LEVEL", "changes how much the daemon logs, until it is reloaded", NULL,
		log_level_run},
};

#define VERB_COUNT (sizeof(verbs) / sizeof(verbs[0]))

const struct verb *verb_at(size_t i)
{
	return i < VERB_COUNT ? &verbs[i] : NULL;
}

const struct verb *verb_find(const char *name)
{
	for (size_t i = 0; i < VERB_COUNT; i++)
		if (!strcmp(verbs[i].name, name))
			return &verbs[i];
	return NULL;
}

void verb_print_help(const struct verb *verb)
{
	printf("Usage: lvmpollctl [--socket PATH] %s%s%s%s\n\n%s.\n", verb->name,
		verb->help ? " [OPTIONS]" : "", verb->arguments[0] ? " " : "", verb->arguments,
		verb->summary);
	if (verb->help)
		printf("\n%s", verb->help);
}

int verb_complain(const char *verb, const char *what)
{
	if (what)
		fprintf(stderr, "lvmpollctl %s: %s\n", verb, what);
	fprintf(stderr, "\"lvmpollctl %s --help\" tells more.\n", verb);
	return CTL_USAGE;
}

int verb_choose(const struct entries *entries, const char *name, bool with_aborts,
	const struct entry **chosen)
{
	*chosen = NULL;
	for (size_t i = 0; i < entries->count; i++) {
		const struct entry *entry = entries->list[i];

		if (!entry_is_named(entry, name) || (entry->is_abort && !with_aborts))
			continue;
		if (*chosen) {
			fprintf(stderr,
				"lvmpollctl: %s stands for id:%" PRId64 " and id:%" PRId64
				", at least: name one by its number\n",
				name, (*chosen)->id, entry->id);
			return CTL_USAGE;
		}
		*chosen = entry;
	}
	if (*chosen)
		return CTL_GOOD;
	fprintf(stderr, "lvmpollctl: no operation is in flight for %s\n", name);
	return CTL_NO_OPERATION;
}
