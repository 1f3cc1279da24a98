/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* libdevmapper's own messages. */
#ifndef CORE_LOG_LIBDEVMAPPER_H
#define CORE_LOG_LIBDEVMAPPER_H

/*
 * Lets libdevmapper write its messages through this log. Called once, at the start. They have
 * level debug: what matters of them is logged by the caller, which knows the volume.
 */
void log_adopt_libdevmapper(void);

#endif
