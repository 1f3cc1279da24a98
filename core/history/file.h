/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The file of the history: a line for each operation that ended, the oldest first, with a checksum.
 * Read and replaced as a whole. Both may wait for the storage: never in the daemon's own process.
 */
#ifndef CORE_HISTORY_FILE_H
#define CORE_HISTORY_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "util/error.h"

/* No line has more bytes, its newline included; a longer one is damaged. */
#define HISTORY_LINE_MAX 16384

/* Lines without their checksum and newline, each allocated, the oldest first. */
struct history_lines {
	size_t limit; /* at least 1: when there are more, the oldest is dropped */
	size_t count;
	size_t first; /* where the oldest is in the list, which is a ring */
	char **list;  /* of LIMIT */
};

/* What was wrong with a file. */
struct history_damage {
	size_t count;
	unsigned long first_line;
};

/* Returns 0 or -ENOMEM. */
int history_lines_init(struct history_lines *lines, size_t limit);
void history_lines_destroy(struct history_lines *lines);
/* Adds a copy of LINE. Returns 0 or -ENOMEM. */
int history_lines_add(struct history_lines *lines, const char *line);
bool history_lines_has(const struct history_lines *lines, const char *line);
/* Line I, 0 for the oldest; NULL behind the last. */
const char *history_lines_at(const struct history_lines *lines, size_t i);

/*
 * Adds the lines of STREAM. Damaged ones are passed over, and counted. Returns 0 or a negative
 * errno.
 */
int history_file_read(FILE *stream, struct history_lines *lines, struct history_damage *damage);

/*
 * Replaces the file at PATH at once as a whole. Returns 0 or a negative errno with the error; then
 * it stays as it was.
 */
int history_file_write(
	const char *path, const struct history_lines *lines, struct lvmpolld_error *error);

#endif
