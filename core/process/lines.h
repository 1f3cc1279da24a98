/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Cuts any stream of bytes into lines. */
#ifndef CORE_PROCESS_LINES_H
#define CORE_PROCESS_LINES_H

#include <stdbool.h>
#include <stddef.h>

/* A longer line is delivered in pieces of this many bytes. */
#define LINES_PIECE_MAX 4096

/*
 * Receives one line or piece: LENGTH bytes at TEXT, followed by a NUL byte that is not counted.
 * NUL bytes within the line were replaced by '?'. COMPLETE: a newline, or the end of the
 * stream, ended it. FIRST: it is the beginning of a line.
 */
typedef void (*lines_callback)(
	const char *text, size_t length, bool first, bool complete, void *context);

struct lines {
	lines_callback callback;
	void *context;
	size_t length;
	bool continued; /* what is kept continues a line whose beginning was delivered */
	char *kept;     /* LINES_PIECE_MAX + 1 bytes, there only while something is kept */
};

/* What has come of a line that is not complete. */
struct lines_rest {
	const char *text;  /* or NULL: nothing */
	bool is_continued; /* its beginning was delivered already */
};

void lines_init(struct lines *lines, lines_callback callback, void *context);

/* Takes LENGTH bytes at DATA. Returns 0, or -ENOMEM: the end of DATA is lost then. */
int lines_feed(struct lines *lines, const char *data, size_t length);

/* What LINES keeps, for another that reads on; it belongs to LINES, and is valid until they change.
 */
struct lines_rest lines_rest(struct lines *lines);
/*
 * LINES, which have kept nothing yet, go on behind a copy of REST. Returns 0, or -ENOMEM: it is
 * lost then.
 */
int lines_resume(struct lines *lines, const struct lines_rest *rest);

/* The stream is over: delivers what is left. */
void lines_end(struct lines *lines);

#endif
