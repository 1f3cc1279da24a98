/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* lvmpollctl forget: the daemon forgets an operation for good. */
#include "config.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>

#include "clock.h"
#include "live.h"
#include "protocol/wire.h"
#include "verbs.h"

/* An lvpoll that is ended first may hold a lock, and take its time. */
#define PATIENCE_MS 30000

static bool is_over(const struct live *live, int64_t id)
{
	for (size_t i = 0; i < live->entries.count; i++)
		if (live->entries.list[i]->id == id)
			return false;
	return live->is_listed;
}

/* Waits until its lvpoll has ended. */
static int wait_for_end(const struct ctl *ctl, const struct entry *entry)
{
	int64_t until_ms = now_ms() + PATIENCE_MS, left_ms = PATIENCE_MS;
	struct lvmpolld_error error;
	struct live live;
	int status = live_open(&live, ctl, NULL, &error);

	while (status == CTL_GOOD && !is_over(&live, entry->id) && left_ms > 0) {
		const struct entry *told;
		enum live_event event;

		status = live_next(&live, (int)left_ms, &event, &told, &error);
		left_ms = until_ms - now_ms();
	}
	live_close(&live);
	if (status != CTL_GOOD)
		return ctl_complain(&error, status);
	if (left_ms > 0)
		return CTL_GOOD;
	fprintf(stderr,
		"lvmpollctl: %s is forgotten as soon as its lvpoll has ended, which takes long\n",
		entry->name);
	return CTL_FAILED;
}

static int forget(const struct ctl *ctl, const struct entry *entry, bool at_risk)
{
	struct wire_message *reply = NULL;
	struct message_stream stream;
	struct lvmpolld_error error;
	char request[96];
	bool is_ending;
	int status;

	snprintf(request, sizeof(request), "request=\"forget\"\nid=%" PRId64 "\nat_risk=%d",
		entry->id, at_risk);
	status = ask_begin(ctl, request, &stream, &reply, &error);
	if (status != CTL_GOOD)
		return ctl_complain(&error, status);
	if (wire_number(reply, "loss"))
		fprintf(stderr,
			"lvmpollctl: a copy of %s has failed: data is lost if anything but an "
			"abort "
			"goes on with it\n",
			entry->name);
	is_ending = wire_number(reply, "ending") != 0;
	wire_free(reply);
	message_stream_close(&stream);
	return is_ending ? wait_for_end(ctl, entry) : CTL_GOOD;
}

/* Leaves what is in flight; what NAME stands for may have failed: then the latest of that. */
static void choose(struct entries *entries, const char *name)
{
	size_t failed = SIZE_MAX;
	bool is_in_flight = false;

	for (size_t i = 0; i < entries->count; i++) {
		const struct entry *entry = entries->list[i];

		if (!entry_is_named(entry, name))
			continue;
		is_in_flight |= entry->ended < 0;
		if (entry_has_failed(entry))
			failed = i;
	}
	for (size_t i = entries->count; i-- > 0;)
		if (entries->list[i]->ended >= 0 && (is_in_flight || i != failed))
			entry_free(entries_take(entries, i));
}

int forget_run(const struct ctl *ctl, int argc, char **argv)
{
	static const struct option names[] = {{"at-risk", no_argument, NULL, 'r'}, {0}};
	struct lvmpolld_error error;
	const struct entry *entry;
	struct entries entries;
	bool at_risk = false;
	int option, status;

	while ((option = getopt_long(argc, argv, "", names, NULL)) != -1) {
		if (option != 'r')
			return verb_complain(argv[0], NULL);
		at_risk = true;
	}
	if (argc - optind != 1)
		return verb_complain(argv[0], "it needs the name of one volume, or id:N");
	status = ask_list(ctl, ASK_ENDED, &entries, &error);
	if (status != CTL_GOOD)
		return ctl_complain(&error, status);
	choose(&entries, argv[optind]);
	status = verb_choose(&entries, argv[optind], true, &entry);
	if (status == CTL_GOOD)
		status = forget(ctl, entry, at_risk);
	if (status == CTL_GOOD)
		printf("%s: its %s%s is forgotten; kernel and metadata stay as they are\n",
			entry->name, entry->operation ? entry->operation : "operation",
			entry->is_abort ? " abort" : "");
	entries_free(&entries);
	return ctl_finish(status);
}
