/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Fuzzes the record of an operation: any text, with its own checksum or the right one. */
#include "config.h"

#include <errno.h>
#include <inttypes.h>

#include "fuzz.h"
#include "records/record.h"
#include "util/checksum.h"

/* What the record of a text says, and how often it was told. */
struct taken {
	unsigned count;
	char *text; /* written anew */
	size_t length;
};

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	fuzz_log_to_nowhere();
	return 0;
}

static int take(const struct record *record, void *context, struct lvmpolld_error *error)
{
	struct taken *taken = context;
	const struct lvmpolld_request *request = &record->request;

	(void)error;
	fuzz_require(record->operation_name && request->vg_name && request->lv_name);
	fuzz_require(request->interval && strlen(request->lvid) == 64);
	fuzz_require(record->command != RECORD_RUNNING || record->pid > 1);
	taken->count++;
	taken->text = record_format(record, &taken->length);
	fuzz_require(taken->text && taken->length > 0);
	return 0;
}

/* Returns the text that was made of the record in TEXT, to be freed; NULL where it is none. */
static char *parse(const char *text, size_t length, size_t *new_length)
{
	struct lvmpolld_error error = {0};
	struct taken taken = {0};
	char *copy = fuzz_copy_text(text, length);
	int result = record_parse(copy, length, take, &taken, &error);

	free(copy);
	fuzz_require((result == 0) == (taken.count == 1));
	fuzz_require(result <= 0 && (result == 0 || error.sentence[0]));
	*new_length = taken.length;
	return taken.text;
}

/* What was read and written anew says the same when it is read again. */
static void check(const char *text, size_t length)
{
	size_t new_length, again_length;
	char *again, *new_text = parse(text, length, &new_length);

	if (!new_text)
		return;
	again = parse(new_text, new_length, &again_length);
	fuzz_require(again && again_length == new_length);
	fuzz_require(memcmp(new_text, again, new_length) == 0);
	/* One byte that is lost is noticed. */
	again_length = 0;
	fuzz_require(!parse(new_text, new_length - 1, &again_length));
	free(again);
	free(new_text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char key[] = "checksum = \"";
	char *text = malloc(size + sizeof(key) + 32);
	int checksum_length;

	fuzz_require(text);
	memcpy(text, data, size);
	check(text, size);
	/* The fuzzer would hardly ever find a checksum that is right. */
	checksum_length = sprintf(
		text + size, "%s%016" PRIx64 "\"\n", key, checksum_add(CHECKSUM_START, data, size));
	check(text, size + (size_t)checksum_length);
	free(text);
	return 0;
}
