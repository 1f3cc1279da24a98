/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which processes wait for a lock of a file. */
#include "config.h"

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "util/boot.h"
#include "util/file_locks.h"

#define FRESH_MS 500
/* Of more nobody is told. */
#define WAITING_MAX 64
/* Far longer than any line. */
#define LINE_SIZE 256

/*
 * The process that LINE says waits, as "7: -> FLOCK  ADVISORY  WRITE 4711 00:1a:123 0 EOF"; 0: it
 * says of none.
 */
static pid_t read_line(const char *line)
{
	const char *arrow = strstr(line, "->");
	int pid;

	if (!arrow || sscanf(arrow, "-> %*s %*s %*s %d", &pid) != 1 || pid <= 0)
		return 0;
	return pid;
}

static size_t read_waiting(pid_t waiting[WAITING_MAX])
{
	FILE *stream = fopen("/proc/locks", "re");
	char line[LINE_SIZE];
	size_t count = 0;

	while (stream && count < WAITING_MAX && fgets(line, sizeof(line), stream)) {
		waiting[count] = read_line(line);
		count += waiting[count] > 0;
	}
	if (stream)
		fclose(stream);
	return count;
}

bool file_locks_is_waiting(pid_t pid)
{
	static pid_t waiting[WAITING_MAX];
	static int64_t read_ms;
	static size_t count;
	int64_t now_ms = running_clock_ms();

	if (read_ms == 0 || now_ms - read_ms >= FRESH_MS) {
		count = read_waiting(waiting);
		read_ms = now_ms;
	}
	for (size_t i = 0; i < count; i++)
		if (waiting[i] == pid)
			return true;
	return false;
}
