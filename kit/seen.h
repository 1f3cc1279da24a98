/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the module answered, and what was logged: noted where the daemon's code calls it. */
#ifndef KIT_SEEN_H
#define KIT_SEEN_H

#include <stdbool.h>

#include <lvmpolld/plugin.h>

#include "loader/findings.h"

/* The latest answers; those of the operation, where its abort is looked at, too. */
struct seen {
	bool has_verdict;
	enum lvmpolld_verdict verdict;
	struct lvmpolld_progress progress; /* as the table or a line told it last */
	char findings[FINDINGS_TEXT_SIZE];
	const char *end; /* the state in which the latest operation ended; or NULL */
	/* Since the step began: */
	bool has_outcome;
	enum lvmpolld_outcome outcome;
	bool has_standing;
	enum lvmpolld_standing standing;
	char *log; /* lines, each with its newline; or NULL */
};

extern struct seen seen;

/* Forgets what was seen in the step before. */
void seen_begin_step(void);
/* Forgets all, and frees the log. */
void seen_clear(void);

/* Lines of the daemon's log are also written to standard error, from now on. */
void seen_show_log(void);

#endif
