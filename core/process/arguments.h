/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An argument list that grows, as execve takes it. */
#ifndef CORE_PROCESS_ARGUMENTS_H
#define CORE_PROCESS_ARGUMENTS_H

#include <stddef.h>

struct lvmpolld_arguments {
	size_t count;
	size_t capacity;
	char **list; /* ended by NULL once something was added; each string owned */
};

/* Adds a copy of ARGUMENT. Returns 0 or -ENOMEM. */
int arguments_add(struct lvmpolld_arguments *arguments, const char *argument);
int arguments_add_format(struct lvmpolld_arguments *arguments, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Frees the strings and the list, not the struct. */
void arguments_clear(struct lvmpolld_arguments *arguments);

#endif
