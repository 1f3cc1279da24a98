/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Finds the name that somebody may have meant. */
#include <config.h>

#include <string.h>

#include "configuration/configuration.h"

/* A longer name is not compared; none of ours comes near. */
#define NAME_MAX_COMPARED 48

static unsigned smallest(unsigned first, unsigned second, unsigned third)
{
	unsigned result = first < second ? first : second;

	return result < third ? result : third;
}

/*
 * How many letters must be added, removed, replaced or swapped with their neighbour to get from
 * one name to the other. Three rows of the usual table are enough: a swap looks back by two.
 */
static unsigned distance(const char *from, size_t from_length, const char *to, size_t to_length)
{
	unsigned rows[3][NAME_MAX_COMPARED + 1];

	for (size_t column = 0; column <= to_length; column++)
		rows[0][column] = (unsigned)column;
	for (size_t line = 1; line <= from_length; line++) {
		unsigned *now = rows[line % 3];
		const unsigned *before = rows[(line + 2) % 3];
		const unsigned *two_before = rows[(line + 1) % 3];

		now[0] = (unsigned)line;
		for (size_t column = 1; column <= to_length; column++) {
			unsigned change = from[line - 1] != to[column - 1];

			now[column] = smallest(before[column] + 1, now[column - 1] + 1,
				before[column - 1] + change);
			if (line > 1 && column > 1 && from[line - 1] == to[column - 2] &&
				from[line - 2] == to[column - 1] &&
				two_before[column - 2] + 1 < now[column])
				now[column] = two_before[column - 2] + 1;
		}
	}
	return rows[from_length % 3][to_length];
}

const char *configuration_nearest_name(const char *name, const char *const *names)
{
	const char *nearest = NULL;
	unsigned nearest_distance = 0;
	size_t length = strlen(name);

	if (length > NAME_MAX_COMPARED)
		return NULL;
	for (; *names != NULL; names++) {
		size_t other_length = strlen(*names);
		unsigned found;

		if (other_length > NAME_MAX_COMPARED)
			continue;
		found = distance(name, length, *names, other_length);
		/* A third of the letters may be wrong; beyond that the guess would only confuse. */
		if (found > (other_length + 2) / 3)
			continue;
		if (nearest == NULL || found < nearest_distance) {
			nearest = *names;
			nearest_distance = found;
		}
	}
	return nearest;
}
