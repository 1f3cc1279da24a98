/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Cuts a stream of bytes into lines, whatever comes. */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "process/lines.h"

void lines_init(struct lines *lines, lines_callback callback, void *context)
{
	*lines = (struct lines){.callback = callback, .context = context};
}

static void deliver(struct lines *lines, bool complete)
{
	char nothing[] = "";
	char *text = lines->kept ? lines->kept : nothing;
	bool first = !lines->continued;

	text[lines->length] = '\0';
	lines->callback(text, lines->length, first, complete, lines->context);
	lines->length = 0;
	lines->continued = !complete;
}

/* Keeps LENGTH bytes without a newline; a full piece waits until it is known to be incomplete. */
static void keep(struct lines *lines, const char *data, size_t length)
{
	while (length > 0) {
		size_t room = LINES_PIECE_MAX - lines->length;
		size_t count = length < room ? length : room;

		if (count == 0) {
			deliver(lines, false);
			continue;
		}
		for (size_t i = 0; i < count; i++)
			lines->kept[lines->length++] = data[i] != '\0' ? data[i] : '?';
		data += count;
		length -= count;
	}
}

/* The rest of a line whose beginning is lost must not be read as a new line. */
static int lose(struct lines *lines, const char *data, size_t length)
{
	lines->continued = data[length - 1] != '\n';
	return -ENOMEM;
}

int lines_feed(struct lines *lines, const char *data, size_t length)
{
	const char *end = data + length;
	const char *newline;

	if (length == 0)
		return 0;
	if (!lines->kept)
		lines->kept = malloc(LINES_PIECE_MAX + 1);
	if (!lines->kept)
		return lose(lines, data, length);

	while ((newline = memchr(data, '\n', (size_t)(end - data)))) {
		keep(lines, data, (size_t)(newline - data));
		deliver(lines, true);
		data = newline + 1;
		if (data == end)
			break;
	}
	keep(lines, data, (size_t)(end - data));

	if (lines->length == 0) {
		free(lines->kept);
		lines->kept = NULL;
	}
	return 0;
}

struct lines_rest lines_rest(struct lines *lines)
{
	if (lines->kept)
		lines->kept[lines->length] = '\0';
	return (struct lines_rest){lines->kept, lines->continued};
}

int lines_resume(struct lines *lines, const struct lines_rest *rest)
{
	lines->continued = rest->is_continued;
	return rest->text ? lines_feed(lines, rest->text, strlen(rest->text)) : 0;
}

void lines_end(struct lines *lines)
{
	if (lines->length > 0 || lines->continued)
		deliver(lines, true);
	free(lines->kept);
	lines->kept = NULL;
}
