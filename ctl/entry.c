/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An operation, as the daemon tells of it. */
#include "config.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "entry.h"
#include "protocol/wire.h"

#define STRING(field)                                                                              \
	{                                                                                          \
#field, offsetof(struct entry, field)                                              \
	}
#define NUMBER(field)                                                                              \
	{                                                                                          \
#field, offsetof(struct entry, field)                                              \
	}

struct field {
	const char *key;
	size_t offset;
};

static const struct field strings[] = {
	STRING(vg),
	STRING(lv),
	STRING(lvid),
	STRING(operation),
	STRING(options),
	STRING(state),
	STRING(reason),
	STRING(doubt),
	STRING(source),
	STRING(destinations),
	STRING(findings),
	STRING(result),
};

static const struct field numbers[] = {
	NUMBER(id),
	NUMBER(value),
	NUMBER(done_bytes),
	NUMBER(total_bytes),
	NUMBER(rate),
	NUMBER(remaining),
	NUMBER(elapsed),
	NUMBER(stalled),
	NUMBER(started),
	NUMBER(ended),
	NUMBER(failed_devices),
	NUMBER(pid),
	NUMBER(requests),
	NUMBER(disks_unknown),
	NUMBER(found),
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static char **string_at(struct entry *entry, size_t i)
{
	return (char **)(void *)((char *)entry + strings[i].offset);
}

static int64_t *number_at(struct entry *entry, size_t i)
{
	return (int64_t *)(void *)((char *)entry + numbers[i].offset);
}

void entry_free(struct entry *entry)
{
	if (!entry)
		return;
	for (size_t i = 0; i < COUNT(strings); i++)
		free(*string_at(entry, i));
	for (size_t i = 0; i < entry->event_count; i++)
		free(entry->events[i]);
	free(entry->events);
	free(entry->name);
	free(entry);
}

static struct entry *make(void)
{
	struct entry *entry = calloc(1, sizeof(*entry));

	for (size_t i = 0; entry && i < COUNT(numbers); i++)
		*number_at(entry, i) = -1;
	if (entry)
		entry->percent = -1;
	return entry;
}

static bool make_name(struct entry *entry)
{
	return asprintf(&entry->name, "%s/%s", entry->vg ? entry->vg : "?",
		       entry->lv ? entry->lv : "?") >= 0;
}

/* Adds a copy of what is under event1, event2 ... Returns false when out of memory. */
static bool read_events(struct entry *entry, const struct wire_message *message)
{
	for (;;) {
		char key[24];
		const char *value;
		char **list;

		snprintf(key, sizeof(key), "event%zu", entry->event_count + 1);
		value = wire_string(message, key);
		if (!value)
			return true;
		list = realloc(entry->events, (entry->event_count + 1) * sizeof(*list));
		if (!list)
			return false;
		entry->events = list;
		list[entry->event_count] = strdup(value);
		if (!list[entry->event_count])
			return false;
		entry->event_count++;
	}
}

struct entry *entry_read(const struct wire_message *message)
{
	struct entry *entry = make();
	const char *percent = wire_string(message, "percent");
	const char *item = wire_string(message, "item");
	bool is_whole = entry;

	for (size_t i = 0; is_whole && i < COUNT(strings); i++) {
		const char *value = wire_string(message, strings[i].key);

		*string_at(entry, i) = value ? strdup(value) : NULL;
		is_whole = !value || *string_at(entry, i);
	}
	for (size_t i = 0; is_whole && i < COUNT(numbers); i++)
		*number_at(entry, i) = wire_number_or(message, numbers[i].key, -1);
	if (is_whole && read_events(entry, message) && make_name(entry)) {
		entry->is_abort = wire_number(message, "abort") != 0;
		entry->is_abortable = wire_number(message, "abortable") != 0;
		entry->is_unattended = item && !strcmp(item, "unattended");
		entry->is_adopting = wire_number(message, "adopting") != 0;
		entry->is_attended = wire_number(message, "attended") != 0;
		entry->percent = percent ? strtod(percent, NULL) : -1;
		return entry;
	}
	if (entry)
		entry->name = NULL;
	entry_free(entry);
	return NULL;
}

struct entry *entry_new(const char *vg, const char *lv)
{
	struct entry *entry = make();

	if (!entry)
		return NULL;
	entry->vg = strdup(vg);
	entry->lv = strdup(lv);
	if (entry->vg && entry->lv && make_name(entry))
		return entry;
	entry->name = NULL;
	entry_free(entry);
	return NULL;
}

const char *entry_event(const struct entry *entry, size_t i, int64_t *at)
{
	char *sentence;

	if (i >= entry->event_count)
		return NULL;
	*at = strtoll(entry->events[i], &sentence, 10);
	return *sentence == ' ' ? sentence + 1 : sentence;
}

int entries_add(struct entries *entries, struct entry *entry)
{
	struct entry **list = realloc(entries->list, (entries->count + 1) * sizeof(struct entry *));

	if (!list) {
		entry_free(entry);
		return -ENOMEM;
	}
	entries->list = list;
	entries->list[entries->count++] = entry;
	return 0;
}

struct entry *entries_take(struct entries *entries, size_t i)
{
	struct entry *entry = entries->list[i];

	entries->count--;
	memmove(entries->list + i, entries->list + i + 1,
		(entries->count - i) * sizeof(struct entry *));
	return entry;
}

void entries_free(struct entries *entries)
{
	for (size_t i = 0; i < entries->count; i++)
		entry_free(entries->list[i]);
	free(entries->list);
	*entries = (struct entries){0};
}

bool entry_is_over(const struct entry *entry)
{
	return entry->state &&
	       (!strcmp(entry->state, "finished") || !strcmp(entry->state, "failed"));
}

bool entry_is_failure(const struct entry *entry)
{
	return entry->result && (strcmp(entry->result, "retcode") != 0 || entry->value != 0);
}

/* NAME is one of the words of LIST. */
static bool is_word_of(const char *list, const char *name)
{
	size_t length = strlen(name);

	for (const char *at = list; at && (at = strstr(at, name)); at += length)
		if ((at == list || at[-1] == ' ') && (at[length] == '\0' || at[length] == ' '))
			return length > 0;
	return false;
}

bool entry_is_named(const struct entry *entry, const char *name)
{
	char path[PATH_MAX];
	long long id;
	char end;

	if (sscanf(name, "id:%lld%c", &id, &end) == 1)
		return entry->id == id;
	if (!strcmp(name, entry->name) || (entry->vg && !strcmp(name, entry->vg)) ||
		(entry->lvid && !strcmp(name, entry->lvid)))
		return true;
	if (name[0] != '/')
		return false;
	/* "/dev/vg/lv", or a disk, under whatever name. */
	if (!strncmp(name, "/dev/", 5) && !strcmp(name + 5, entry->name))
		return true;
	if (!realpath(name, path))
		snprintf(path, sizeof(path), "%s", name);
	return is_word_of(entry->source, name) || is_word_of(entry->destinations, name) ||
	       is_word_of(entry->source, path) || is_word_of(entry->destinations, path);
}
