/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads single values from their text: numbers, sizes, true and false. */
#include <config.h>

#include <errno.h>
#include <string.h>

#include "configuration/configuration.h"

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

	for (size_t index = 0; index < sizeof(suffixes) / sizeof(suffixes[0]); index++) {
		if (strcmp(suffix, suffixes[index].suffix) == 0)
			return suffixes[index].shift;
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
