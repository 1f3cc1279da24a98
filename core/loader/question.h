/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What an lvm command asks, and whether its plugin has said that yes is harmless. */
#ifndef CORE_LOADER_QUESTION_H
#define CORE_LOADER_QUESTION_H

#include <stdbool.h>
#include <stddef.h>

#include <lvmpolld/plugin.h>

/* What is written to a command that is told yes. */
#define QUESTION_YES "y\n"

/* A question, without what stands behind it; part of the text that it was found in. */
struct asked {
	const char *text;
	size_t length;
};

/*
 * Finds the question that TEXT ends with, a line that is not complete. One that was answered before
 * may stand in the same line. Returns false where there is none.
 */
bool question_read(const char *text, struct asked *asked);

/*
 * That of QUESTIONS, as struct lvmpolld_plugin has them, which COMMAND has ASKED in PHASE; or NULL.
 */
const struct lvmpolld_question *question_find(const struct lvmpolld_question *questions,
	const char *command, unsigned phase, const struct asked *asked);

/* Whether enough of TEXT, a pattern, stands for itself. */
bool question_is_specific(const char *text);

#endif
