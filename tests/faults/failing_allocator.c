/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * An allocator that fails when it is told to. Loaded with LD_PRELOAD, it counts what one process
 * allocates and frees, and lets chosen allocations fail. It is told through a small file, which the
 * test and the process share; see struct control. What the C library allocates for others (strdup,
 * asprintf, scandir, ...) goes through the same functions.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define EXPORT      __attribute__((visibility("default")))
#define FRAMES_MAX  24
#define CONTROL_ENV "LVMPOLLD_FAILING_ALLOCATOR"

/* The stand-in for device-mapper plays the kernel, which is not what is tried. */
#define SPARED "device_mapper.so"

/* The file that the variable names; all numbers are of 64 bits, in the machine's own order. */
struct control {
	uint64_t process;             /* whose allocations count: the first that is started */
	_Atomic uint64_t allocations; /* so far, those that failed included */
	_Atomic uint64_t live;        /* allocated and not freed */
	_Atomic uint64_t fail_from;   /* the number of the first that fails, from 1 on; 0: none */
	_Atomic uint64_t fail_count;  /* how many fail in a row */
	_Atomic uint64_t failed;      /* how many did */
	uint64_t frames[FRAMES_MAX];  /* who asked for the latest that failed */
};

/* NULL in every other process: children have this library too. */
static struct control *control;

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

static struct control *map_control(void)
{
	const char *path = getenv(CONTROL_ENV);
	int descriptor = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
	struct control *mapped;

	if (descriptor < 0)
		return NULL;
	mapped = mmap(NULL, sizeof(*mapped), PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
	close(descriptor);
	return mapped == MAP_FAILED ? NULL : mapped;
}

static void __attribute__((constructor)) take_control(void)
{
	struct control *mapped = map_control();
	void *frames[1];

	if (!mapped || mapped->process != 0)
		return;
	/* The first call of it allocates. */
	backtrace(frames, 1);
	mapped->process = (uint64_t)getpid();
	control = mapped;
}

/* The library at ADDRESS is a stand-in for something that needs no memory of the process. */
static bool is_spared(void *address)
{
	Dl_info place;
	const char *name;

	if (!address || !dladdr(address, &place) || !place.dli_fname)
		return false;
	name = strrchr(place.dli_fname, '/');
	return !strcmp(name ? name + 1 : place.dli_fname, SPARED);
}

/* Notes who asks. Returns false where that must not fail. */
static bool note_frames(void)
{
	static __thread bool is_noting;
	void *frames[FRAMES_MAX + 2] = {NULL};
	bool may_fail = !is_noting;

	if (is_noting)
		return false;
	is_noting = true;
	backtrace(frames, FRAMES_MAX + 2);
	for (int i = 0; i < FRAMES_MAX && may_fail; i++)
		may_fail = !is_spared(frames[i + 2]);
	for (int i = 0; i < FRAMES_MAX && may_fail; i++)
		control->frames[i] = (uint64_t)(uintptr_t)frames[i + 2];
	is_noting = false;
	return may_fail;
}

/* Counts one allocation. Returns true where it is to fail. */
static bool is_to_fail(void)
{
	uint64_t number, from;

	if (!control)
		return false;
	number = ++control->allocations;
	from = control->fail_from;
	if (from == 0 || number < from || number - from >= control->fail_count)
		return false;
	if (!note_frames())
		return false;
	control->failed++;
	errno = ENOMEM;
	return true;
}

static void *count_live(void *memory)
{
	if (memory && control)
		control->live++;
	return memory;
}

EXPORT void *malloc(size_t size)
{
	FIND(malloc);
	return is_to_fail() ? NULL : count_live(next_malloc(size));
}

EXPORT void *calloc(size_t count, size_t size)
{
	FIND(calloc);
	return is_to_fail() ? NULL : count_live(next_calloc(count, size));
}

EXPORT void free(void *memory)
{
	FIND(free);
	if (memory && control)
		control->live--;
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
	if (is_to_fail())
		return NULL;
	result = next_realloc(memory, size);
	return memory ? result : count_live(result);
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
	if (is_to_fail())
		return ENOMEM;
	result = next_posix_memalign(memory, alignment, size);
	if (result == 0)
		count_live(*memory);
	return result;
}

EXPORT void *aligned_alloc(size_t alignment, size_t size)
{
	FIND(aligned_alloc);
	return is_to_fail() ? NULL : count_live(next_aligned_alloc(alignment, size));
}
