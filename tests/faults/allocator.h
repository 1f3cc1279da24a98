/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What an allocator that fails is made of: allocator.c calls the library that it is linked into. */
#ifndef TESTS_FAULTS_ALLOCATOR_H
#define TESTS_FAULTS_ALLOCATOR_H

#include <stdbool.h>

#define EXPORT __attribute__((visibility("default")))

/* Asked before each allocation, in its thread. Where it is true errno must be ENOMEM. */
bool allocation_is_to_fail(void);

/* MEMORY was allocated in this thread, where allocation_is_to_fail() has just been false. */
void allocation_made(void *memory);

/* MEMORY is about to be freed. */
void allocation_freed(void *memory);

#endif
