/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What is known of the data that is copied before the next step: whether it is proved that all of
 * it was copied, or there is a doubt. Pure; a part of an operation.
 */
#ifndef CORE_OPERATION_EVIDENCE_H
#define CORE_OPERATION_EVIDENCE_H

#include <stdbool.h>
#include <stdint.h>

#include "kernel_log/kernel_log.h"

/* All zero: as long as nothing is known the kernel's log must be whole from the boot on. */
struct evidence {
	uint64_t log_from;      /* the kernel's log may tell of it from this record on */
	bool is_begun_in_doubt; /* a failure before that may be its own, or left out */
	uint64_t compared;      /* the signature of copies that were equal, at log_from; or 0 */
	unsigned vain;          /* how many comparisons before that one were worthless, in a row */
	uint64_t table_before;  /* the table from which the step began that was proved last; or 0 */
	uint64_t to_sectors;  /* of the operation, up to which that step has let go of data; or 0 */
	bool is_complete;     /* it has let go of the last of the data */
	bool is_step_unknown; /* whether that step was made */
	uint64_t table; /* a later one, in which data is copied: what the rest is about; or 0 */
	bool is_missed; /* somebody else has let go of data of which nobody has proved the copy */
	/* The kernel's log when the device was first seen gone; not read: the device is there. */
	struct kernel_log_state gone;
	bool is_unwatched; /* no daemon ran for a while since then */
};

/* A step that is proved. */
struct evidence_step {
	uint64_t table;       /* the signature of the table from which it begins */
	uint64_t to_sectors;  /* of the operation, up to which it lets go of data; 0: not known */
	bool is_complete;     /* nothing is left to copy after it */
	bool is_kernel_known; /* the kernel's lines about failures are */
};

#define DOUBTS(X)                                                                                  \
	X(NONE, "there is no doubt")                                                               \
	X(UNKNOWN_KERNEL, "this kernel's lines about failed copies are not known")                 \
	X(LOG_UNREAD, "the kernel's log cannot be read")                                           \
	X(LOG_BROKEN, "the kernel's log does not go back to its beginning")                        \
	X(LOG_LIMITED, "the kernel's log tells of a failure before it began, or may lack lines "   \
		       "from then")                                                                \
	X(FAILURE, "the kernel's log tells of a failure")                                          \
	X(UNTOLD, "the kernel's log tells of a failure, and nobody knows which data was copied "   \
		  "then")                                                                          \
	X(MISSED, "a command that is not the daemon's, or that polls by itself, has made a step "  \
		  "which nobody has proved")                                                       \
	X(ALWAYS, "the configuration says so")

#define DOUBT_WORD(word, ...) DOUBT_##word,
enum doubt { DOUBTS(DOUBT_WORD) DOUBT_COUNT };
#undef DOUBT_WORD

/* One sentence, why there is a doubt about a copy. */
const char *doubt_sentence(enum doubt doubt);

/*
 * STEP begins, which is proved: other data may be copied from now on, NOW_MS by running_clock_ms.
 * LOG is what was known last.
 */
void evidence_begin(struct evidence *evidence, const struct kernel_log_state *log, int64_t now_ms,
	const struct evidence_step *step);

/*
 * Nobody knows when the data began to be copied, but that lvm2 asked for it at ASKED_MS, by
 * running_clock_ms: a failure that is in LOG from long before that leaves a doubt, and is none of
 * it.
 */
void evidence_bound(
	struct evidence *evidence, const struct kernel_log_state *log, int64_t asked_ms);

/*
 * TABLE has what is copied. IS_ANEW: not all of it is, or the device was gone meanwhile, or nothing
 * runs that makes a step. So where a step from TABLE was proved, it was not made, and nothing is
 * proved of what is let go of later; a step of our own is, from log_from on.
 * IS_KERNEL_KNOWN: its lines about failures are. Returns true where that was not known.
 */
bool evidence_note_table(struct evidence *evidence, const struct kernel_log_state *log,
	uint64_t table, bool is_anew, bool is_kernel_known);

