/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The identifier and the clock of the current boot. */
#include "config.h"

#include <fcntl.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "util/boot.h"

#define BOOT_ID_PATH   "/proc/sys/kernel/random/boot_id"
#define BOOT_ID_LENGTH 36

const char *boot_id(void)
{
	/* Read once. After a failure, as without descriptors, it is read again the next time. */
	static char id[BOOT_ID_LENGTH + 1];
	int descriptor;
	ssize_t length;

	if (id[0])
		return id;
	descriptor = open(BOOT_ID_PATH, O_RDONLY | O_CLOEXEC);
	if (descriptor < 0)
		return NULL;
	length = read(descriptor, id, BOOT_ID_LENGTH);
	close(descriptor);
	if (length != BOOT_ID_LENGTH)
		memset(id, 0, sizeof(id));
	return id[0] ? id : NULL;
}

static int64_t read_ms(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return now.tv_sec * INT64_C(1000) + now.tv_nsec / 1000000;
}

int64_t boot_clock_ms(void)
{
	return read_ms(CLOCK_BOOTTIME);
}

int64_t running_clock_ms(void)
{
	return read_ms(CLOCK_MONOTONIC);
}
