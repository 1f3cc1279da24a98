/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the fuzz targets share. */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log/libdevmapper.h"
#include "log/log.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What must hold whatever the input is; libFuzzer takes the abort for a finding. */
#define fuzz_require(condition)                                                                    \
	do {                                                                                       \
		if (!(condition)) {                                                                \
			fprintf(stderr, "%s:%d: this does not hold: %s\n", __FILE__, __LINE__,     \
				#condition);                                                       \
			abort();                                                                   \
		}                                                                                  \
	} while (0)

/* Every line of the log is put together, as at the most talkative level, and goes nowhere. */
static inline void fuzz_log_to_nowhere(void)
{
	const struct log_settings settings = {.level = LOG_LEVEL_DEBUG, .wire = true, .targets = 0};

	log_configure(&settings);
	log_adopt_libdevmapper();
}

/* A copy of SIZE bytes in memory of exactly that size, so that no byte beyond is read unseen. */
static inline void *fuzz_copy(const void *data, size_t size)
{
	void *copy = malloc(size);

	fuzz_require(copy || size == 0);
	if (size > 0)
		memcpy(copy, data, size);
	return copy;
}

/* Likewise, with a NUL byte behind it. */
static inline char *fuzz_copy_text(const void *data, size_t size)
{
	char *copy = malloc(size + 1);

	fuzz_require(copy);
	if (size > 0)
		memcpy(copy, data, size);
	copy[size] = '\0';
	return copy;
}

#endif
