/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* libdevmapper's own messages, written through the log. */
#include "config.h"

#include <errno.h>

#include <libdevmapper.h>

#include "log/libdevmapper.h"
#include "log/log.h"

/*
 * All at level debug: libdevmapper complains whenever a client sends invalid text, and whenever a
 * volume that it is asked for is gone. Both are everyday matters. Its callers log what is wrong,
 * with the volume.
 */
static void __attribute__((format(printf, 5, 6)))
write_libdevmapper(int level, const char *file, int line, int code, const char *format, ...)
{
	va_list arguments;
	int saved_errno = errno;

	(void)level;
	(void)file;
	(void)line;
	(void)code;
	va_start(arguments, format);
	log_write_arguments(LOG_LEVEL_DEBUG, NULL, format, arguments);
	va_end(arguments);
	errno = saved_errno;
}

void log_adopt_libdevmapper(void)
{
	dm_log_with_errno_init(write_libdevmapper);
}
