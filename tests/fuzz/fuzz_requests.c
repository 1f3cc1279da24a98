/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Fuzzes the answers of a daemon: any messages, one after the other. */
#include "config.h"

#include "fuzz_operations.h"
#include "protocol/wire.h"
#include "server/answer.h"
#include "server/sender.h"
#include "util/buffer.h"

#define END        "\n##\n"
#define END_LENGTH (sizeof(END) - 1)

/*
 * A message that begins so is none: it lets the oldest lvm command end, as the byte behind it says;
 * what follows is what the command has printed.
 */
#define FINISH '!'

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	fuzz_prepare_operations();
	return 0;
}

/* What follows a reply, as the entries of a list do: messages, each of which says what it is. */
static void check_items(char *text)
{
	while (*text) {
		char *end = strstr(text, END);
		struct wire_message *item;

		fuzz_require(end);
		*end = '\0';
		item = wire_parse(text, strlen(text));
		fuzz_require(item && wire_string(item, "item"));
		wire_free(item);
		text = end + END_LENGTH;
	}
}

/* The answer to a message of LENGTH bytes: the first of its messages, without its end. */
static char *ask(struct operations *operations, const char *text, size_t length)
{
	struct buffer reply = {0};
	char *copy = fuzz_copy_text(text, length);
	char *end, *answer;
	size_t answer_length;

	answer_message(operations, &(struct sender){.connection = -1, .is_privileged = true}, copy,
		length, &reply);
	answer_length = reply.length;
	answer = fuzz_copy_text(buffer_bytes(&reply), answer_length);
	end = strstr(answer, END);
	fuzz_require(end && strlen(answer) == answer_length);
	*end = '\0';
	check_items(end + END_LENGTH);
	buffer_free(&reply);
	free(copy);
	return answer;
}

/* What lvm2 would see in the answer; what the keys say must be possible. */
static struct wire_message *read_answer(const char *answer)
{
	static const char *const responses[] = {
		"OK", "failed", "invalid", "in_progress", "finished", "not_found"};
	struct wire_message *message = wire_parse(answer, strlen(answer));
	const char *response;
	bool is_known = false;

	fuzz_require(message);
	response = wire_string(message, "response");
	fuzz_require(response);
	for (size_t i = 0; i < sizeof(responses) / sizeof(responses[0]); i++)
		is_known |= !strcmp(response, responses[i]);
	fuzz_require(is_known);
	if (!strcmp(response, "failed") || !strcmp(response, "invalid") ||
		!strcmp(response, "finished"))
		fuzz_require(wire_string(message, "reason"));
	return message;
}

static bool is_operation(const char *name)
{
	return name && plugins_find_operation(&plugins, name);
}

/* An operation that was answered OK is in progress. */
static void check_accepted(struct operations *operations, const struct wire_message *request)
{
	const char *system_dir = wire_string(request, "sysdir");
	struct buffer text = {0};
	struct wire_message *message;
	char *answer;
	size_t length;

	wire_add_string(&text, "request", "progress_info");
	wire_add_string(&text, "lvid", wire_string(request, "lvid"));
	if (system_dir)
		wire_add_string(&text, "sysdir", system_dir);
	wire_add_number(&text, "abort", wire_number(request, "abort"));
	length = text.length;
	answer = ask(operations, buffer_bytes(&text), length);
	message = read_answer(answer);
	fuzz_require(!strcmp(wire_string(message, "response"), "in_progress"));
	wire_free(message);
	free(answer);
	buffer_free(&text);
}

static void ask_and_check(struct operations *operations, const char *text, size_t length)
{
	char *copy = fuzz_copy_text(text, length);
	struct wire_message *request = wire_parse(copy, length);
	const char *name = request ? wire_string(request, "request") : NULL;
	char *answer = ask(operations, text, length);

	if (name && !strcmp(name, "dump")) {
		fuzz_require(!strncmp(answer, "# Registered polling operations\n\npoll {\n", 40));
	} else {
		struct wire_message *message = read_answer(answer);
		bool is_ok = !strcmp(wire_string(message, "response"), "OK");

		if (!request)
			fuzz_require(!is_ok);
		else if (is_ok && is_operation(name))
			check_accepted(operations, request);
		wire_free(message);
	}
	free(answer);
	wire_free(request);
	free(copy);
}

/* What COMMAND prints, line by line. */
static void print(struct command *command, const char *text, size_t length)
{
	char *copy = fuzz_copy_text(text, length), *rest = copy, *line;

	while ((line = strsep(&rest, "\n")))
		standin_print(command, line);
	free(copy);
}

/* Bit 0: silent before. Bit 1: by the signal whose number the other bits are, not with that status.
 */
static void finish_oldest(const char *text, size_t length)
{
	struct command *command = TAILQ_FIRST(&standin_commands);
	uint8_t how = (uint8_t)text[0];

	if (!command)
		return;
	if (length > 1)
		print(command, text + 1, length - 1);
	if (how & 1)
		standin_be_silent(command);
	standin_end(command, (struct process_end){.by_signal = how & 2, .value = how >> 2});
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data, *end = text + size;
	struct operations operations;

	fuzz_begin_operations(&operations);
	while (text < end) {
		const char *stop = memmem(text, (size_t)(end - text), END, END_LENGTH);
		size_t length = (size_t)((stop ? stop : end) - text);

		if (length > 1 && text[0] == FINISH)
			finish_oldest(text + 1, length - 1);
		else
			ask_and_check(&operations, text, length);
		fuzz_check_commands(&operations);
		text += length + (stop ? END_LENGTH : 0);
	}
	fuzz_end_operations(&operations);
	return 0;
}
