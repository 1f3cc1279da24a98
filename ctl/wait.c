/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* lvmpollctl wait: until operations are over. */
#include "config.h"

#include <getopt.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "bar.h"
#include "clock.h"
#include "live.h"
#include "look.h"
#include "text.h"
#include "verbs.h"

/* What ended longer ago does not count: a disk or a volume may have had many operations. */
#define LATELY_S 86400

struct wait_options {
	int64_t timeout_s; /* -1: none */
	bool must;
	bool until_over;
};

struct waiting {
	struct wait_options options;
	int64_t until_ms; /* -1: none */
	size_t count;     /* of ids */
	int64_t *ids;
	bool has_failed;
	bool has_bar;
};

static int read_options(struct wait_options *options, int argc, char **argv)
{
	static const struct option names[] = {
		{"timeout", required_argument, NULL, 't'},
		{"must", no_argument, NULL, 'm'},
		{"until-over", no_argument, NULL, 'u'},
		{0},
	};
	int option;

	while ((option = getopt_long(argc, argv, "", names, NULL)) != -1)
		switch (option) {
		case 't':
			options->timeout_s = text_parse_duration(optarg);
			if (options->timeout_s < 0)
				return verb_complain(
					argv[0], "--timeout needs a time: 90, 90s, 5m, 2h");
			break;
		case 'm':
			options->must = true;
			break;
		case 'u':
			options->until_over = true;
			break;
		default:
			return verb_complain(argv[0], NULL);
		}
	return CTL_GOOD;
}

static void complain(const struct entry *entry, const char *what)
{
	fprintf(stderr, "lvmpollctl: %s: its %s%s %s", entry->name,
		entry->operation ? entry->operation : "operation", entry->is_abort ? " abort" : "",
		what);
	if (entry->result && entry->value >= 0)
		fprintf(stderr, " (%s %" PRId64 ")", entry->result, entry->value);
	fputc('\n', stderr);
}

/* Reports how ENTRY ended. */
static void take_end(struct waiting *waiting, const struct entry *entry)
{
	if (!entry->result) {
		complain(entry, "is over, and how it ended is not known");
		waiting->has_failed = true;
	} else if (entry_is_failure(entry)) {
		complain(entry, entry_is_over(entry) && entry->state[1] == 'i' ? "was aborted"
									       : "has failed");
		waiting->has_failed = true;
	}
}

/* Whether ENTRY, which is over, may be meant by a name. */
static bool is_lately(const struct entry *entry)
{
	return entry->ended >= time(NULL) - LATELY_S;
}

static void add(struct waiting *waiting, const struct entry *entry)
{
	waiting->ids[waiting->count++] = entry->id;
}

/* Whether ENTRY is in flight, and may turn out to be about the disk NAME. */
static bool may_be_on(const struct entry *entry, const char *name)
{
	return name[0] == '/' && entry->disks_unknown > 0 && !entry->is_unattended &&
	       entry->ended < 0;
}

static bool is_in_flight(const struct entry *entry, const char *name)
{
	return !entry->is_unattended && entry->ended < 0 && (!name || entry_is_named(entry, name));
}

/*
 * What is under way without this daemon. Without a NAME what some other process sees to does not
 * count.
 */
static bool is_left_alone(const struct entry *entry, const char *name)
{
	return entry->is_unattended && (name ? entry_is_named(entry, name) : !entry->is_attended);
}

/* Whether one of NAMES, or without names anything at all, is not in flight. */
static bool is_any_missing(const struct entries *entries, int count, char **names)
{
	for (int i = 0; i < count || i == 0; i++) {
		const char *name = count > 0 ? names[i] : NULL;
		bool is_found = false;

		for (size_t at = 0; at < entries->count && !is_found; at++)
			is_found = is_in_flight(entries->list[at], name);
		if (!is_found)
			return true;
	}
	return false;
}

/* Returns the number of entries that NAME stands for, NULL for all that are in flight. */
static size_t count_named(struct waiting *waiting, const struct entries *entries, const char *name)
{
	const struct entry *ended = NULL;
	size_t count = 0;

	for (size_t i = 0; i < entries->count; i++) {
		const struct entry *entry = entries->list[i];

		if (is_left_alone(entry, name)) {
			complain(entry, "is under way, and this daemon does not see to it");
			waiting->has_failed = true;
		} else if (is_in_flight(entry, name)) {
			add(waiting, entry);
		} else if (name && may_be_on(entry, name)) {
			complain(entry, "is waited for, too, since its disks are not known");
			add(waiting, entry);
		} else {
			if (name && entry_is_named(entry, name) && is_lately(entry))
				ended = entry;
			continue;
		}
		count++;
	}
	/* A script may come late: the latest of this name counts. */
	if (count > 0 || !name || !ended)
		return count;
	take_end(waiting, ended);
	return 1;
}

static int choose(struct waiting *waiting, const struct entries *entries, int count, char **names)
{
	int status = CTL_GOOD;

	waiting->ids = calloc(entries->count * ((size_t)count + 1) + 1, sizeof(*waiting->ids));
	if (!waiting->ids)
		return CTL_FAILED;
	if (count == 0 && count_named(waiting, entries, NULL) == 0 && waiting->options.must) {
		fputs("lvmpollctl: no operation is in flight\n", stderr);
		status = CTL_NO_OPERATION;
	}
	for (int i = 0; i < count; i++)
		if (count_named(waiting, entries, names[i]) == 0 && waiting->options.must) {
			fprintf(stderr,
				"lvmpollctl: no operation is in flight, or ended lately, for %s\n",
				names[i]);
			status = CTL_NO_OPERATION;
		}
	return status;
}

