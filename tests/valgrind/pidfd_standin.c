/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Preloaded into a daemon under a valgrind that does not know descriptors of processes (its version
 * 3.19, for one): the two system calls that it would refuse are made on the real CPU, behind its
 * back.
 *
 * So the descriptors are real ones: when they become readable, what waitid(P_PIDFD) answers, and
 * whom a signal reaches, is the kernel's doing as ever. What is lost is only what valgrind would
 * check of the two calls, to which the daemon passes no memory.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdarg.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <valgrind/valgrind.h>

#define PUBLIC __attribute__((visibility("default")))

#define ARGUMENTS 6

struct call {
	long number;
	long arguments[ARGUMENTS];
};

#if defined(__x86_64__)
static long enter_kernel(const struct call *call)
{
	register long fourth __asm__("r10") = call->arguments[3];
	long result;

	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "a"(call->number), "D"(call->arguments[0]), "S"(call->arguments[1]),
			 "d"(call->arguments[2]), "r"(fourth)
			 : "rcx", "r11", "memory");
	return result;
}
#elif defined(__aarch64__)
static long enter_kernel(const struct call *call)
{
	register long number __asm__("x8") = call->number;
	register long first __asm__("x0") = call->arguments[0];
	register long second __asm__("x1") = call->arguments[1];
	register long third __asm__("x2") = call->arguments[2];
	register long fourth __asm__("x3") = call->arguments[3];

	__asm__ volatile("svc 0"
			 : "+r"(first)
			 : "r"(number), "r"(second), "r"(third), "r"(fourth)
			 : "memory");
	return first;
}
#else
#error "how to make a system call on this processor is not known here"
#endif

/* Valgrind calls it so; nothing of the C library may be used in it. */
static unsigned long call_natively(unsigned long thread, unsigned long call)
{
	(void)thread;
	return (unsigned long)enter_kernel((const struct call *)call);
}

static long call_behind_valgrind(const struct call *call)
{
	long result = (long)VALGRIND_NON_SIMD_CALL1(call_natively, call);

	if (result >= 0)
		return result;
	errno = (int)-result;
	return -1;
}

PUBLIC long syscall(long number, ...)
{
	long (*next)(long, ...) = (long (*)(long, ...))dlsym(RTLD_NEXT, "syscall");
	struct call call = {.number = number};
	const long *values = call.arguments;
	va_list arguments;

	va_start(arguments, number);
	for (int i = 0; i < ARGUMENTS; i++)
		call.arguments[i] = va_arg(arguments, long);
	va_end(arguments);
	if (number == SYS_pidfd_open || number == SYS_pidfd_send_signal)
		return call_behind_valgrind(&call);
	return next(number, values[0], values[1], values[2], values[3], values[4], values[5]);
}
