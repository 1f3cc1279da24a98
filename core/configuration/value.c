/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads single values from their text, and finds the name that a user may have meant. */
#include "config.h"

#include <errno.h>
#include <string.h>

#include "configuration/configuration.h"
#include "configuration/value.h"

/* Reads the digits at *TEXT and moves it behind them. 0, -EINVAL without digits, -ERANGE. */
static int read_digits(const char **text, uint64_t *number)
{
	const char *digit = *text;
	uint64_t value = 0;

	while (*digit >= '0' && *digit <= '9') {
		if (__builtin_mul_overflow(value, (uint64_t)10, &value) ||
			__builtin_add_overflow(value, (uint64_t)(*digit - '0'), &value))
			return -ERANGE;
		digit++;
	}
	if (digit == *text)
		return -EINVAL;
	*text = digit;
	*number = value;
	return 0;
}

static int parse_number(
	const char *text, const char *right, uint64_t *number, struct lvmpolld_error *error)
{
	const char *rest = text;
	int result = read_digits(&rest, number);

	if (result == -ERANGE)
		return error_set(error, EINVAL, "\"%s\" is too large a number", text);
	if (result < 0 || *rest != '\0')
		return error_set(error, EINVAL, "\"%s\" is not %s", text, right);
	return 0;
}

/* How many bits a number with this suffix is shifted by, or -EINVAL. */
static int find_suffix(const char *suffix)
{
	static const struct {
		const char *suffix;
		int shift;
	} suffixes[] = {{"", 0}, {"KiB", 10}, {"MiB", 20}, {"GiB", 30}};

	for (size_t i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++) {
		if (strcmp(suffix, suffixes[i].suffix) == 0)
			return suffixes[i].shift;
	}
	return -EINVAL;
}

static int parse_size(const char *text, uint64_t *number, struct lvmpolld_error *error)
{
	const char *rest = text;
	int result = read_digits(&rest, number);
	int shift;

	rest += strspn(rest, " ");
	shift = find_suffix(rest);
	if (result == -EINVAL || (result == 0 && shift < 0))
		return error_set(error, EINVAL,
			"\"%s\" is not a size: a number of bytes, or one with KiB, MiB or GiB "
			"behind it",
			text);
	if (result == -ERANGE || __builtin_mul_overflow(*number, UINT64_C(1) << shift, number))
		return error_set(error, EINVAL, "\"%s\" is too large a size", text);
	return 0;
}

static int parse_boolean(const char *text, bool *boolean, struct lvmpolld_error *error)
{
	if (strcmp(text, "true") != 0 && strcmp(text, "false") != 0)
		return error_set(error, EINVAL, "\"%s\" is neither true nor false", text);
	*boolean = text[0] == 't';
	return 0;
}

int configuration_parse_value(const char *text, enum lvmpolld_type type,
	struct lvmpolld_value *value, struct lvmpolld_error *error)
{
	*value = (struct lvmpolld_value){
		.struct_size = sizeof(*value), .type = type, .string = text};
	switch (type) {
	case LVMPOLLD_STRING:
		return 0;
	case LVMPOLLD_BOOLEAN:
		return parse_boolean(text, &value->boolean, error);
	case LVMPOLLD_COUNT:
		return parse_number(text, "a whole number, 0 or more", &value->number, error);
	case LVMPOLLD_SECONDS:
		return parse_number(
			text, "a whole number of seconds, 0 or more", &value->number, error);
	case LVMPOLLD_SIZE:
		return parse_size(text, &value->number, error);
	}
	return error_set(error, EINVAL, "type %d of the key is unknown to this daemon", (int)type);
}

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
	for (; *names; names++) {
		size_t other_length = strlen(*names);
		unsigned found;

		if (other_length > NAME_MAX_COMPARED)
			continue;
		found = distance(name, length, *names, other_length);
		/* A third of the letters may be wrong; beyond that the guess would only confuse. */
		if (found > (other_length + 2) / 3)
			continue;
		if (!nearest || found < nearest_distance) {
			nearest = *names;
			nearest_distance = found;
		}
	}
	return nearest;
}
