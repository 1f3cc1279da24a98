/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a service manager is told: readiness, a status line, and that the daemon is alive. */
#include "config.h"

#include "service/notify.h"

#ifdef HAVE_LIBSYSTEMD

#include <dlfcn.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <systemd/sd-daemon.h>
#include <time.h>
#include <unistd.h>

#include "log/log.h"

#define LIBRARY "libsystemd.so.0"

/*
 * Tells packagers' tools that the library is wanted, which they cannot see otherwise: a note in the
 * format of "dlopen metadata for ELF files", https://systemd.io/ELF_DLOPEN_METADATA. In assembler,
 * since a sanitizer would put its own bytes behind a variable.
 */
#define NOTE                                                                                       \
	"[{\\\"soname\\\":[\\\"" LIBRARY "\\\"],\\\"feature\\\":\\\"systemd\\\","                  \
	"\\\"description\\\":\\\"Readiness, status and "                                           \
	"watchdog\\\",\\\"priority\\\":\\\"recommended\\\"}]"

__asm__(".pushsection .note.dlopen, \"a\", %note\n"
	".balign 4\n"
	".long 4, 2f - 1f, 0x407c0c0a\n" /* lengths of the owner's name and of the text, type */
	".asciz \"FDO\"\n"
	"1: .asciz \"" NOTE "\"\n"
	"2: .balign 4\n"
	".popsection\n");

/*
 * The library and the ones that it needs are as many as all the others together: they are loaded
 * only where a manager wants to be told something.
 */
static __typeof__(sd_notify) *library_notify;
static __typeof__(sd_watchdog_enabled) *library_watchdog_enabled;

static bool load_library(void)
{
	static bool is_tried;
	void *library;

	if (is_tried || (!getenv("NOTIFY_SOCKET") && !getenv("WATCHDOG_USEC")))
		return library_notify;
	is_tried = true;
	library = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);
	if (library) {
		library_watchdog_enabled =
			(__typeof__(library_watchdog_enabled))dlsym(library, "sd_watchdog_enabled");
		library_notify = (__typeof__(library_notify))dlsym(library, "sd_notify");
	}
	if (!library_notify || !library_watchdog_enabled) {
		log_error("the service manager is told nothing: %s", dlerror());
		library_notify = NULL;
	}
	return library_notify;
}

/*
 * The variable NOTIFY_SOCKET stays: each of the calls needs it. What the calls return is ignored:
 * the daemon polls without a service manager, too.
 */
static void tell(const char *state)
{
	if (load_library())
		(void)library_notify(0, state);
}

/* The address of the manager. Returns its length, or 0 where it is of a kind that is not known. */
static socklen_t find_manager(struct sockaddr_un *address)
{
	const char *path = getenv("NOTIFY_SOCKET");
	size_t length = path ? strlen(path) : 0;

	*address = (struct sockaddr_un){.sun_family = AF_UNIX};
	if (length < 2 || length >= sizeof(address->sun_path) || !strchr("/@", path[0]))
		return 0;
	memcpy(address->sun_path, path, length);
	if (path[0] == '@')
		address->sun_path[0] = '\0';
	return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length);
}

/*
 * What may get lost: more of the kind follows. The library waits for a manager that has much to
 * read; one that hangs on the very volume whose operation is to be finished would never come back.
 */
static void tell_without_waiting(const char *state)
{
	struct sockaddr_un address;
	socklen_t length = find_manager(&address);
	int descriptor;

	if (length == 0) {
		tell(state);
		return;
	}
	descriptor = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (descriptor < 0)
		return;
	(void)sendto(descriptor, state, strlen(state), MSG_NOSIGNAL,
		(const struct sockaddr *)&address, length);
	close(descriptor);
}

void notify_ready(void)
{
	tell("READY=1");
}

void notify_reloading(void)
{
	struct timespec now;
	char text[64];

	/* With the time of Type=notify-reload, which tells this reload from an earlier one. */
	clock_gettime(CLOCK_MONOTONIC, &now);
	snprintf(text, sizeof(text), "RELOADING=1\nMONOTONIC_USEC=%llu",
		(unsigned long long)now.tv_sec * 1000000 + (unsigned long long)now.tv_nsec / 1000);
	tell(text);
}

void notify_stopping(void)
{
	tell_without_waiting("STOPPING=1");
}

void notify_status(const char *format, ...)
{
	char text[256] = "STATUS=";
	size_t length = sizeof("STATUS=") - 1;
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text + length, sizeof(text) - length, format, arguments);
	va_end(arguments);
	tell_without_waiting(text);
}

void notify_alive(void)
{
	tell_without_waiting("WATCHDOG=1");
}

void notify_waiting(unsigned longer_s, const char *format, ...)
{
	char text[320];
	int length = snprintf(text, sizeof(text),
		"EXTEND_TIMEOUT_USEC=%llu\nSTATUS=", (unsigned long long)longer_s * 1000000);
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text + length, sizeof(text) - (size_t)length, format, arguments);
	va_end(arguments);
	tell_without_waiting(text);
}

bool notify_is_heard(void)
{
	return getenv("NOTIFY_SOCKET") && load_library();
}

uint64_t notify_watchdog_interval_us(void)
{
	uint64_t interval_us = 0;

	if (!load_library() || library_watchdog_enabled(0, &interval_us) <= 0)
		return 0;
	return interval_us;
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

void notify_waiting(unsigned longer_s, const char *format, ...)
{
	(void)longer_s;
	(void)format;
}

bool notify_is_heard(void)
{
	return false;
}

uint64_t notify_watchdog_interval_us(void)
{
	return 0;
}

#endif
