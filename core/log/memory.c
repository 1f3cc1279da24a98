/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The latest lines of the log about one operation. */
#include "config.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "log/memory.h"
#include "util/escape.h"
#include "util/lock.h"

#define ELLIPSIS "..."

/* A mutex that clang's analysis knows. */
struct LOCK_ROLE memory_mutex {
	pthread_mutex_t mutex;
};
/* Of all memories. Taken last, as the log's own, and held for moments only. */
static struct memory_mutex memory_lock = {PTHREAD_MUTEX_INITIALIZER};

struct line {
	int64_t at_s;
	char *text;
};

struct log_memory {
	atomic_uint references;
	unsigned count GUARDED_BY(memory_lock);
	struct line lines[LOG_MEMORY_LINES] GUARDED_BY(memory_lock); /* the oldest first */
};

NO_LOCK_ANALYSIS ACQUIRE(memory_lock) static void take_lock(void)
{
	pthread_mutex_lock(&memory_lock.mutex);
}

NO_LOCK_ANALYSIS RELEASE(memory_lock) static void release_lock(void)
{
	pthread_mutex_unlock(&memory_lock.mutex);
}

struct log_memory *log_memory_new(void)
{
	struct log_memory *memory = calloc(1, sizeof(*memory));

	if (memory)
		memory->references = 1;
	return memory;
}

struct log_memory *log_memory_hold(struct log_memory *memory)
{
	if (memory)
		memory->references++;
	return memory;
}

REQUIRES(memory_lock) static void clear_locked(struct log_memory *memory)
{
	for (unsigned i = 0; i < memory->count; i++)
		free(memory->lines[i].text);
	memory->count = 0;
}

void log_memory_release(struct log_memory *memory)
{
	if (!memory || --memory->references > 0)
		return;
	take_lock();
	clear_locked(memory);
	release_lock();
	free(memory);
}

REQUIRES(memory_lock)
static void add_locked(struct log_memory *memory, const struct line *line)
{
	struct line *lines = memory->lines;

	if (memory->count == LOG_MEMORY_LINES) {
		free(lines[0].text);
		memory->count--;
		memmove(lines, lines + 1, memory->count * sizeof(*lines));
	}
	lines[memory->count++] = *line;
}

/* TEXT without control characters, cut where it is too long. NULL when out of memory. */
static char *copy_text(const char *text)
{
	char escaped[LOG_MEMORY_TEXT_MAX];
	const char *rest = text;

	escape_text(escaped, sizeof(escaped), &rest);
	if (*rest != '\0') {
		escape_text(escaped, sizeof(escaped) - strlen(ELLIPSIS), &text);
		strcat(escaped, ELLIPSIS);
	}
	return strdup(escaped);
}

void log_memory_add(struct log_memory *memory, int64_t at_s, const char *text)
{
	const struct line line = {.at_s = at_s, .text = memory ? copy_text(text) : NULL};

	if (!line.text)
		return;
	take_lock();
	add_locked(memory, &line);
	release_lock();
}

void log_memory_visit(struct log_memory *memory,
	void (*visit)(int64_t at_s, const char *text, void *context), void *context)
{
	if (!memory)
		return;
	take_lock();
	for (unsigned i = 0; i < memory->count; i++)
		visit(memory->lines[i].at_s, memory->lines[i].text, context);
	release_lock();
}
