/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Preloaded into User Mode Linux on CPUs whose register state is larger than UML's buffer for it.
 *
 * UML 6.1 reads and writes the state of its processes with a buffer that ends at AVX-512.
 * With AMX the host's state is longer; reading then gives what fits, but writing less than the
 * whole is refused with EFAULT. So what UML writes is laid over the whole state, and that is
 * written.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <elf.h>
#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/types.h>
#include <sys/uio.h>

typedef long (*ptrace_function)(int request, pid_t pid, void *address, void *data);

/* The CPU's manual gives no upper limit; today's largest state is 11 KiB. */
static unsigned char whole_state[64 * 1024] __attribute__((aligned(64)));

static long set_whole_state(
	ptrace_function real, pid_t pid, void *address, const struct iovec *part)
{
	struct iovec whole = {.iov_base = whole_state, .iov_len = sizeof(whole_state)};

	if (real(PTRACE_GETREGSET, pid, address, &whole) < 0)
		return -1;
	memcpy(whole_state, part->iov_base,
		part->iov_len < whole.iov_len ? part->iov_len : whole.iov_len);
	return real(PTRACE_SETREGSET, pid, address, &whole);
}

/* UML calls this from one thread only. */
__attribute__((visibility("default"))) long ptrace(enum __ptrace_request request, ...)
{
	static ptrace_function real;
	va_list arguments;
	pid_t pid;
	void *address;
	void *data;

	va_start(arguments, request);
	pid = va_arg(arguments, pid_t);
	address = va_arg(arguments, void *);
	data = va_arg(arguments, void *);
	va_end(arguments);

	if (!real)
		real = (ptrace_function)dlsym(RTLD_NEXT, "ptrace");
	if (request == PTRACE_SETREGSET && (uintptr_t)address == NT_X86_XSTATE)
		return set_whole_state(real, pid, address, data);
	return real(request, pid, address, data);
}
