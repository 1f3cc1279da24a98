/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Values and strings one behind the other, as the daemon and its prober send them: each message
 * begins with its size. Numbers are as they lie in memory.
 */
#ifndef CORE_MONITOR_BYTES_H
#define CORE_MONITOR_BYTES_H

#include <stdbool.h>
#include <stddef.h>

#include "util/buffer.h"

/* What is left of a message. */
struct bytes_reader {
	const char *next;
	size_t left;
	bool is_short; /* something was to be read that is not there */
};

/* Makes room for the size of a message, which bytes_finish knows. Returns where it begins. */
size_t bytes_begin(struct buffer *text);
void bytes_finish(struct buffer *text, size_t start);

/* A reader of the SIZE bytes of a message. */
struct bytes_reader bytes_read(const char *bytes, size_t size);

/* SIZE bytes into VALUE; zeros where they are not there. */
void bytes_take(struct bytes_reader *reader, void *value, size_t size);

/* A string that may be missing: NULL. */
void bytes_add_string(struct buffer *text, const char *string);
/* It stays valid as long as the bytes that are read do. */
const char *bytes_take_string(struct bytes_reader *reader);

#endif
