/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Fuzzes the wire format: a stream in pieces, cut into messages, parsed, and read by key. */
#include "config.h"

#include "fuzz.h"
#include "protocol/wire.h"
#include "util/buffer.h"

#define END        "\n##\n"
#define END_LENGTH (sizeof(END) - 1)

static const char *const keys[] = {"request", "lvid", "lvname", "vgname", "interval", "sysdir",
	"abort", "handle_missing_pvs", "devicesfile", "cmdline"};

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	fuzz_log_to_nowhere();
	return 0;
}

/* What is written as the value of a key is what is read back. */
static void check_round_trip(const char *value)
{
	struct buffer buffer = {0};
	struct wire_message *message;
	size_t length;
	char *text;

	wire_add_string(&buffer, "key", value);
	wire_add_number(&buffer, "number", (int64_t)strlen(value));
	length = buffer.length;
	text = fuzz_copy_text(buffer_bytes(&buffer), length);
	message = wire_parse(text, length);
	fuzz_require(message);
	fuzz_require(wire_string(message, "key"));
	fuzz_require(!strcmp(wire_string(message, "key"), value));
	fuzz_require(wire_number(message, "number") == (int64_t)strlen(value));
	wire_free(message);
	free(text);
	buffer_free(&buffer);
}

/* libdevmapper ends the parsing of a string at a brace too many, so those are not written back. */
static bool can_be_written(const char *value)
{
	size_t braces = 0;

	for (const char *c = value; *c; c++)
		braces += *c == '{';
	return braces <= 1024;
}

static void read_message(const char *text, size_t length)
{
	char *copy = fuzz_copy_text(text, length);
	struct wire_message *message = wire_parse(copy, length);

	for (size_t i = 0; message && i < sizeof(keys) / sizeof(keys[0]); i++) {
		const char *value = wire_string(message, keys[i]);

		fuzz_require(!value || *value);
		if (value && can_be_written(value))
			check_round_trip(value);
		if (wire_number(message, keys[i]) != 0)
			fuzz_require(!value);
	}
	wire_free(message);
	free(copy);
}

/* Takes the messages that are complete, each of which must be the next one of REST. */
static void take_messages(
	struct buffer *buffer, size_t *scanned, const char **rest, size_t *rest_length)
{
	size_t length;

	while (wire_find_end(buffer, scanned, &length)) {
		const char *end = memmem(*rest, *rest_length, END, END_LENGTH);
		char *text = wire_peek(buffer, length);

		*scanned = 0;
		fuzz_require(end && length == (size_t)(end - *rest) && text);
		fuzz_require(memcmp(text, *rest, length) == 0 && text[length] == '\0');
		read_message(text, length);
		wire_drop(buffer, length);
		*rest += length + END_LENGTH;
		*rest_length -= length + END_LENGTH;
	}
}

/* The first byte says how large the pieces are. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buffer buffer = {0};
	const char *rest = (const char *)data + 1;
	size_t rest_length = size - 1, piece, scanned = 0;

	if (size == 0)
		return 0;
	piece = data[0] % 64 + 1;
	for (size_t at = 1; at < size; at += piece) {
		buffer_add(&buffer, data + at, size - at < piece ? size - at : piece);
		take_messages(&buffer, &scanned, &rest, &rest_length);
	}
	fuzz_require(!memmem(rest, rest_length, END, END_LENGTH));
	fuzz_require(buffer.length == rest_length);
	read_message(rest, rest_length);
	buffer_free(&buffer);
	return 0;
}
