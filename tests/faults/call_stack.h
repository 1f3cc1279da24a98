/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Call stacks that are the same in every process of a program, and the file in which they are
 * noted. */
#ifndef TESTS_FAULTS_CALL_STACK_H
#define TESTS_FAULTS_CALL_STACK_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#define STACKS_MAX  8192 /* a power of two */
#define FRAMES_MAX  40
#define MODULES_MAX 64

#define CALL_STACK_NONE (-1)

struct call_stack {
	_Atomic uint64_t identity; /* a checksum; 0: none here */
	/* The innermost is the first: the number of its module in the highest 16 bits, and behind
	 * them where in the module the call returns to. 0 where there are no more. */
	uint64_t frames[FRAMES_MAX];
};

/* The file that the variable names; all numbers in the machine's own order. */
struct control {
	_Atomic uint64_t fail_stack; /* the identity of that whose first allocation fails, or 0 */
	_Atomic uint64_t failed;     /* whether it did, in any of the processes */
	_Atomic uint64_t processes;  /* how many there were */
	_Atomic uint64_t ends;       /* how many of them came to an end of their own */
	_Atomic uint64_t crashed;    /* the signal of which one died, or 0 */
	_Atomic uint64_t lost;       /* allocations whose stack there was no room for */
	char modules[MODULES_MAX][256];
	/* How many allocations of each stack there were at the end of the process that left most.
	 */
	uint32_t left[STACKS_MAX];
	struct call_stack stacks[STACKS_MAX];
};

/*
 * Notes the call stack, less the library's own part of it. Returns the index of it; CALL_STACK_NONE
 * where it is not to fail: what a stand-in allocates, and where there is no room. May allocate.
 */
int32_t call_stack_note(struct control *control);

#endif
