/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How operations ended, and how their lvm commands did. */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "log/log.h"
#include "protocol/wire.h"
#include "status/counts.h"

#define COUNTS_KEY(word, key) key,
static const char *const keys[] = {COUNTS_KEYS(COUNTS_KEY)};

static struct counts_row *find(const struct counts *counts, const char *operation)
{
	for (size_t i = 0; i < counts->count; i++)
		if (!strcmp(counts->rows[i].operation, operation))
			return &counts->rows[i];
	return NULL;
}

/* Finds it, or makes it. NULL when out of memory. */
static struct counts_row *get(struct counts *counts, const char *operation)
{
	struct counts_row *row = find(counts, operation), *rows;
	char *copy;

	if (row)
		return row;
	rows = realloc(counts->rows, (counts->count + 1) * sizeof(*rows));
	if (!rows)
		return NULL;
	counts->rows = rows;
	copy = strdup(operation);
	if (!copy)
		return NULL;
	row = &rows[counts->count++];
	*row = (struct counts_row){.operation = copy};
	return row;
}

void counts_add(struct counts *counts, const char *operation, enum count which)
{
	struct counts_row *row = get(counts, operation);

	if (row)
		row->values[which]++;
	else
		log_warn("one of %s of %s is not counted: out of memory", keys[which], operation);
}

void counts_write(const struct counts *counts, const char *operation, struct buffer *text)
{
	const struct counts_row *row = find(counts, operation);

	for (size_t i = 0; i < COUNT_COUNT; i++)
		wire_add_number(text, keys[i], row ? (int64_t)row->values[i] : 0);
}

int counts_read(struct counts *counts, const char *operation, const struct wire_message *message)
{
	struct counts_row *row = get(counts, operation);

	if (!row)
		return -ENOMEM;
	for (size_t i = 0; i < COUNT_COUNT; i++) {
		int64_t value = wire_number(message, keys[i]);

		row->values[i] = value > 0 ? (uint64_t)value : 0;
	}
	return 0;
}

void counts_destroy(struct counts *counts)
{
	for (size_t i = 0; i < counts->count; i++)
		free(counts->rows[i].operation);
	free(counts->rows);
	*counts = (struct counts){0};
}
