/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a service manager is told: readiness, a status line, and that the daemon is alive. */
#ifndef CORE_SERVICE_NOTIFY_H
#define CORE_SERVICE_NOTIFY_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Each is without effect where no service manager listens, or without libsystemd. The daemon
 * is ready to serve; reads its configuration or is upgraded; has begun to end; tells people what it
 * does; is alive, for the watchdog.
 */
void notify_ready(void);
void notify_reloading(void);
void notify_stopping(void);
void notify_status(const char *format, ...) __attribute__((format(printf, 1, 2)));
void notify_alive(void);

/* Not ready yet: a status line, and the manager waits so many seconds longer before it gives up. */
void notify_waiting(unsigned longer_s, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Whether a service manager listens. */
bool notify_is_heard(void);

/* How often notify_alive must be called, in microseconds; 0: never. */
uint64_t notify_watchdog_interval_us(void);

#endif
