/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the daemon and its prober tell each other: questions lie in memory that both have, answers
 * are sent, and each begins with its size. Both are the same program, so numbers are sent as they
 * lie in memory.
 */
#ifndef CORE_MONITOR_PROBE_MESSAGE_H
#define CORE_MONITOR_PROBE_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "loader/check.h"
#include "monitor/device_mapper.h"
#include "protocol/lvid.h"
#include "util/buffer.h"
#include "util/error.h"

struct survey;

enum probe_kind {
	PROBE_NOTHING,
	PROBE_LIST,   /* arm the descriptor, then list the devices with their events */
	PROBE_SURVEY, /* read the tables of all devices of lvm2's */
	PROBE_TABLE   /* read the table of a device */
};

/* What is asked at once, so that many devices cost no more wake-ups than one. */
#define PROBE_QUESTIONS_MAX 256

struct probe_question {
	enum probe_kind kind;
	bool has_layer;
	bool wants_lines;  /* of the table, as "dmsetup table" shows them, too */
	bool wants_status; /* in a survey, of each device */
	char lvid[LVID_UUID_SIZE];
	char layer[LVID_UUID_SIZE];
	/* Of a table: which volumes below are read, too; ended by "", if it is not full. */
	char below[PLUGIN_BELOW_MAX][PLUGIN_BELOW_SIZE];
};

/* Returns 0, or -E2BIG where a UUID has no room for LVID or LAYER, which may be NULL. */
int probe_question_table(
	struct probe_question *question, const char *lvid, const char *layer, bool wants_lines);
/* Adds to QUESTION what a plugin has as its below, checked; or NULL: nothing. */
void probe_question_add_below(struct probe_question *question, const char *const *below);
/* Which patterns it has, ended by NULL; they are QUESTION's. Returns their number. */
size_t probe_question_below(
	const struct probe_question *question, const char *patterns[PLUGIN_BELOW_MAX + 1]);

/*
 * An answer as it is sent: ADD_... puts it behind what is in the buffer. A buffer that is lost
 * holds none. RESULT is 0 or a negative errno; EVENTS count only with 0, TABLE and LINES only with
 * DEVICE_MAPPER_SEEN. LINES is NULL where they were not asked for, or could not be read.
 */
void probe_answer_add_list(
	struct buffer *text, int result, const struct device_mapper_events *events);
void probe_answer_add_table(struct buffer *text, enum device_mapper_answer answer,
	const struct device_mapper_table *table, const struct device_mapper_table *lines,
	const struct lvmpolld_error *error);

/* SURVEY is NULL where there is none. */
void probe_answer_add_survey(struct buffer *text, const struct survey *survey);

/* How long the answer is that begins at BYTES; 0 where the first LENGTH bytes do not tell yet. */
size_t probe_answer_size(const char *bytes, size_t length);

/*
 * Reads an answer of SIZE bytes. Returns what was added: for a list 0 or a negative errno, with
 * events to be freed; for a table both tables are to be released, and HAS_LINES tells whether the
 * second is there. What cannot be read (-EBADMSG, -ENOMEM) is an answer that is none.
 */
int probe_answer_read_list(const char *bytes, size_t size, struct device_mapper_events *events);
/* Likewise; NULL where there is none. To be freed with survey_free. */
struct survey *probe_answer_read_survey(const char *bytes, size_t size);
enum device_mapper_answer probe_answer_read_table(const char *bytes, size_t size,
	struct device_mapper_table *table, struct device_mapper_table *lines, bool *has_lines,
	struct lvmpolld_error *error);

#endif
