/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is in flight, kept up to date. */
#include "config.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#include "clock.h"
#include "live.h"
#include "protocol/wire.h"

/* How long a daemon that was there is waited for: it restarts, or is upgraded. */
#define RECONNECT_MS       30000
#define RECONNECT_PAUSE_MS 200

int live_open(struct live *live, const struct ctl *ctl, struct entries *known,
	struct lvmpolld_error *error)
{
	*live = (struct live){.ctl = ctl, .stream.descriptor = -1};
	if (known) {
		live->entries = *known;
		*known = (struct entries){0};
	}
	for (size_t i = 0; i < live->entries.count; i++)
		live->entries.list[i]->is_stale = true;
	return ask_begin(ctl, "request=\"watch\"", &live->stream, NULL, error);
}

void live_close(struct live *live)
{
	message_stream_close(&live->stream);
	entries_free(&live->entries);
	entries_free(&live->ended);
	if (live->is_current_ended)
		entry_free(live->current);
	live->current = NULL;
}

/* Frees the entry that was told last, if it is over. */
static void forget_current(struct live *live)
{
	if (live->is_current_ended)
		entry_free(live->current);
	live->current = NULL;
	live->is_current_ended = false;
}

static size_t find(const struct live *live, int64_t id)
{
	size_t i = 0;

	while (i < live->entries.count && live->entries.list[i]->id != id)
		i++;
	return i;
}

/* ENTRY is in flight. Returns 0 or -ENOMEM. */
static int put(struct live *live, struct entry *entry, enum live_event *event)
{
	size_t i = find(live, entry->id);

	live->current = entry;
	if (i == live->entries.count) {
		*event = live->was_listed ? LIVE_CREATE : LIVE_EXISTS;
		return entries_add(&live->entries, entry);
	}
	*event = live->was_listed ? LIVE_CHANGE : LIVE_EXISTS;
	entry_free(live->entries.list[i]);
	live->entries.list[i] = entry;
	return 0;
}

static void end(struct live *live, struct entry *entry)
{
	size_t i = find(live, entry->id);

	if (i < live->entries.count)
		entry_free(entries_take(&live->entries, i));
	live->current = entry;
	live->is_current_ended = true;
}

/* The last word on ENTRY among ENDED; NULL where it has none. */
static struct entry *take_ended(struct entries *ended, const struct entry *entry)
{
	for (size_t i = ended->count; i-- > 0;)
		if (ended->list[i]->ended >= 0 && ended->list[i]->id == entry->id)
			return entries_take(ended, i);
	return NULL;
}

/* Ends the operations that this daemon has not told of: they are over, and it may know how. */
static int end_stale(struct live *live, struct lvmpolld_error *error)
{
	struct entries known = {0};
	int status = CTL_GOOD;

	for (size_t i = live->entries.count; i-- > 0 && status == CTL_GOOD;) {
		struct entry *entry = live->entries.list[i], *ended;

		if (!entry->is_stale)
			continue;
		if (known.count == 0)
			status = ask_list(live->ctl, ASK_ENDED, &known, error);
		if (status != CTL_GOOD)
			break;
		ended = take_ended(&known, entry);
		entry = entries_take(&live->entries, i);
		if (ended) {
			entry_free(entry);
			entry = ended;
		}
		if (entries_add(&live->ended, entry) < 0) {
			error_set(error, ENOMEM, "out of memory");
			status = CTL_FAILED;
		}
	}
	entries_free(&known);
	return status;
}

/* What the daemon has told is out of date: the connection is made anew. */
static void lose(struct live *live)
{
	message_stream_close(&live->stream);
	live->is_lost = true;
	live->is_listed = false;
	live->lost_ms = now_ms();
	for (size_t i = 0; i < live->entries.count; i++)
		live->entries.list[i]->is_stale = true;
}

static int listed(struct live *live, enum live_event *event, struct lvmpolld_error *error)
{
	int status = end_stale(live, error);

	*event = LIVE_NOTHING;
	/* It has gone again meanwhile. */
	if (status == CTL_NO_DAEMON) {
		lose(live);
		return CTL_GOOD;
	}
	live->is_listed = true;
	*event = live->was_listed ? LIVE_NOTHING : LIVE_LISTED;
	live->was_listed = true;
	return status;
}

static int read_message(struct live *live, const struct wire_message *message,
	enum live_event *event, struct lvmpolld_error *error)
{
	const char *item = wire_string(message, "item"), *what = wire_string(message, "event");
	struct entry *entry;

	*event = LIVE_NOTHING;
	if (item && !strcmp(item, "end"))
		return listed(live, event, error);
	if (item && !strcmp(item, "missed")) {
		*event = LIVE_MISSED;
		live->missed = wire_number(message, "changes");
		/* The end of an operation may be among them. */
		lose(live);
		return CTL_GOOD;
	}
	if (!item || strcmp(item, "operation") != 0)
		return CTL_GOOD;
	entry = entry_read(message);
	if (entry && what && !strcmp(what, "destroy")) {
		*event = LIVE_DESTROY;
		end(live, entry);
		return CTL_GOOD;
	}
	if (entry && put(live, entry, event) == 0)
		return CTL_GOOD;
	error_set(error, ENOMEM, "out of memory");
	return CTL_FAILED;
}

static void pause_ms(int64_t ms)
{
	const struct timespec time = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};

	nanosleep(&time, NULL);
}

/*
 * Connects to the next daemon, which tells what is there. Where there is none yet, that is tried
 * again at the next call.
 */
static int reconnect(struct live *live, int timeout_ms, struct lvmpolld_error *error)
{
	int status = ask_begin(live->ctl, "request=\"watch\"", &live->stream, NULL, error);

	live->is_lost = status == CTL_NO_DAEMON;
	if (!live->is_lost || now_ms() - live->lost_ms >= RECONNECT_MS)
		return status;
	pause_ms(timeout_ms < 0 || timeout_ms > RECONNECT_PAUSE_MS ? RECONNECT_PAUSE_MS
								   : timeout_ms);
	return CTL_GOOD;
}

static int receive(
	struct live *live, int timeout_ms, enum live_event *event, struct lvmpolld_error *error)
{
	struct wire_message *message;
	int result, status;

	*event = LIVE_NOTHING;
	if (live->is_lost)
		return reconnect(live, timeout_ms, error);
	result = message_stream_receive(&live->stream, timeout_ms, &message, error);
	if (result == -ETIMEDOUT || result == -EINTR)
		return CTL_GOOD;
	if (result == -ECONNRESET || result == -EPIPE) {
		lose(live);
		return CTL_GOOD;
	}
	if (result < 0)
		return CTL_NO_DAEMON;
	status = read_message(live, message, event, error);
	wire_free(message);
	return status;
}

int live_next(struct live *live, int timeout_ms, enum live_event *event, const struct entry **entry,
	struct lvmpolld_error *error)
{
	int status = CTL_GOOD;

	forget_current(live);
	*entry = NULL;
	if (live->ended.count > 0) {
		*event = LIVE_DESTROY;
		live->current = entries_take(&live->ended, 0);
		live->is_current_ended = true;
	} else {
		status = receive(live, timeout_ms, event, error);
	}
	if (*event != LIVE_LISTED && *event != LIVE_MISSED && *event != LIVE_NOTHING)
		*entry = live->current;
	return status;
}
