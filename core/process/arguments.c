/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An argument list that grows, as execve takes it. */
#include "config.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "process/arguments.h"

/* An lvpoll command has about ten arguments. */
#define ARGUMENTS_FIRST_CAPACITY 16

/* Makes room for one more argument and the NULL behind it. */
static int make_room(struct lvmpolld_arguments *arguments)
{
	size_t capacity = arguments->capacity;
	char **list;

	if (arguments->count + 2 <= capacity)
		return 0;
	capacity = capacity == 0 ? ARGUMENTS_FIRST_CAPACITY : 2 * capacity;
	list = reallocarray(arguments->list, capacity, sizeof(*list));
	if (!list)
		return -ENOMEM;
	arguments->list = list;
	arguments->capacity = capacity;
	return 0;
}

/* Takes ARGUMENT over, also when it fails. */
static int add_owned(struct lvmpolld_arguments *arguments, char *argument)
{
	if (!argument)
		return -ENOMEM;
	if (make_room(arguments) < 0) {
		free(argument);
		return -ENOMEM;
	}
	arguments->list[arguments->count++] = argument;
	arguments->list[arguments->count] = NULL;
	return 0;
}

int arguments_add(struct lvmpolld_arguments *arguments, const char *argument)
{
	return add_owned(arguments, strdup(argument));
}

int arguments_add_format(struct lvmpolld_arguments *arguments, const char *format, ...)
{
	va_list values;
	char *argument;
	int length;

	va_start(values, format);
	length = vasprintf(&argument, format, values);
	va_end(values);
	return add_owned(arguments, length < 0 ? NULL : argument);
}

void arguments_clear(struct lvmpolld_arguments *arguments)
{
	for (size_t i = 0; i < arguments->count; i++)
		free(arguments->list[i]);
	free(arguments->list);
	memset(arguments, 0, sizeof(*arguments));
}
