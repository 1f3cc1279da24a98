/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* lvmpollctl adopt: the daemon takes up what nobody sees to. */
#include "config.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "look.h"
#include "verbs.h"

/*
 * A client may have asked for it meanwhile: then it has another number. What ended before this was
 * found had its number before a boot.
 */
static const struct entry *find(const struct entries *entries, const struct entry *wanted)
{
	const struct entry *found = NULL;

	for (size_t i = 0; i < entries->count; i++) {
		const struct entry *entry = entries->list[i];

		if (!entry->lvid || !wanted->lvid || strcmp(entry->lvid, wanted->lvid) != 0)
			continue;
		if (entry->ended >= 0 && entry->ended < wanted->found)
			continue;
		if (entry->id == wanted->id || (!entry->is_unattended && entry->ended < 0))
			found = entry;
	}
	return found;
}

/* Tells what has become of WANTED, by ENTRY, which may be NULL. Returns a status. */
static int tell(const struct entry *wanted, const struct entry *entry)
{
	const char *operation = wanted->operation ? wanted->operation : "operation";

	if (!entry) {
		fprintf(stderr, "lvmpollctl: %s: it is not there any more\n", wanted->name);
		return CTL_NO_OPERATION;
	}
	if (entry->is_unattended) {
		fprintf(stderr, "lvmpollctl: %s is not adopted: %s\n", wanted->name,
			entry->reason ? entry->reason : "the daemon's log tells more");
		return CTL_REFUSED;
	}
	if (entry_is_failure(entry)) {
		fprintf(stderr, "lvmpollctl: %s: its %s is adopted, and has failed\n", wanted->name,
			operation);
		return CTL_FAILED;
	}
	printf("%s: its %s is adopted\n", wanted->name, operation);
	return CTL_GOOD;
}

static void worsen(int *status, int other)
{
	if (other > *status)
		*status = other;
}

/* Tells of those of PENDING of which it is known, and takes them out. Returns a status. */
static int look_up(const struct ctl *ctl, struct entries *pending, int *gravest)
{
	struct lvmpolld_error error;
	struct entries entries;
	int status = ask_list(ctl, ASK_ENDED | ASK_UNATTENDED, &entries, &error);

	if (status != CTL_GOOD)
		return ctl_complain(&error, status);
	for (size_t i = 0; i < pending->count;) {
		const struct entry *entry = find(&entries, pending->list[i]);

		if (entry && entry->is_unattended && entry->is_adopting) {
			i++;
			continue;
		}
		worsen(gravest, tell(pending->list[i], entry));
		entry_free(entries_take(pending, i));
	}
	entries_free(&entries);
	return CTL_GOOD;
}

/* All are asked for first: the daemon looks through all devices and processes once. */
static int adopt_all(const struct ctl *ctl, struct entries *pending)
{
	struct look_pause pause = {.patience_ms = LOOK_PATIENCE_MS};
	int status = CTL_GOOD, gravest = CTL_GOOD;

	for (size_t i = 0; i < pending->count && status == CTL_GOOD; i++) {
		struct message_stream stream;
		struct lvmpolld_error error;
		char request[64];

		snprintf(request, sizeof(request), "request=\"adopt\"\nid=%" PRId64,
			pending->list[i]->id);
		status = ask_begin(ctl, request, &stream, NULL, &error);
		if (status == CTL_GOOD)
			message_stream_close(&stream);
		else if (status == CTL_NO_OPERATION)
			/* It is gone, or in flight: the list tells. */
			status = CTL_GOOD;
		else
			ctl_complain(&error, status);
	}
	while (status == CTL_GOOD) {
		status = look_up(ctl, pending, &gravest);
		if (status != CTL_GOOD || pending->count == 0)
			break;
		if (!look_pause_next(&pause)) {
			fprintf(stderr,
				"lvmpollctl: %s: it is not known yet whether anybody sees to it\n",
				pending->list[0]->name);
			status = CTL_TIMEOUT;
		}
	}
	return status == CTL_GOOD ? gravest : status;
}

/* Moves what NAME stands for, NULL: all, from ENTRIES to PENDING. Returns a status. */
static int choose(struct entries *entries, const char *name, struct entries *pending)
{
	bool is_in_flight = false, is_any = false;

	for (size_t i = 0; i < entries->count;) {
		struct entry *entry = entries->list[i];

		if ((name && !entry_is_named(entry, name)) || !entry->is_unattended) {
			is_in_flight |= name && entry_is_named(entry, name);
			i++;
			continue;
		}
		is_any = true;
		if (entries_add(pending, entries_take(entries, i)) < 0) {
			fputs("lvmpollctl: out of memory\n", stderr);
			return CTL_FAILED;
		}
	}
	for (size_t i = 0; name && i < pending->count; i++)
		is_any |= entry_is_named(pending->list[i], name);
	if (is_any || !name)
		return CTL_GOOD;
	fprintf(stderr,
		is_in_flight ? "lvmpollctl: %s is in flight: the daemon sees to it\n"
			     : "lvmpollctl: nothing is under way without a daemon for %s\n",
		name);
	return is_in_flight ? CTL_GOOD : CTL_NO_OPERATION;
}

static int run(const struct ctl *ctl, int count, char **names)
{
	struct entries entries, pending = {0};
	struct lvmpolld_error error;
	int status = look_for_unattended(ctl, LOOK_PATIENCE_MS, &error), chosen = CTL_GOOD;

	if (status != CTL_GOOD)
		return ctl_complain(&error, status);
	status = ask_list(ctl, ASK_UNATTENDED, &entries, &error);
	if (status != CTL_GOOD)
		return ctl_complain(&error, status);
	if (count == 0)
		chosen = choose(&entries, NULL, &pending);
	for (int i = 0; i < count; i++)
		worsen(&chosen, choose(&entries, names[i], &pending));
	status = adopt_all(ctl, &pending);
	worsen(&status, chosen);
	entries_free(&entries);
	entries_free(&pending);
	return ctl_finish(status);
}

int adopt_run(const struct ctl *ctl, int argc, char **argv)
{
	static const struct option names[] = {{"all", no_argument, NULL, 'a'}, {0}};
	bool is_all = false;
	int option;

	while ((option = getopt_long(argc, argv, "", names, NULL)) != -1) {
		if (option != 'a')
			return verb_complain(argv[0], NULL);
		is_all = true;
	}
	if (is_all == (argc > optind))
		return verb_complain(argv[0], "it needs names of volumes, or id:N; or --all");
	return run(ctl, argc - optind, argv + optind);
}
