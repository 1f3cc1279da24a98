/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a plugin logs while it is called: which operation its lines are about, and whether they are
 * written. Main thread, as all callbacks.
 */
#ifndef CORE_LOADER_PLUGIN_LOG_H
#define CORE_LOADER_PLUGIN_LOG_H

#include <stdbool.h>

#include "log/log.h"

/*
 * Until plugin_log_end, lines are about SUBJECT, which must stay until then; or they are dropped,
 * where IS_QUIET is true.
 */
void plugin_log_begin(const struct log_subject *subject, bool is_quiet);
void plugin_log_end(void);

/* NULL: a plugin is called about no operation. */
const struct log_subject *plugin_log_subject(void);
bool plugin_log_is_quiet(void);

#endif
