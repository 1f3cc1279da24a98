/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The operations that ended lately. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "status/ended.h"
#include "status/entry.h"

void ended_init(struct ended *ended)
{
	*ended = (struct ended){0};
	TAILQ_INIT(&ended->list);
}

static void drop_first(struct ended *ended)
{
	struct ended_operation *operation = TAILQ_FIRST(&ended->list);

	if (ended->last_former == operation)
		ended->last_former = NULL;
	TAILQ_REMOVE(&ended->list, operation, link);
	ended->count--;
	free(operation);
}

void ended_destroy(struct ended *ended)
{
	while (ended->count > 0)
		drop_first(ended);
}

void ended_limit(struct ended *ended, size_t limit)
{
	while (ended->count > limit && ended->count > 1)
		drop_first(ended);
}

static struct ended_operation *make(uint64_t number, const char *text, size_t length)
{
	struct ended_operation *operation = calloc(1, sizeof(*operation) + length + 1);

	if (!operation)
		return NULL;
	operation->number = number;
	operation->length = length;
	memcpy(operation->text, text, length);
	return operation;
}

static void note_number(struct ended *ended, uint64_t number)
{
	if (ended->highest < number)
		ended->highest = number;
}

struct ended_operation *ended_add(
	struct ended *ended, uint64_t number, const char *text, size_t length, size_t limit)
{
	struct ended_operation *operation = make(number, text, length);

	note_number(ended, number);
	if (!operation)
		return NULL;
	TAILQ_INSERT_TAIL(&ended->list, operation, link);
	ended->count++;
	ended_limit(ended, limit);
	return operation;
}

struct ended_operation *ended_find(const struct ended *ended, uint64_t number)
{
	struct ended_operation *operation;

	TAILQ_FOREACH_REVERSE(operation, &ended->list, ended_list, link)
	if (operation->number == number)
		return operation;
	return NULL;
}

static void replace(
	struct ended *ended, struct ended_operation *operation, struct ended_operation *by)
{
	if (ended->last_former == operation)
		ended->last_former = by;
	by->serial = operation->serial;
	by->changed = operation->changed;
	by->ended_ms = operation->ended_ms;
	TAILQ_INSERT_AFTER(&ended->list, operation, by, link);
	TAILQ_REMOVE(&ended->list, operation, link);
	free(operation);
}

/* Of NUMBER, with TEXT, with more behind that, or with less; or NULL. */
static struct ended_operation *find(const struct ended *ended, uint64_t number, const char *text)
{
	struct ended_operation *operation;
	size_t length = strlen(text);

	TAILQ_FOREACH (operation, &ended->list, link)
		if (operation->number == number &&
			!strncmp(operation->text, text,
				length < operation->length ? length : operation->length))
			return operation;
	return NULL;
}

void ended_add_former(
	struct ended *ended, uint64_t number, const char *text, size_t length, size_t limit)
{
	struct ended_operation *known = find(ended, number, text), *operation;

	note_number(ended, number);
	if (known && known->length >= length)
		return;
	operation = make(number, text, length);
	if (!operation)
		return;
	operation->is_kept = true;
	if (known) {
		replace(ended, known, operation);
		return;
	}
	if (ended->last_former)
		TAILQ_INSERT_AFTER(&ended->list, ended->last_former, operation, link);
	else
		TAILQ_INSERT_HEAD(&ended->list, operation, link);
	ended->last_former = operation;
	ended->count++;
	ended_limit(ended, limit);
}

/* An aborted one is "finished". */
static bool is_failed(const char *text)
{
	return strstr(text, "\nstate = \"failed\"\n") && !strstr(text, "\nforgotten = ");
}

struct ended_operation *ended_find_failed(const struct ended *ended, uint64_t number)
{
	struct ended_operation *operation = ended_find(ended, number);

	return operation && is_failed(operation->text) ? operation : NULL;
}

bool ended_is_at_risk(const struct ended_operation *operation)
{
	return strstr(operation->text, "\nat_risk = 1\n");
}

bool ended_forget(struct ended *ended, struct ended_operation *operation)
{
	static const char forgotten[] = "forgotten = \"" ENTRY_FORGOTTEN_SEEN "\"\n";
	size_t length = operation->length + sizeof(forgotten) - 1;
	struct ended_operation *by = calloc(1, sizeof(*by) + length + 1);

	if (!by)
		return false;
	by->number = operation->number;
	by->length = length;
	memcpy(by->text, operation->text, operation->length);
	memcpy(by->text + operation->length, forgotten, sizeof(forgotten));
	replace(ended, operation, by);
	return true;
}
