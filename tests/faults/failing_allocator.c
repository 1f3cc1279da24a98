/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * An allocator that fails when it is told to. Loaded with LD_PRELOAD, it counts what one process
 * allocates and frees, and lets chosen allocations fail. It is told through a small file, which the
 * test and the process share; see struct control.
 */
#define _GNU_SOURCE

#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "allocator.h"

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

/* What a forked process has of the daemon's, and what it allocates, goes with it. */
static bool is_forked;

static void note_fork(void)
{
	is_forked = true;
}

static void __attribute__((constructor)) take_control(void)
{
	struct control *mapped = map_control();
	void *frames[1];

	if (!mapped || mapped->process != 0)
		return;
	/* The first call of it allocates. */
	backtrace(frames, 1);
	pthread_atfork(NULL, NULL, note_fork);
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

bool allocation_is_to_fail(void)
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

void allocation_made(void *memory)
{
	(void)memory;
	if (control && !is_forked)
		control->live++;
}

void allocation_freed(void *memory)
{
	(void)memory;
	if (control && !is_forked)
		control->live--;
}
