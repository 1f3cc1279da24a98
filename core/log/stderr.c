/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The log's target to standard error, whatever that is: file, terminal, pipe or socket. */
#include "config.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "log/stderr.h"
#include "log/targets.h"

/* The last write stopped in mid-line, so the next line begins with a newline. The log's lock. */
static bool line_is_open;

/*
 * Standard error is shared with the process that started the daemon: it must not be made
 * non-blocking. A socket can be told with each message not to wait; a pipe or terminal that poll
 * calls writable takes at least PIPE_BUF bytes.
 */
static ssize_t write_without_waiting(const char *data, size_t length)
{
	struct pollfd descriptor = {.fd = STDERR_FILENO, .events = POLLOUT};
	ssize_t written = send(STDERR_FILENO, data, length, MSG_DONTWAIT | MSG_NOSIGNAL);

	if (written >= 0 || errno != ENOTSOCK)
		return written;
	if (poll(&descriptor, 1, 0) <= 0 || (descriptor.revents & POLLOUT) == 0) {
		errno = EAGAIN;
		return -1;
	}
	return write(STDERR_FILENO, data, length);
}

int log_stderr_write(const struct log_line *line)
{
	char data[LOG_LINE_MAX];
	ssize_t written;
	int length = snprintf(data, sizeof(data), "%s" LOG_IDENTIFIER ": %s: %s\n",
		line_is_open ? "\n" : "", line->kind, line->text);

	if (length < 0 || (size_t)length >= sizeof(data))
		return -EMSGSIZE;
	written = write_without_waiting(data, (size_t)length);
	if (written < 0)
		return -errno;
	if (written > 0)
		line_is_open = written < length;
	return written < length ? -EAGAIN : 0;
}

bool log_stderr_is_journal(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	unsigned long long device, inode;
	struct stat status;

	if (!stream || sscanf(stream, "%llu:%llu", &device, &inode) != 2)
		return false;
	return fstat(STDERR_FILENO, &status) == 0 && status.st_dev == device &&
	       status.st_ino == inode;
}
