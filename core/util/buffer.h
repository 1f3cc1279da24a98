/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Bytes in one piece, added at the end and dropped from the beginning. */
#ifndef CORE_BUFFER_H
#define CORE_BUFFER_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

/* All zero is an empty one. */
struct buffer {
	char *storage;
	size_t size;   /* of the storage */
	size_t start;  /* of the bytes in it */
	size_t length; /* how many there are */
	/*
	 * There was no memory for something that was added. Half a message would be a wrong one:
	 * the buffer is empty, and takes nothing any more.
	 */
	bool is_lost;
};

/* The bytes; they stay where they are until the next call. NULL where there has been none yet. */
static inline char *buffer_bytes(const struct buffer *buffer)
{
	return buffer->storage ? buffer->storage + buffer->start : NULL;
}

/* Takes away what was added when there were LENGTH bytes already. */
static inline void buffer_cut(struct buffer *buffer, size_t length)
{
	if (buffer->length > length)
		buffer->length = length;
}

/*
 * Makes room for at least SIZE bytes behind the end, where they are put, and buffer_take_in adds
 * them. 0, or -ENOMEM: lost.
 */
int buffer_reserve(struct buffer *buffer, size_t size);
static inline char *buffer_end(const struct buffer *buffer)
{
	return buffer->storage + buffer->start + buffer->length;
}
/* For how many bytes there is room. */
static inline size_t buffer_room(const struct buffer *buffer)
{
	return buffer->size - buffer->start - buffer->length;
}
static inline void buffer_take_in(struct buffer *buffer, size_t length)
{
	buffer->length += length;
}

/* 0, or -ENOMEM: lost. */
int buffer_add(struct buffer *buffer, const void *bytes, size_t length);
int buffer_add_format(struct buffer *buffer, const char *format, va_list arguments)
	__attribute__((format(printf, 2, 0)));

/* Drops LENGTH bytes from the beginning; one that is empty then holds no large storage. */
void buffer_drop(struct buffer *buffer, size_t length);

/* Writes all of it to DESCRIPTOR, a file, and leaves it as it is. 0 or a negative errno. */
int buffer_write(const struct buffer *buffer, int descriptor);

/* Leaves an empty one. */
void buffer_free(struct buffer *buffer);

#endif