static bool is_waited_for(const struct waiting *waiting, const struct entry *entry)
{
	for (size_t i = 0; i < waiting->count; i++)
		if (waiting->ids[i] == entry->id)
			return true;
	return false;
}

static void forget(struct waiting *waiting, int64_t id)
{
	size_t kept = 0;

	for (size_t i = 0; i < waiting->count; i++)
		if (waiting->ids[i] != id)
			waiting->ids[kept++] = waiting->ids[i];
	waiting->count = kept;
}

static void take_event(struct waiting *waiting, enum live_event event, const struct entry *entry)
{
	if (!entry || !is_waited_for(waiting, entry))
		return;
	if (event == LIVE_DESTROY) {
		bar_clear(waiting->has_bar);
		take_end(waiting, entry);
		forget(waiting, entry->id);
	} else if (entry_is_failure(entry) && !waiting->options.until_over) {
		bar_clear(waiting->has_bar);
		complain(entry, "fails, and is tried again");
		waiting->has_failed = true;
	}
}

/* Those of the live ones that are waited for, as one. */
static void show(const struct waiting *waiting, const struct live *live)
{
	struct bar bar = {0};

	if (!waiting->has_bar)
		return;
	for (size_t i = 0; i < live->entries.count; i++)
		if (is_waited_for(waiting, live->entries.list[i]))
			bar_add(&bar, live->entries.list[i]);
	bar_show(&bar);
}

static int wait_for_all(struct waiting *waiting, struct live *live, struct lvmpolld_error *error)
{
	while (waiting->count > 0 && (!waiting->has_failed || waiting->options.until_over)) {
		int64_t left_ms = waiting->until_ms < 0 ? -1 : waiting->until_ms - now_ms();
		const struct entry *entry;
		enum live_event event;
		int status;

		if (waiting->until_ms >= 0 && left_ms <= 0)
			return CTL_TIMEOUT;
		status = live_next(
			live, left_ms > INT_MAX ? INT_MAX : (int)left_ms, &event, &entry, error);
		if (status != CTL_GOOD)
			return status;
		take_event(waiting, event, entry);
		show(waiting, live);
	}
	return waiting->has_failed ? CTL_FAILED : CTL_GOOD;
}

static int wait_live(struct waiting *waiting, const struct ctl *ctl, struct entries *entries)
{
	struct lvmpolld_error error;
	struct live live;
	int status;

	for (size_t i = entries->count; i-- > 0;)
		if (!is_in_flight(entries->list[i], NULL))
			entry_free(entries_take(entries, i));
	status = live_open(&live, ctl, entries, &error);
	if (status == CTL_GOOD)
		status = wait_for_all(waiting, &live, &error);
	bar_clear(waiting->has_bar);
	live_close(&live);
	if (status == CTL_TIMEOUT)
		fprintf(stderr, "lvmpollctl: it is not over after %" PRId64 " s\n",
			waiting->options.timeout_s);
	else if (status != CTL_GOOD && status != CTL_FAILED)
		ctl_complain(&error, status);
	return status;
}

/* So many milliseconds, or what is left until the timeout. */
static int64_t within(const struct waiting *waiting, int64_t ms)
{
	int64_t left_ms = waiting->until_ms - now_ms();

	return waiting->until_ms < 0 || left_ms > ms ? ms : left_ms;
}

static bool is_any_adopting(const struct entries *entries)
{
	for (size_t i = 0; i < entries->count; i++)
		if (entries->list[i]->is_adopting)
			return true;
	return false;
}

/*
 * Lists all that counts. Before something is said not to be there, the daemon looks for what it has
 * not been told of, unless it must not or this user must not ask it to.
 */
static int list(const struct waiting *waiting, const struct ctl *ctl, int count, char **names,
	struct entries *entries, struct lvmpolld_error *error)
{
	const unsigned what = ASK_ENDED | ASK_UNATTENDED;
	struct look_pause pause = {.patience_ms = within(waiting, LOOK_PATIENCE_MS)};
	int64_t disks_ms = 0;
	int status;

	for (int i = 0; i < count; i++)
		if (names[i][0] == '/')
			disks_ms = LOOK_DISKS_MS;
	status = look_list(ctl, what, within(waiting, disks_ms), entries, error);
	if (status != CTL_GOOD || !is_any_missing(entries, count, names))
		return status;
	status = look_for_unattended(ctl, within(waiting, LOOK_PATIENCE_MS), error);
	if (status == CTL_REFUSED)
		status = CTL_GOOD;
	entries_free(entries);
	while (status == CTL_GOOD) {
		status = look_list(ctl, what, within(waiting, disks_ms), entries, error);
		if (status != CTL_GOOD || !is_any_adopting(entries) || !look_pause_next(&pause))
			break;
		entries_free(entries);
	}
	return status;
}

int wait_run(const struct ctl *ctl, int argc, char **argv)
{
	struct waiting waiting = {.options.timeout_s = -1, .until_ms = -1};
	struct lvmpolld_error error;
	struct entries entries;
	int status = read_options(&waiting.options, argc, argv);

	if (status != CTL_GOOD)
		return status;
	if (waiting.options.timeout_s >= 0)
		waiting.until_ms = now_ms() + waiting.options.timeout_s * 1000;
	waiting.has_bar = isatty(STDOUT_FILENO);
	status = list(&waiting, ctl, argc - optind, argv + optind, &entries, &error);
	if (status != CTL_GOOD)
		return ctl_complain(&error, status);
	status = choose(&waiting, &entries, argc - optind, argv + optind);
	if (status == CTL_GOOD && waiting.has_failed && !waiting.options.until_over)
		status = CTL_FAILED;
	if (status == CTL_GOOD)
		status = wait_live(&waiting, ctl, &entries);
	entries_free(&entries);
	free(waiting.ids);
	return status;
}
