/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Stands in for lvm where only the number of processes and wake-ups matters: like an lvpoll whose
 * operation never ends, it prints a progress line, sleeps for the interval, and does so again.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define DEFAULT_INTERVAL_S 15

/* "15" or "+15", which asks for a pause before the first look. */
static time_t interval_of(int argc, char **argv)
{
	for (int i = 1; i + 1 < argc; i++)
		if (!strcmp(argv[i], "--interval"))
			return strtol(argv[i + 1], NULL, 10);
	return DEFAULT_INTERVAL_S;
}

static const char *volume_of(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		if (argv[i][0] != '/' && strchr(argv[i], '/'))
			return argv[i];
	return "vg/lv";
}

int main(int argc, char **argv)
{
	const struct timespec delay = {.tv_sec = interval_of(argc, argv)};
	const char *volume = volume_of(argc, argv);

	while (printf("  %s: Moved: 24.00%%\n", volume) > 0 && fflush(stdout) == 0)
		nanosleep(&delay, NULL);
	return EXIT_FAILURE;
}
