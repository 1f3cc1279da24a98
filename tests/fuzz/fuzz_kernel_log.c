/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Fuzzes records of the kernel's log. */
#include "config.h"

#include "fuzz.h"
#include "kernel_log/record.h"

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	fuzz_log_to_nowhere();
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *copy = fuzz_copy(data, size);
	struct kernel_log_record record;

	if (kernel_log_record_parse(copy, size, &record) == 0) {
		fuzz_require(record.text > copy && record.text[-1] == ';');
		fuzz_require(record.text + record.text_length <= copy + size);
		fuzz_require(
			record.text_length == 0 || !memchr(record.text, '\n', record.text_length));
	}
	free(copy);
	return 0;
}
