/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Arguments of an lvm command that answer its questions, or keep it from asking. */
#include "config.h"

#include <stdbool.h>
#include <string.h>

#include "loader/answers.h"
#include "process/arguments.h"

/*
 * Short options behind which lvm2 takes the rest of the argument for their value, in every command
 * that has them: "-Ay" is --autobackup y.
 */
#define WITH_VALUE "AILMOSVWZo"
#define REFUSED    "yf"

/* NAME, what is between "--" and "=", is WORD, or a beginning of it. */
static bool is_beginning(const char *name, size_t length, const char *word)
{
	return length > 0 && length <= strlen(word) && !strncmp(name, word, length);
}

static bool is_refused_long(const char *name)
{
	size_t length = strcspn(name, "=");

	return is_beginning(name, length, "yes") || is_beginning(name, length, "force");
}

/* LETTERS are joined short options. */
static bool is_refused_short(const char *letters)
{
	letters += strcspn(letters, WITH_VALUE REFUSED);
	return *letters != '\0' && strchr(REFUSED, *letters);
}

static bool is_refused(const char *argument)
{
	if (argument[0] != '-')
		return false;
	return argument[1] == '-' ? is_refused_long(argument + 2) : is_refused_short(argument + 1);
}

const char *answers_find(const struct lvmpolld_arguments *arguments)
{
	for (size_t i = 0; i < arguments->count; i++)
		if (is_refused(arguments->list[i]))
			return arguments->list[i];
	return NULL;
}
