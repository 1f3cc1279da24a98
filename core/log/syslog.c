/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The log's target to syslog. It writes the datagrams by itself: syslog(3) waits as long as the
 * receiver does, which may hang on the very volume whose operation is to be finished.
 */
#include "config.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "log/socket.h"
#include "log/syslog.h"
#include "log/targets.h"

#define JOURNAL_SYSLOG_PATH "/run/systemd/journal/dev-log"

const char *log_syslog_path = _PATH_LOG;

static struct log_socket syslog_socket = {.descriptor = -1};

/* "<30>Jan  2 03:04:05 lvmpolld[123]: " as syslog(3) writes it, in local time. */
static int write_header(char *header, size_t size, int priority)
{
	char timestamp[32] = "";
	time_t now = time(NULL);
	struct tm local;
	int length;

	if (localtime_r(&now, &local))
		strftime(timestamp, sizeof(timestamp), "%b %e %H:%M:%S ", &local);
	length = snprintf(header, size, "<%d>%s" LOG_IDENTIFIER "[%d]: ", LOG_DAEMON | priority,
		timestamp, (int)getpid());
	return length < 0 || (size_t)length >= size ? -EMSGSIZE : length;
}

int log_syslog_write(const struct log_line *line)
{
	char header[128];
	int header_length = write_header(header, sizeof(header), line->priority);
	struct iovec parts[] = {
		{.iov_base = header, .iov_len = (size_t)header_length},
		{.iov_base = (char *)line->text, .iov_len = strlen(line->text)},
	};

	if (header_length < 0)
		return header_length;
	return log_socket_send(&syslog_socket, log_syslog_path, parts, 2);
}

void log_syslog_close(void)
{
	log_socket_close(&syslog_socket);
}

bool log_syslog_is_there(void)
{
	return log_socket_is_there(log_syslog_path);
}

bool log_syslog_is_journal(void)
{
	char target[PATH_MAX];

	return realpath(log_syslog_path, target) && strcmp(target, JOURNAL_SYSLOG_PATH) == 0;
}
