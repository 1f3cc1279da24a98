/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The C library's allocator, with somebody before it who counts and who says what fails. What the C
 * library allocates for others (strdup, asprintf, scandir, ...) goes through the same functions.
 */
#define _GNU_SOURCE

#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>

#include "allocator.h"

static void *(*next_malloc)(size_t);
static void *(*next_calloc)(size_t, size_t);
static void *(*next_realloc)(void *, size_t);
static int (*next_posix_memalign)(void **, size_t, size_t);
static void *(*next_aligned_alloc)(size_t, size_t);
static void (*next_free)(void *);

/* Those of the C library. (A sanitizer's are asked for before they are there.) */
#define FIND(name)                                                                                 \
	do {                                                                                       \
		if (!next_##name)                                                                  \
			*(void **)&next_##name = dlsym(RTLD_NEXT, #name);                          \
	} while (0)

static void *count_live(void *memory)
{
	if (memory)
		allocation_made(memory);
	return memory;
}

EXPORT void *malloc(size_t size)
{
	FIND(malloc);
	return allocation_is_to_fail() ? NULL : count_live(next_malloc(size));
}

EXPORT void *calloc(size_t count, size_t size)
{
	FIND(calloc);
	return allocation_is_to_fail() ? NULL : count_live(next_calloc(count, size));
}

EXPORT void free(void *memory)
{
	FIND(free);
	if (memory)
		allocation_freed(memory);
	next_free(memory);
}

EXPORT void *realloc(void *memory, size_t size)
{
	void *result;

	FIND(realloc);
	if (memory && size == 0) {
		free(memory);
		return NULL;
	}
	if (allocation_is_to_fail())
		return NULL;
	/* Before another thread may get the same memory. */
	if (memory)
		allocation_freed(memory);
	result = next_realloc(memory, size);
	count_live(result ? result : memory);
	return result;
}

EXPORT void *reallocarray(void *memory, size_t count, size_t size)
{
	size_t total;

	if (__builtin_mul_overflow(count, size, &total)) {
		errno = ENOMEM;
		return NULL;
	}
	return realloc(memory, total);
}

EXPORT int posix_memalign(void **memory, size_t alignment, size_t size)
{
	int result;

	FIND(posix_memalign);
	if (allocation_is_to_fail())
		return ENOMEM;
	result = next_posix_memalign(memory, alignment, size);
	if (result == 0)
		count_live(*memory);
	return result;
}

EXPORT void *aligned_alloc(size_t alignment, size_t size)
{
	FIND(aligned_alloc);
	return allocation_is_to_fail() ? NULL : count_live(next_aligned_alloc(alignment, size));
}
