/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a service manager is told: readiness, a status line, and that we live. */
#ifndef CORE_NOTIFY_H
#define CORE_NOTIFY_H

#include <stdint.h>

/* Each is without effect where no manager listens, or where libsystemd was not built in. */
void notify_ready(void);
void notify_reloading(void);
void notify_stopping(void);
void notify_status(const char *format, ...) __attribute__((format(printf, 1, 2)));
void notify_alive(void);

/* Microseconds within which notify_alive must be called again and again; 0 where nobody watches. */
uint64_t notify_watchdog_interval_us(void);

#endif
