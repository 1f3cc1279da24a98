/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a plugin logs while it is called. */
#include "config.h"

#include <stddef.h>

#include "loader/plugin_log.h"

/* About what a plugin is called now. */
static struct {
	const struct log_subject *subject;
	bool is_quiet;
} called;

void plugin_log_begin(const struct log_subject *subject, bool is_quiet)
{
	called.subject = subject;
	called.is_quiet = is_quiet;
}

void plugin_log_end(void)
{
	plugin_log_begin(NULL, false);
}

const struct log_subject *plugin_log_subject(void)
{
	return called.subject;
}

bool plugin_log_is_quiet(void)
{
	return called.is_quiet;
}
