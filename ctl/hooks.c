/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* lvmpollctl hooks: runs the administrator's hooks for what happens. */
#include "config.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "hook.h"
#include "live.h"
#include "text.h"
#include "verbs.h"

#define TIMEOUT_S 60
#define STALLED_S 600
/* What only a clock changes is looked at so often. */
#define TICK_MS 1000

/* What the hooks have been told of an operation in flight. */
struct told {
	int64_t id;
	int64_t heard_s; /* when the daemon told of it last */
	bool is_failing;
	bool is_stalled;
};

struct follower {
	struct hooks hooks;
	int64_t stalled_s;
	int64_t looked_s; /* when it was looked what stands still */
	struct told *list;
	size_t count;
};

static int64_t now_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec;
}

static struct told *find(const struct follower *follower, int64_t id)
{
	for (size_t i = 0; i < follower->count; i++)
		if (follower->list[i].id == id)
			return &follower->list[i];
	return NULL;
}

/* NULL when out of memory. */
static struct told *add(struct follower *follower, int64_t id)
{
	struct told *list = realloc(follower->list, (follower->count + 1) * sizeof(*list));

	if (!list)
		return NULL;
	follower->list = list;
	list[follower->count] = (struct told){.id = id};
	return &list[follower->count++];
}

static void drop(struct follower *follower, int64_t id)
{
	struct told *told = find(follower, id);

	if (told)
		*told = follower->list[--follower->count];
}

static bool is_stalled(
	const struct follower *follower, const struct told *told, const struct entry *entry)
{
	return entry->stalled >= 0 &&
	       entry->stalled + now_s() - told->heard_s >= follower->stalled_s;
}

/* Tells once what is so; where it is not any more it may be told again. */
static void tell_change(struct follower *follower, bool *is_told, bool is_so, const char *event,
	const struct entry *entry)
{
	if (is_so && !*is_told)
		hooks_tell(&follower->hooks, event, entry);
	*is_told = is_so;
}

static void take_present(struct follower *follower, const struct entry *entry, bool is_new)
{
	struct told *told = find(follower, entry->id);
	bool is_first = !told;

	if (is_first)
		told = add(follower, entry->id);
	if (!told)
		return;
	told->heard_s = now_s();
	if (is_first && is_new)
		hooks_tell(&follower->hooks, "started", entry);
	if (is_first && !is_new) {
		/* It was so before anybody listened. */
		told->is_failing = entry_is_failure(entry);
		told->is_stalled = is_stalled(follower, told, entry);
		return;
	}
	tell_change(follower, &told->is_failing, entry_is_failure(entry), "failing", entry);
	tell_change(
		follower, &told->is_stalled, is_stalled(follower, told, entry), "stalled", entry);
}

static void take_end(struct follower *follower, const struct entry *entry)
{
	/* A short one may be over before anything was told of it. */
	if (!find(follower, entry->id))
		hooks_tell(&follower->hooks, "started", entry);
	hooks_tell(&follower->hooks,
		entry->result && !entry_is_failure(entry) ? "finished" : "failed", entry);
	drop(follower, entry->id);
}

static void take_event(struct follower *follower, const struct live *live, enum live_event event,
	const struct entry *entry)
{
	if (event == LIVE_MISSED)
		fprintf(stderr, "lvmpollctl: %lld changes came too fast, and were missed\n",
			(long long)live->missed);
	else if (event == LIVE_LISTED)
		fprintf(stderr,
			"lvmpollctl: the hooks of %s are run for what happens from now on\n",
			follower->hooks.folder);
	else if (event == LIVE_DESTROY)
		take_end(follower, entry);
	else if (entry)
		take_present(follower, entry, event != LIVE_EXISTS);
}

/* Once a second at most: where there are thousands of operations, each is looked for among all. */
static void look_at_stalls(struct follower *follower, const struct live *live)
{
	int64_t present_s = now_s();

	if (present_s == follower->looked_s)
		return;
	follower->looked_s = present_s;
	for (size_t i = 0; i < live->entries.count; i++) {
		const struct entry *entry = live->entries.list[i];
		struct told *told = find(follower, entry->id);

		if (told)
			tell_change(follower, &told->is_stalled, is_stalled(follower, told, entry),
				"stalled", entry);
	}
}

/* -1: only the daemon can have something to tell. */
static int timeout_ms(const struct follower *follower, const struct live *live)
{
	int pause_ms = hooks_pause_ms(&follower->hooks);

	if (pause_ms >= 0)
		return pause_ms;
	for (size_t i = 0; i < live->entries.count; i++)
		if (live->entries.list[i]->stalled >= 0)
			return TICK_MS;
	return -1;
}

static int follow(struct follower *follower, struct live *live, struct lvmpolld_error *error)
{
	for (;;) {
		const struct entry *entry;
		enum live_event event;
		int status = live_next(live, timeout_ms(follower, live), &event, &entry, error);

		if (status != CTL_GOOD)
			return status;
		take_event(follower, live, event, entry);
		look_at_stalls(follower, live);
		hooks_go_on(&follower->hooks);
	}
}

static int read_time(int64_t *seconds, const char *verb)
{
	*seconds = text_parse_duration(optarg);
	return *seconds > 0 ? CTL_GOOD : verb_complain(verb, "a time is needed: 90, 90s, 5m, 2h");
}

static int read_options(struct follower *follower, int argc, char **argv)
{
	static const struct option names[] = {
		{"folder", required_argument, NULL, 'f'},
		{"timeout", required_argument, NULL, 't'},
		{"stalled", required_argument, NULL, 's'},
		{0},
	};
	int option, status = CTL_GOOD;

	while (status == CTL_GOOD && (option = getopt_long(argc, argv, "", names, NULL)) != -1)
		switch (option) {
		case 'f':
			follower->hooks.folder = optarg;
			break;
		case 't':
			status = read_time(&follower->hooks.timeout_s, argv[0]);
			break;
		case 's':
			status = read_time(&follower->stalled_s, argv[0]);
			break;
		default:
			return verb_complain(argv[0], NULL);
		}
	if (status != CTL_GOOD || optind == argc)
		return status;
	return verb_complain(argv[0], "it takes no argument");
}

int hooks_run(const struct ctl *ctl, int argc, char **argv)
{
	struct follower follower = {.stalled_s = STALLED_S};
	struct lvmpolld_error error = {0};
	struct live live;
	int status;

	hooks_init(&follower.hooks, HOOKS_DIRECTORY, TIMEOUT_S);
	status = read_options(&follower, argc, argv);
	if (status != CTL_GOOD)
		return status;
	/* What a hook asks, it asks the same daemon. */
	setenv("LVM_LVMPOLLD_SOCKET", ctl->socket_path, 1);
	status = live_open(&live, ctl, NULL, &error);
	if (status == CTL_GOOD)
		status = follow(&follower, &live, &error);
	live_close(&live);
	hooks_finish(&follower.hooks);
	free(follower.list);
	return ctl_complain(&error, status);
}
