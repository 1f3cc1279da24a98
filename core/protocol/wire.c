/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The wire format: messages of libdevmapper's configuration syntax, ended by "\n##\n". */
#include "config.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <libdevmapper.h>

#include "protocol/wire.h"
#include "util/buffer.h"

/*
 * libdevmapper's parser goes one call deeper for each brace, and for each slash in a key. No
 * request has sections, and so many braces are harmless for the stack. Slashes inside strings
 * count, too: the limit leaves room for the longest path and a command line of devices.
 */
#define WIRE_BRACES_MAX  1024
#define WIRE_SLASHES_MAX 16384

struct wire_message {
	struct dm_config_tree *tree;
};

bool wire_find_end(const struct buffer *buffer, size_t *scanned, size_t *length)
{
	/* The end may have come in two reads. */
	size_t from = *scanned < WIRE_END_LENGTH ? 0 : *scanned - (WIRE_END_LENGTH - 1);
	const char *text, *end;

	if (from >= buffer->length)
		return false;
	text = buffer_bytes(buffer);
	end = memmem(text + from, buffer->length - from, WIRE_END, WIRE_END_LENGTH);
	if (!end) {
		*scanned = buffer->length;
		return false;
	}
	*length = (size_t)(end - text);
	return true;
}

char *wire_peek(const struct buffer *buffer, size_t length)
{
	char *text = buffer_bytes(buffer);

	text[length] = '\0';
	return text;
}

void wire_drop(struct buffer *buffer, size_t length)
{
	buffer_drop(buffer, length + WIRE_END_LENGTH);
}

/* Whether WANTED stands in the LENGTH bytes at TEXT more often than MAX times. */
static bool has_more(const char *text, size_t length, char wanted, size_t max)
{
	const char *end = text + length;
	size_t count = 0;

	while (count <= max && (text = memchr(text, wanted, (size_t)(end - text)))) {
		text++;
		count++;
	}
	return count > max;
}

static bool is_parsable(const char *text, size_t length)
{
	return !memchr(text, '\0', length) && !has_more(text, length, '{', WIRE_BRACES_MAX) &&
	       !has_more(text, length, '/', WIRE_SLASHES_MAX);
}

struct wire_message *wire_parse(const char *text, size_t length)
{
	struct wire_message *message = NULL;

	errno = EBADMSG;
	if (!is_parsable(text, length))
		return NULL;
	errno = 0;
	message = calloc(1, sizeof(*message));
	if (message)
		message->tree = dm_config_create();
	if (message && message->tree &&
		dm_config_parse_without_dup_node_check(message->tree, text, text + length))
		return message;
	/* The parser says no more than that it failed; the allocator has said why. */
	if (errno != ENOMEM)
		errno = EBADMSG;
	wire_free(message);
	return NULL;
}

void wire_free(struct wire_message *message)
{
	int saved_errno = errno;

	if (!message)
		return;
	if (message->tree)
		dm_config_destroy(message->tree);
	free(message);
	errno = saved_errno;
}

static const struct dm_config_value *find_value(const struct wire_message *message, const char *key)
{
	const struct dm_config_node *node = message->tree->root;

	/* Not dm_config_find_node: it goes down into sections, and no parameter lies in one. */
	for (; node; node = node->sib)
		if (!strcmp(node->key, key))
			return node->v;
	return NULL;
}

const char *wire_string(const struct wire_message *message, const char *key)
{
	const struct dm_config_value *value = find_value(message, key);

	if (!value || value->type != DM_CFG_STRING || !value->v.str[0])
		return NULL;
	return value->v.str;
}

int64_t wire_number_or(const struct wire_message *message, const char *key, int64_t otherwise)
{
	const struct dm_config_value *value = find_value(message, key);

	return value && value->type == DM_CFG_INT ? value->v.i : otherwise;
}

int64_t wire_number(const struct wire_message *message, const char *key)
{
	return wire_number_or(message, key, 0);
}

static bool is_one_of(const char *key, const char *const *known)
{
	for (; *known; known++)
		if (!strcmp(key, *known))
			return true;
	return false;
}

const char *wire_other_key(const struct wire_message *message, const char *const *known)
{
	const struct dm_config_node *node = message->tree->root;

	while (node && is_one_of(node->key, known))
		node = node->sib;
	return node ? node->key : NULL;
}

void wire_add(struct buffer *reply, const char *text, size_t length)
{
	(void)buffer_add(reply, text, length);
}

void wire_add_format(struct buffer *reply, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	(void)buffer_add_format(reply, format, arguments);
	va_end(arguments);
}

void wire_add_escaped(struct buffer *reply, const char *text)
{
	for (;;) {
		size_t plain = strcspn(text, "\"\\");

		wire_add(reply, text, plain);
		text += plain;
		if (!*text)
			return;
		wire_add(reply, "\\", 1);
		wire_add(reply, text++, 1);
	}
}

void wire_add_string(struct buffer *reply, const char *key, const char *value)
{
	wire_add(reply, key, strlen(key));
	wire_add(reply, " = \"", 4);
	wire_add_escaped(reply, value);
	wire_add(reply, "\"\n", 2);
}

void wire_add_number(struct buffer *reply, const char *key, int64_t value)
{
	wire_add_format(reply, "%s = %lld\n", key, (long long)value);
}

void wire_add_answer(struct buffer *reply, const char *response, const char *reason)
{
	wire_add_string(reply, "response", response);
	if (reason)
		wire_add_string(reply, "reason", reason);
}

void wire_add_end(struct buffer *reply)
{
	wire_add(reply, WIRE_END, WIRE_END_LENGTH);
}
