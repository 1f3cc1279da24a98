/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The columns of the tables. */
#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "columns.h"
#include "text.h"
#include "util/error.h"

__attribute__((format(printf, 1, 2))) static char *format(const char *pattern, ...)
{
	va_list arguments;
	char *text;
	int length;

	va_start(arguments, pattern);
	length = vasprintf(&text, pattern, arguments);
	va_end(arguments);
	return length < 0 ? NULL : text;
}

static char *copy(const char *text)
{
	return text ? strdup(text) : NULL;
}

static char *number(int64_t value)
{
	return value < 0 ? NULL : format("%" PRId64, value);
}

static char *size(int64_t bytes, bool in_bytes, const char *end)
{
	char text[TEXT_SIZE];

	if (bytes < 0 || in_bytes)
		return number(bytes);
	text_of_size(bytes, text);
	return format("%s%s", text, end);
}

static char *duration(int64_t seconds, bool in_bytes)
{
	char text[TEXT_SIZE];

	if (seconds < 0 || in_bytes)
		return number(seconds);
	text_of_duration(seconds, text);
	return strdup(text);
}

static char *moment(int64_t seconds)
{
	char text[TEXT_SIZE];

	if (seconds < 0)
		return NULL;
	text_of_time(seconds, true, text);
	return strdup(text);
}

#define TEXT_OF(column, expression)                                                                \
	static char *column(const struct entry *entry, bool in_bytes)                              \
	{                                                                                          \
		(void)in_bytes;                                                                    \
		return expression;                                                                 \
	}

TEXT_OF(text_volume, copy(entry->name))
TEXT_OF(text_operation,
	format("%s%s", entry->operation ? entry->operation : "?", entry->is_abort ? " abort" : ""))
TEXT_OF(text_state, copy(entry->state))
TEXT_OF(text_percent, entry->percent < 0 ? NULL : format("%.1f%%", entry->percent))
TEXT_OF(text_done, size(entry->done_bytes, in_bytes, ""))
TEXT_OF(text_size, size(entry->total_bytes, in_bytes, ""))
TEXT_OF(text_rate, size(entry->rate, in_bytes, "/s"))
TEXT_OF(text_left, duration(entry->remaining, in_bytes))
TEXT_OF(text_source, copy(entry->source))
TEXT_OF(text_destination, copy(entry->destinations))
TEXT_OF(text_started, moment(entry->started))
TEXT_OF(text_ended, moment(entry->ended))
TEXT_OF(text_elapsed, duration(entry->elapsed, in_bytes))
TEXT_OF(text_stalled, duration(entry->stalled, in_bytes))
TEXT_OF(text_failed, number(entry->failed_devices))
TEXT_OF(text_pid, number(entry->pid))
TEXT_OF(text_requests, number(entry->requests))
TEXT_OF(text_lvid, copy(entry->lvid))
TEXT_OF(text_reason, copy(entry->reason))
TEXT_OF(text_doubt, copy(entry->doubt))
TEXT_OF(text_result, !entry->result     ? NULL
		     : entry->value < 0 ? copy(entry->result)
					: format("%s %" PRId64, entry->result, entry->value))
TEXT_OF(text_findings, copy(entry->findings))
TEXT_OF(text_options, copy(entry->options))
TEXT_OF(text_id, number(entry->id))

static const struct column columns[] = {
	{"VOLUME", "volume group and volume, as they are called now", 0.2, false, false,
		text_volume},
	{"OPERATION", "what is done: pvmove, convert, merge ...", 9, false, false, text_operation},
	{"STATE", "where it stands", 11, false, false, text_state},
	{"PERCENT", "how far it is", 7, true, false, text_percent},
	{"DONE", "how much is copied", 6, true, false, text_done},
	{"SIZE", "how much there is to copy", 6, true, false, text_size},
	{"RATE", "bytes a second, over the last 30 s", 8, true, false, text_rate},
	{"LEFT", "time that it needs at this rate", 6, true, false, text_left},
	{"SOURCE", "disk that data comes from", 0.1, false, false, text_source},
	{"DESTINATION", "disks that data goes to", 0.1, false, false, text_destination},
	{"STARTED", "when it was accepted", 19, false, false, text_started},
	{"ENDED", "when it was over", 19, false, false, text_ended},
	{"ELAPSED", "time in flight", 7, true, false, text_elapsed},
	{"STALLED", "time without progress", 7, true, false, text_stalled},
	{"FAILED", "mirror legs that have failed", 6, true, false, text_failed},
	{"PID", "process of lvm2 that runs for it", 6, true, false, text_pid},
	{"REQUESTS", "requests made to this daemon", 8, true, false, text_requests},
	{"LVID", "UUIDs of group and volume", 64, false, false, text_lvid},
	{"REASON", "why it is in its state", 0.3, false, true, text_reason},
	{"RESULT", "what waiting clients were told", 10, false, false, text_result},
	{"FINDINGS", "what it comes to: mismatches=128", 0.1, false, false, text_findings},
	{"OPTIONS", "what it was started with: mode=check", 0.1, false, false, text_options},
	{"DOUBT", "why copies are to be compared first; none", 0.2, false, true, text_doubt},
	{"ID", "number, given once", 3, true, false, text_id},
};

#define COLUMN_COUNT (sizeof(columns) / sizeof(columns[0]))

const struct column *column_at(size_t i)
{
	return i < COLUMN_COUNT ? &columns[i] : NULL;
}

static const struct column *find(const char *name, size_t length)
{
	for (size_t i = 0; i < COLUMN_COUNT; i++)
		if (strlen(columns[i].name) == length &&
			!strncasecmp(columns[i].name, name, length))
			return &columns[i];
	return NULL;
}

int columns_choose(struct columns *chosen, const char *names, struct lvmpolld_error *error)
{
	chosen->count = 0;
	for (;;) {
		size_t length = strcspn(names, ",");
		const struct column *column = find(names, length);

		if (!column)
			return error_set(error, EINVAL,
				"there is no column \"%.*s\": --list-columns names them",
				(int)length, names);
		if (chosen->count == COLUMNS_MAX)
			return error_set(error, EINVAL, "more than %d columns", COLUMNS_MAX);
		chosen->list[chosen->count++] = column;
		if (names[length] == '\0')
			return 0;
		names += length + 1;
	}
}

void columns_choose_all(struct columns *chosen)
{
	chosen->count = 0;
	for (size_t i = 0; i < COLUMN_COUNT && i < COLUMNS_MAX; i++)
		chosen->list[chosen->count++] = &columns[i];
}
