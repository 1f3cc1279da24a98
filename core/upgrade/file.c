/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The file that an old program has written, read by the new one. */
#include "config.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "protocol/wire.h"
#include "upgrade/file.h"

struct handover {
	char *data; /* the file, mapped privately */
	size_t size;
	size_t messages_begin; /* behind the first message */
	size_t messages_end;   /* behind the last one */
	struct wire_message *daemon;
};

/* Parses the message at *POSITION, and moves *POSITION behind it. NULL with -ENODATA at the end. */
static struct wire_message *parse_next(
	const struct handover *handover, size_t *position, int *result)
{
	char *text = handover->data + *position;
	char *end = *position < handover->size
			    ? memmem(text, handover->size - *position, WIRE_END, WIRE_END_LENGTH)
			    : NULL;
	struct wire_message *message;

	*result = -ENODATA;
	if (!end)
		return NULL;
	*end = '\0'; /* the parser expects it behind a number */
	message = wire_parse(text, (size_t)(end - text));
	*result = message ? 0 : -errno;
	*end = WIRE_END[0];
	*position = (size_t)(end - handover->data) + WIRE_END_LENGTH;
	return message;
}

static bool is_end(const struct wire_message *message)
{
	const char *item = wire_string(message, "item");

	return item && !strcmp(item, "end");
}

static bool is_daemon(const struct wire_message *message)
{
	const char *item = wire_string(message, "item");

	return item && !strcmp(item, "daemon");
}

static int map_file(struct handover *handover, int descriptor)
{
	struct stat status;
	void *data;

	if (fstat(descriptor, &status) < 0)
		return -errno;
	if (!S_ISREG(status.st_mode) || status.st_size == 0)
		return -ENODATA;
	data = mmap(
		NULL, (size_t)status.st_size, PROT_READ | PROT_WRITE, MAP_PRIVATE, descriptor, 0);
	if (data == MAP_FAILED)
		return -errno;
	handover->data = data;
	handover->size = (size_t)status.st_size;
	return 0;
}

/* Parses all messages, so that errors show before anything is taken over. */
static int check_messages(struct handover *handover)
{
	bool is_last = false;
	int result = 0;

	handover->messages_end = handover->messages_begin;
	while (result == 0 && !is_last) {
		struct wire_message *message =
			parse_next(handover, &handover->messages_end, &result);

		is_last = message && is_end(message);
		wire_free(message);
	}
	return result;
}

static int check_daemon(const struct handover *handover, struct lvmpolld_error *error)
{
	int64_t version = wire_number(handover->daemon, "version");

	if (!is_daemon(handover->daemon))
		return error_set(error, EBADMSG, "it does not begin with the daemon");
	if (version != HANDOVER_VERSION)
		return error_set(error, EBADMSG, "it has version %lld, and %d is understood",
			(long long)version, HANDOVER_VERSION);
	return 0;
}

static int read_all(struct handover *handover, int descriptor, struct lvmpolld_error *error)
{
	int result = map_file(handover, descriptor);

	if (result == 0)
		handover->daemon = parse_next(handover, &handover->messages_begin, &result);
	if (result == 0 && check_daemon(handover, error) < 0)
		return -error->code;
	if (result == 0)
		result = check_messages(handover);
	if (result == -ENODATA)
		return error_set(error, EBADMSG, "it is not complete");
	return result < 0 ? error_set(error, -result, "%s", strerror(-result)) : 0;
}

struct handover *handover_read(int descriptor, struct lvmpolld_error *error)
{
	struct handover *handover = calloc(1, sizeof(*handover));
	int result = handover ? read_all(handover, descriptor, error)
			      : error_set(error, ENOMEM, "out of memory");

	close(descriptor);
	if (result == 0)
		return handover;
	error_add_context(error, "the handover cannot be used");
	handover_free(handover);
	return NULL;
}

void handover_free(struct handover *handover)
{
	if (!handover)
		return;
	wire_free(handover->daemon);
	if (handover->data)
		munmap(handover->data, handover->size);
	free(handover);
}

const struct wire_message *handover_daemon(const struct handover *handover)
{
	return handover->daemon;
}

int handover_for_each(const struct handover *handover,
	int (*act)(const struct wire_message *message, void *context, struct lvmpolld_error *error),
	void *context, struct lvmpolld_error *error)
{
	size_t position = handover->messages_begin;
	int result = 0;

	while (result == 0 && position < handover->messages_end) {
		struct wire_message *message = parse_next(handover, &position, &result);

		if (message)
			result = act(message, context, error);
		else
			error_set(error, -result, "%s", strerror(-result));
		wire_free(message);
	}
	return result;
}

struct handover_bytes handover_client_bytes(const struct handover *handover)
{
	return (struct handover_bytes){
		handover->data + handover->messages_end, handover->size - handover->messages_end};
}

const char *handover_take_bytes(struct handover_bytes *bytes, size_t length)
{
	const char *data = bytes->data;

	if (length > bytes->length)
		return NULL;
	bytes->data += length;
	bytes->length -= length;
	return data;
}