/*
 * The device is gone, by a look after which LOG was read; or it is there. What the kernel writes
 * after the first is not about its data. Returns true where that was not known.
 */
bool evidence_note_gone(struct evidence *evidence, const struct kernel_log_state *log);
bool evidence_note_there(struct evidence *evidence);

/*
 * No daemon ran for a while, and before that, unless HAS_COMMAND, no lvpoll: it may have ended
 * without the step that was proved last, and others may have made that.
 */
void evidence_note_unwatched(struct evidence *evidence, bool has_command);

/* Its lvpoll has ended, or was never started, while no daemon ran: likewise. */
void evidence_note_unseen_end(struct evidence *evidence);

/* Of LOG, and what it was when the device was first seen gone, that which may tell of its data. */
const struct kernel_log_state *evidence_end_log(
	const struct evidence *evidence, const struct kernel_log_state *log);

/*
 * Whether a step that nobody has proved has let go of data of whose copy LOG tells a failure: TABLE
 * is another one than that in which it was copied. 0, a table that is wiped, shows no step.
 */
bool evidence_is_let_go(
	const struct evidence *evidence, const struct kernel_log_state *log, uint64_t table);

/*
 * Likewise, where all is over, and the step that was proved last was not the last: DOUBT_FAILURE.
 * Another doubt: whether all of the data was copied cannot be known any more. Where nobody has seen
 * it being copied, as where all was over before it was asked for, it is not known either whose step
 * was the last: a failure is DOUBT_UNTOLD then.
 */
enum doubt evidence_end_doubt(
	const struct evidence *evidence, const struct kernel_log_state *log, bool is_kernel_known);

/*
 * An abort begins, which lets go of nothing, or steps need no proof: whatever the table is
 * afterwards, and if all is over, was led to by no step that would have to be proved.
 */
void evidence_forget_tables(struct evidence *evidence);

/*
 * What is known where lvm2 has not asked as soon as the kernel copied: how data was copied so far
 * nobody knows, so that the copies are compared before a step.
 */
struct evidence evidence_unasked(void);

/*
 * From where on the next daemon has to read the kernel's log: as far as LOG was read whole, and has
 * told nothing, that need not be in it any more.
 */
uint64_t evidence_unchecked_from(
	const struct evidence *evidence, const struct kernel_log_state *log);

/*
 * It began before it was asked for this time: a failure from long before that may be its own
 * (evidence_bound).
 */
void evidence_note_earlier(struct evidence *evidence);

/*
 * Likewise, and what a daemon knew of it is lost: the copies are compared before a step, and where
 * the kernel's log tells of a failure somebody may have let go of data by then. Nothing changes
 * where a look has shown by now how it stands.
 */
void evidence_note_lost(struct evidence *evidence);

/*
 * A step was proved, or a failure bounded, and nothing is known of tables, as on the record of an
 * earlier version: a step that runs may be the one that was proved.
 */
bool evidence_lacks_tables(const struct evidence *evidence);

/*
 * The copies with SIGNATURE were equal, which begin at FROM_SECTORS of the operation (0: not
 * known). LOG is what was known before they were compared. IS_KERNEL_KNOWN: its lines about
 * failures are.
 */
void evidence_note_equal(struct evidence *evidence, const struct kernel_log_state *log,
	uint64_t signature, uint64_t from_sectors, bool is_kernel_known);

/*
 * The copies with SIGNATURE are to be compared again, since the log has told of a failure
 * meanwhile. Returns true where that was so three times in a row: to go on like that may have no
 * end. Then they are counted anew.
 */
bool evidence_take_vain(struct evidence *evidence, uint64_t signature);

/*
 * Whether all was copied, by LOG, which was read after the kernel had said so. IS_KERNEL_KNOWN: its
 * lines about failures are. SIGNATURE is that of the copies.
 */
enum doubt evidence_doubt(const struct evidence *evidence, const struct kernel_log_state *log,
	bool is_kernel_known, uint64_t signature);

#endif
