/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Values and strings one behind the other. */
#include "config.h"

#include <stdint.h>
#include <string.h>

#include "monitor/bytes.h"

size_t bytes_begin(struct buffer *text)
{
	const uint64_t size = 0;
	size_t start = text->length;

	buffer_add(text, &size, sizeof(size));
	return start;
}

void bytes_finish(struct buffer *text, size_t start)
{
	const uint64_t size = text->length - start;

	if (!text->is_lost)
		memcpy(buffer_bytes(text) + start, &size, sizeof(size));
}

struct bytes_reader bytes_read(const char *bytes, size_t size)
{
	if (size < sizeof(uint64_t))
		return (struct bytes_reader){.next = bytes, .is_short = true};
	return (struct bytes_reader){
		.next = bytes + sizeof(uint64_t), .left = size - sizeof(uint64_t)};
}

void bytes_take(struct bytes_reader *reader, void *value, size_t size)
{
	/* What stands behind something that is not whole is anything. */
	if (reader->is_short || size > reader->left) {
		reader->is_short = true;
		memset(value, 0, size);
		return;
	}
	memcpy(value, reader->next, size);
	reader->next += size;
	reader->left -= size;
}

/* Whether it is there stands before it. */
void bytes_add_string(struct buffer *text, const char *string)
{
	const bool is_there = string;

	buffer_add(text, &is_there, sizeof(is_there));
	if (string)
		buffer_add(text, string, strlen(string) + 1);
}

const char *bytes_take_string(struct bytes_reader *reader)
{
	const char *string, *end;
	bool is_there;

	bytes_take(reader, &is_there, sizeof(is_there));
	if (!is_there)
		return NULL;
	string = reader->next;
	end = memchr(string, '\0', reader->left);
	if (!end) {
		reader->is_short = true;
		return NULL;
	}
	reader->left -= (size_t)(end + 1 - string);
	reader->next = end + 1;
	return string;
}
