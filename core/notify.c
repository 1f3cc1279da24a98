/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a service manager is told: readiness, a status line, and that we live. */
#include "config.h"

#include "notify.h"

#ifdef HAVE_LIBSYSTEMD

#include <stdarg.h>
#include <stdio.h>
#include <systemd/sd-daemon.h>
#include <time.h>

/*
 * The variable NOTIFY_SOCKET stays: each of the calls needs it. That nothing is listening, or that
 * it does not listen well, is no reason to stop polling: what the calls return is left alone.
 */
static void tell(const char *state)
{
	(void)sd_notify(0, state);
}

void notify_ready(void)
{
	tell("READY=1");
}

void notify_reloading(void)
{
	struct timespec now;

	/* With the time of Type=notify-reload, which tells this reload from an earlier one. */
	clock_gettime(CLOCK_MONOTONIC, &now);
	(void)sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%llu",
		(unsigned long long)now.tv_sec * 1000000 + (unsigned long long)now.tv_nsec / 1000);
}

void notify_stopping(void)
{
	tell("STOPPING=1");
}

void notify_status(const char *format, ...)
{
	char text[256] = "STATUS=";
	size_t length = sizeof("STATUS=") - 1;
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text + length, sizeof(text) - length, format, arguments);
	va_end(arguments);
	tell(text);
}

void notify_alive(void)
{
	tell("WATCHDOG=1");
}

uint64_t notify_watchdog_interval_us(void)
{
	uint64_t interval_us = 0;

	return sd_watchdog_enabled(0, &interval_us) > 0 ? interval_us : 0;
}

#else

void notify_ready(void)
{
}

void notify_reloading(void)
{
}

void notify_stopping(void)
{
}

void notify_status(const char *format, ...)
{
	(void)format;
}

void notify_alive(void)
{
}

uint64_t notify_watchdog_interval_us(void)
{
	return 0;
}

#endif
