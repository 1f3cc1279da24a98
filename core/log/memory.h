/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The latest lines of the log about one operation, for people: those of level notice and graver,
 * whatever level is written. Any thread.
 */
#ifndef CORE_LOG_MEMORY_H
#define CORE_LOG_MEMORY_H

#include <stdint.h>

/* So many are kept; the oldest go first. */
#define LOG_MEMORY_LINES 8
/* The longest that is kept, its NUL byte included; what is longer ends with "...". */
#define LOG_MEMORY_TEXT_MAX 200

struct log_memory;

/* An empty one with one reference. NULL when out of memory: then nothing is kept. */
struct log_memory *log_memory_new(void);
/* Adds a reference; releases one. MEMORY may be NULL. */
struct log_memory *log_memory_hold(struct log_memory *memory);
void log_memory_release(struct log_memory *memory);

/*
 * Keeps a copy of TEXT, which was written at AT_S (as time() tells). When out of memory it is not
 * kept. MEMORY may be NULL.
 */
void log_memory_add(struct log_memory *memory, int64_t at_s, const char *text);

/*
 * Calls VISIT for each line, the oldest first, which must not use the memory.
 * MEMORY may be NULL.
 */
void log_memory_visit(struct log_memory *memory,
	void (*visit)(int64_t at_s, const char *text, void *context), void *context);

#endif
