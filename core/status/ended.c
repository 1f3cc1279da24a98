/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The operations that ended lately. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "status/ended.h"

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

struct ended_operation *ended_add(
	struct ended *ended, uint64_t number, const char *text, size_t length, size_t limit)
{
	struct ended_operation *operation = make(number, text, length);

	if (!operation)
		return NULL;
	TAILQ_INSERT_TAIL(&ended->list, operation, link);
	ended->count++;
	ended_limit(ended, limit);
	return operation;
}

const struct ended_operation *ended_find(const struct ended *ended, uint64_t number)
{
	const struct ended_operation *operation;

	TAILQ_FOREACH_REVERSE(operation, &ended->list, ended_list, link)
	if (operation->number == number)
		return operation;
	return NULL;
}

static bool is_known(const struct ended *ended, uint64_t number, const char *text)
{
	const struct ended_operation *operation;

	TAILQ_FOREACH (operation, &ended->list, link)
		if (operation->number == number && !strcmp(operation->text, text))
			return true;
	return false;
}

void ended_add_former(
	struct ended *ended, uint64_t number, const char *text, size_t length, size_t limit)
{
	struct ended_operation *operation;

	if (is_known(ended, number, text))
		return;
	operation = make(number, text, length);
	if (!operation)
		return;
	operation->is_kept = true;
	if (ended->last_former)
		TAILQ_INSERT_AFTER(&ended->list, ended->last_former, operation, link);
	else
		TAILQ_INSERT_HEAD(&ended->list, operation, link);
	ended->last_former = operation;
	ended->count++;
	ended_limit(ended, limit);
}
