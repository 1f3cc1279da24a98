/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Translates an observation into one event of an operation's life; classify_ends.h does it for what
 * lvm2 says. These are pure functions: they change nothing, and call nothing but the plugin.
 */
#ifndef CORE_LIFECYCLE_CLASSIFY_H
#define CORE_LIFECYCLE_CLASSIFY_H

#include <stdbool.h>
#include <stdint.h>

#include "lifecycle/table.h"
#include "operation/operation.h"

/* The event that OBSERVATION is for OPERATION in its present state, at NOW_MS by boot_clock_ms. */
enum operation_event classify_look(
	const struct operation *operation, const struct observation *observation, int64_t now_ms);

/* Likewise for a device that is not watched: whether OPERATION may have a command run. */
enum operation_event classify_unwatched(const struct operation *operation, int64_t now_ms);

/* Why the copies that OBSERVATION shows are to be compared before a step; DOUBT_NONE: they are not.
 */
enum doubt classify_doubt(const struct operation *operation, const struct observation *observation);

/*
 * Why an operation of PLUGIN, whose copies are compared before a step where there is a doubt, would
 * be in doubt if all of them had come to their end: by what EVIDENCE has of it, and by LOG.
 * DOUBT_NONE: it would not, or by the configuration none is compared.
 */
enum doubt classify_copy_doubt(const struct plugin_entry *plugin, const struct evidence *evidence,
	const struct kernel_log_state *log);

/*
 * Whether data may not be copied that a step of OPERATION might let go of, by the kernel's log in
 * OBSERVATION alone, or by the configuration: then it needs a proof by what the kernel shows.
 */
bool classify_is_doubtful(const struct operation *operation, const struct observation *observation);

/* Data is copied in the table that OBSERVATION shows, or all of it was. */
bool classify_is_copied(const struct observation *observation);

/*
 * By OBSERVATION, somebody else has let go of data of whose copy the kernel's log tells a failure:
 * what is looked at is not the same data as before, and no step that was proved has led to it.
 */
bool classify_is_let_go(const struct operation *operation, const struct observation *observation);

/*
 * OPERATION is over, as lvm2 or its command says. Why it is not proved that the last of its data
 * was copied, by LOG: DOUBT_FAILURE where somebody else's step has let go of data whose copy has
 * failed.
 */
enum doubt classify_end_doubt(
	const struct operation *operation, const struct kernel_log_state *log);

/* Whether the device of OPERATION shows, by the latest look, that data is copied. */
bool classify_shows_copying(const struct operation *operation);

/* How far OPERATION is, to be compared with another time. */
uint64_t classify_position(const struct operation *operation);

/*
 * Whether the lines of the table are those before the latest attempt of an operation with phases:
 * then another phase alone does not tell that it gets on.
 */
bool classify_is_phase_alone(
	const struct operation *operation, const struct observation *observation);

/* The device's table differs from what the latest command began with. */
bool classify_is_changed(const struct operation *operation, const struct observation *observation);

/* The device's names differ from those that the latest command was given. */
bool classify_is_renamed(
	const struct operation *operation, const char *vg_name, const char *lv_name);

#endif
