/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The entry of an operation: what people are told about it, as lines of a message. The keys are
 * described in lvmpolld-protocol(7); unknown values are left out. Main thread.
 */
#ifndef CORE_STATUS_ENTRY_H
#define CORE_STATUS_ENTRY_H

#include <stdint.h>

struct buffer;
struct operation;
struct request_result;

/* Adds all that is known of OPERATION. When out of memory the buffer is lost. */
void entry_write(struct buffer *text, struct operation *operation);

/*
 * Changes when the entry changes, apart from times. 0 when out of memory.
 */
uint64_t entry_checksum(struct operation *operation);

/*
 * The entry of one that is over: how it ended is told by RESULT, or is a failure without a status
 * where that is NULL.
 */
void entry_write_ended(
	struct buffer *text, struct operation *operation, const struct request_result *result);

#endif
