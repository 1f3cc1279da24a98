/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * An allocator that notes who asks for memory, and lets the first allocation of a chosen call stack
 * fail. Loaded with LD_PRELOAD into each of the daemons of one test, and so into their probers, but
 * not into what they execute.
 * It is told through a file, which the test and the daemons share; see struct control. When a
 * daemon exits it notes there what it has not freed.
 */
#define _GNU_SOURCE

#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "allocator.h"
#include "call_stack.h"

#define CONTROL_ENV "LVMPOLLD_FAILING_STACK"
#define PRELOAD_ENV "LD_PRELOAD"

/* Allocations that are there at one time, for which it is known who asked. A power of two. */
#define LIVE_MAX (1u << 18)

struct live {
	uintptr_t address; /* 0: free; GONE: was taken once */
	int32_t stack;
};

#define GONE 1

/* NULL in a process that is not to be tried. */
static struct control *control;
static const char *control_path;
static char own_path[4096];

static struct live *live;
static atomic_flag live_lock = ATOMIC_FLAG_INIT;
static __thread int32_t latest_stack = CALL_STACK_NONE;
static __thread bool is_noting;

/* --- being in the daemon, and only there ----------------------------------------------------- */

static void *map(int descriptor, size_t size)
{
	int flags = descriptor < 0 ? MAP_PRIVATE | MAP_ANONYMOUS : MAP_SHARED;
	void *mapped = mmap(NULL, size, PROT_READ | PROT_WRITE, flags, descriptor, 0);

	return mapped == MAP_FAILED ? NULL : mapped;
}

/* The daemon's children are to have the environment that they would have. */
static void leave_environment(void)
{
	char *preload = getenv(PRELOAD_ENV);
	char *others = preload ? strchr(preload, ' ') : NULL;

	if (others)
		memmove(preload, others + 1, strlen(others));
	else
		unsetenv(PRELOAD_ENV);
	unsetenv(CONTROL_ENV);
}

static void on_crash(int number)
{
	control->crashed = (uint64_t)number;
	signal(number, SIG_DFL);
	raise(number);
}

static void __attribute__((constructor)) take_control(void)
{
	static const int crashes[] = {SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL};
	struct control *mapped;
	Dl_info own;
	void *frames[1];
	int descriptor;

	control_path = getenv(CONTROL_ENV);
	if (!control_path || !dladdr((void *)take_control, &own))
		return;
	strncpy(own_path, own.dli_fname, sizeof(own_path) - 1);
	descriptor = open(control_path, O_RDWR | O_CLOEXEC);
	leave_environment();
	if (descriptor < 0)
		return;
	mapped = map(descriptor, sizeof(*mapped));
	close(descriptor);
	live = map(-1, LIVE_MAX * sizeof(*live));
	if (!mapped || !live)
		return;
	/* The first call of it allocates. */
	backtrace(frames, 1);
	for (size_t i = 0; i < sizeof(crashes) / sizeof(*crashes); i++)
		signal(crashes[i], on_crash);
	mapped->processes++;
	control = mapped;
}

/* The daemon executes nothing but its successor, which is tried like itself. */
EXPORT int execve(const char *path, char *const *arguments, char *const *environment)
{
	int (*next)(const char *, char *const *, char *const *) =
		(int (*)(const char *, char *const *, char *const *))dlsym(RTLD_NEXT, "execve");
	char preload[2 * sizeof(own_path)], variable[2 * sizeof(own_path)];
	char *changed[1024] = {preload, variable};
	const char *others = getenv(PRELOAD_ENV);
	size_t count = 2;

	if (!control)
		return next(path, arguments, environment);
	snprintf(preload, sizeof(preload), PRELOAD_ENV "=%s%s%s", own_path, others ? " " : "",
		others ? others : "");
	snprintf(variable, sizeof(variable), CONTROL_ENV "=%s", control_path);
	for (; *environment && count < 1023; environment++)
		if (strncmp(*environment, PRELOAD_ENV "=", strlen(PRELOAD_ENV "=")))
			changed[count++] = *environment;
	return next(path, arguments, changed);
}

/* --- what is allocated ------------------------------------------------------------------------ */

bool allocation_is_to_fail(void)
{
	bool is_to_fail = false;

	latest_stack = CALL_STACK_NONE;
	if (!control || is_noting)
		return false;
	is_noting = true;
	latest_stack = call_stack_note(control);
	if (latest_stack != CALL_STACK_NONE && control->fail_stack != 0 &&
		control->fail_stack == control->stacks[latest_stack].identity)
		is_to_fail = atomic_exchange(&control->failed, 1) == 0;
	is_noting = false;
	if (is_to_fail)
		errno = ENOMEM;
	return is_to_fail;
}

static void lock_live(void)
{
	while (atomic_flag_test_and_set_explicit(&live_lock, memory_order_acquire))
		;
}

static void unlock_live(void)
{
	atomic_flag_clear_explicit(&live_lock, memory_order_release);
}

/* Where ADDRESS is, or else where it may go; NULL where all places are taken. */
static struct live *find_live(uintptr_t address)
{
	uint32_t start = (uint32_t)((address >> 4) * 2654435761u);
	struct live *vacant = NULL;

	for (uint32_t i = 0; i < LIVE_MAX; i++) {
		struct live *place = &live[(start + i) & (LIVE_MAX - 1)];

		if (place->address == address)
			return place;
		if (!vacant && place->address <= GONE)
			vacant = place;
		if (place->address == 0)
			break;
	}
	return vacant;
}

void allocation_made(void *memory)
{
	struct live *place;

	if (!control || latest_stack == CALL_STACK_NONE)
		return;
	lock_live();
	place = find_live((uintptr_t)memory);
	if (place)
		*place = (struct live){(uintptr_t)memory, latest_stack};
	unlock_live();
}

void allocation_freed(void *memory)
{
	struct live *place;

	if (!control)
		return;
	lock_live();
	place = find_live((uintptr_t)memory);
	if (place && place->address == (uintptr_t)memory)
		place->address = GONE;
	unlock_live();
}

static void __attribute__((destructor)) note_what_is_left(void)
{
	static uint32_t counts[STACKS_MAX];
	struct control *former = control;

	if (!former)
		return;
	control = NULL;
	for (uint32_t i = 0; i < LIVE_MAX; i++)
		if (live[i].address > GONE)
			counts[live[i].stack]++;
	for (uint32_t i = 0; i < STACKS_MAX; i++)
		if (counts[i] > former->left[i])
			former->left[i] = counts[i];
	former->ends++;
}
