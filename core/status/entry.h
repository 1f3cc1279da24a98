/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The entry of an operation: what people are told about it, as lines of a message. The keys are
 * described in lvmpolld-protocol(7); unknown values are left out.
 */
#ifndef CORE_STATUS_ENTRY_H
#define CORE_STATUS_ENTRY_H

#include <stdbool.h>
#include <stdint.h>

struct buffer;
struct log_memory;
struct operation;
struct request_result;
struct wire_message;

/*
 * Why one was forgotten: somebody has asked for that; or has, once it had failed, so that people
 * are told no more of that; or it has stepped aside for another one.
 */
#define ENTRY_FORGOTTEN_ASKED "asked"
#define ENTRY_FORGOTTEN_SEEN  "seen"
#define ENTRY_FORGOTTEN_ASIDE "aside"

/* Adds all that is known of OPERATION. When out of memory the buffer is lost. */
void entry_write(struct buffer *text, struct operation *operation);

/*
 * Adds the latest events of OPERATION: what the log said of it, from the begin on. The keys are
 * event1, event2 and so on, the oldest first; each value has the time, in seconds since 1970, a
 * blank, and a sentence.
 */
void entry_write_events(struct buffer *text, const struct operation *operation);

/* Keeps the events that MESSAGE has, written by entry_write_events, in MEMORY. */
void entry_read_events(const struct wire_message *message, struct log_memory *memory);

/*
 * Changes when the entry changes, apart from times. 0 when out of memory.
 */
uint64_t entry_checksum(struct operation *operation);

/* How an operation has ended. */
struct entry_end {
	const struct request_result *result; /* NULL: a failure without a status */
	const char *why_forgotten;           /* one of those above; NULL where it was not */
	bool is_at_risk; /* going on would lose data, or a copy was let go of that is not whole */
};

/* The entry of one that is over, with its events. */
void entry_write_ended(
	struct buffer *text, struct operation *operation, const struct entry_end *end);

#endif
