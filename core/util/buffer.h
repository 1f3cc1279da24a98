/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A buffer of bytes: they are added at the end and dropped from the beginning. */
#ifndef CORE_UTIL_BUFFER_H
#define CORE_UTIL_BUFFER_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

/* A buffer with all fields zero is empty. */
struct buffer {
	char *storage;
	size_t size;   /* of the storage */
	size_t start;  /* of the bytes in it */
	size_t length; /* how many there are */
	/*
	 * Out of memory when something was added. Half a message would be a wrong message, so the
	 * buffer is empty from then on, and whatever is added is ignored.
	 */
	bool is_lost;
};

/* The bytes, valid until the buffer is changed; NULL before anything was added. */
static inline char *buffer_bytes(const struct buffer *buffer)
{
	return buffer->storage ? buffer->storage + buffer->start : NULL;
}

/* Removes what stands behind the first LENGTH bytes. */
static inline void buffer_cut(struct buffer *buffer, size_t length)
{
	if (buffer->length > length)
		buffer->length = length;
}

/*
 * Makes room for SIZE bytes or more at buffer_end. The caller writes there and calls
 * buffer_take_in. Returns 0, or -ENOMEM: the buffer is lost then.
 */
int buffer_reserve(struct buffer *buffer, size_t size);
static inline char *buffer_end(const struct buffer *buffer)
{
	return buffer->storage + buffer->start + buffer->length;
}
/* The number of bytes that there is room for. */
static inline size_t buffer_room(const struct buffer *buffer)
{
	return buffer->size - buffer->start - buffer->length;
}
/* Counts LENGTH bytes, which were written at buffer_end, as part of the buffer. */
static inline void buffer_take_in(struct buffer *buffer, size_t length)
{
	buffer->length += length;
}

/* Each returns 0, or -ENOMEM: the buffer is lost then. */
int buffer_add(struct buffer *buffer, const void *bytes, size_t length);
int buffer_add_format(struct buffer *buffer, const char *format, va_list arguments)
	__attribute__((format(printf, 2, 0)));

/* Drops LENGTH bytes from the beginning. An empty buffer keeps no large storage. */
void buffer_drop(struct buffer *buffer, size_t length);

/* Writes all bytes to DESCRIPTOR, a file, and keeps them. Returns 0 or a negative errno. */
int buffer_write(const struct buffer *buffer, int descriptor);

/* Frees the storage. The buffer is empty afterwards; is_lost stays as it is. */
void buffer_free(struct buffer *buffer);

#endif
