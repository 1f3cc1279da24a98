/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Bytes in one piece, added at the end and dropped from the beginning. */
#include "config.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "util/buffer.h"

/* As much as the C library hands out without a search. */
#define SIZE_MIN 1024

/* Storage that an empty buffer keeps for what comes next. */
#define SIZE_KEPT (16 * 1024)

static int lose(struct buffer *buffer)
{
	buffer_free(buffer);
	buffer->is_lost = true;
	return -ENOMEM;
}

/* It at least doubles, so that a byte is moved once or twice in all, however many come. */
static int grow(struct buffer *buffer, size_t needed)
{
	size_t size = buffer->size > SIZE_MIN / 2 ? 2 * buffer->size : SIZE_MIN;
	char *storage;

	if (size < needed)
		size = needed;
	storage = realloc(buffer->storage, size);
	if (!storage)
		return lose(buffer);
	buffer->storage = storage;
	buffer->size = size;
	return 0;
}

static void move_to_front(struct buffer *buffer)
{
	if (buffer->start == 0)
		return;
	memmove(buffer->storage, buffer_bytes(buffer), buffer->length);
	buffer->start = 0;
}

int buffer_reserve(struct buffer *buffer, size_t size)
{
	if (buffer->is_lost || size > SIZE_MAX / 4)
		return lose(buffer);
	if (buffer_room(buffer) >= size)
		return 0;
	/* Moving is cheap: fewer bytes are left than were dropped. */
	if (buffer->start >= buffer->length && buffer->size - buffer->length >= size) {
		move_to_front(buffer);
		return 0;
	}
	move_to_front(buffer);
	return grow(buffer, buffer->length + size);
}

int buffer_add(struct buffer *buffer, const void *bytes, size_t length)
{
	int result = buffer_reserve(buffer, length);

	if (result == 0 && length > 0) {
		memcpy(buffer_end(buffer), bytes, length);
		buffer_take_in(buffer, length);
	}
	return result;
}

int buffer_add_format(struct buffer *buffer, const char *format, va_list arguments)
{
	va_list again;
	size_t room;
	int length, result = buffer_reserve(buffer, SIZE_MIN / 4);

	if (result < 0)
		return result;
	va_copy(again, arguments);
	room = buffer_room(buffer);
	length = vsnprintf(buffer_end(buffer), room, format, arguments);
	if (length >= 0 && (size_t)length >= room) {
		result = buffer_reserve(buffer, (size_t)length + 1);
		if (result == 0)
			length = vsnprintf(buffer_end(buffer), (size_t)length + 1, format, again);
	}
	va_end(again);
	if (length < 0)
		result = lose(buffer);
	if (result == 0)
		buffer_take_in(buffer, (size_t)length);
	return result;
}

void buffer_drop(struct buffer *buffer, size_t length)
{
	buffer->start += length;
	buffer->length -= length;
	if (buffer->length > 0)
		return;
	buffer->start = 0;
	if (buffer->size > SIZE_KEPT)
		buffer_free(buffer);
}

int buffer_write(const struct buffer *buffer, int descriptor)
{
	const char *bytes = buffer_bytes(buffer);
	size_t length = buffer->length;

	while (length > 0) {
		ssize_t written = write(descriptor, bytes, length);

		if (written < 0 && errno != EINTR)
			return -errno;
		if (written > 0) {
			bytes += written;
			length -= (size_t)written;
		}
	}
	return 0;
}

void buffer_free(struct buffer *buffer)
{
	free(buffer->storage);
	*buffer = (struct buffer){.is_lost = buffer->is_lost};
}
