/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The wire format: messages of libdevmapper's configuration syntax, ended by "\n##\n". */
#ifndef CORE_PROTOCOL_WIRE_H
#define CORE_PROTOCOL_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buffer;

/* What ends a message. */
#define WIRE_END        "\n##\n"
#define WIRE_END_LENGTH (sizeof(WIRE_END) - 1)

/* lvm2 refuses longer messages since 2.03.40, and so do we. None of ours is that long. */
#define WIRE_MESSAGE_MAX ((size_t)16 << 20)

/* A message that was received, parsed. */
struct wire_message;

/*
 * Looks for the end of the first message in BUFFER, from byte *SCANNED on, where an earlier call
 * stopped. Returns true with the LENGTH of its text; the four bytes of its end follow.
 */
bool wire_find_end(const struct buffer *buffer, size_t *scanned, size_t *length);

/*
 * The text of the message of LENGTH bytes at the beginning of BUFFER, with a NUL byte in the place
 * of its end. It stays in BUFFER until wire_drop removes it.
 */
char *wire_peek(const struct buffer *buffer, size_t length);
/* Removes the message of LENGTH bytes and its end from the beginning of BUFFER. */
void wire_drop(struct buffer *buffer, size_t length);

/*
 * Parses the LENGTH bytes at TEXT, which a NUL byte follows: libdevmapper looks for it behind a
 * number. Returns NULL with errno EBADMSG where they are not a message: wrong syntax, NUL bytes, or
 * nested deeper than any request could need; and with ENOMEM when out of memory.
 */
struct wire_message *wire_parse(const char *text, size_t length);
/* Frees MESSAGE with its strings; it may be NULL. */
void wire_free(struct wire_message *message);

/* The string under KEY; NULL where there is none, or it is empty or not a string. */
const char *wire_string(const struct wire_message *message, const char *key);
/* The number under KEY; 0 where there is none, or it is not a number. */
int64_t wire_number(const struct wire_message *message, const char *key);
/* Likewise, with another value in the place of 0. */
int64_t wire_number_or(const struct wire_message *message, const char *key, int64_t otherwise);

/* The first key of MESSAGE that is none of KNOWN, which NULL ends; NULL where it has no other. */
const char *wire_other_key(const struct wire_message *message, const char *const *known);

/*
 * The functions below add to a reply. When out of memory the buffer is lost: see buffer.h.
 */
/* Adds TEXT as it is. */
void wire_add(struct buffer *reply, const char *text, size_t length);
void wire_add_format(struct buffer *reply, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* One line of a reply. Strings are quoted and escaped. */
void wire_add_string(struct buffer *reply, const char *key, const char *value);
void wire_add_number(struct buffer *reply, const char *key, int64_t value);
/* The first lines of most replies: "response", and "reason" unless REASON is NULL. */
void wire_add_answer(struct buffer *reply, const char *response, const char *reason);
/* TEXT as it stands in double quotes in libdevmapper's syntax. */
void wire_add_escaped(struct buffer *reply, const char *text);
/* Ends a reply. */
void wire_add_end(struct buffer *reply);

#endif
