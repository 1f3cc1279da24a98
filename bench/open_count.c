/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Counts how often files are opened, by anybody: "open_count FILE..." prints COUNT FILE for each at
 * SIGTERM. For a folder, the files in it count whose name begins with "V_". In the lab an opened
 * disk is a scan, and such a file the lock of a VG.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#define FILES_MAX   64
#define LOCK_PREFIX "V_"

static volatile sig_atomic_t is_over;

static void on_signal(int number)
{
	(void)number;
	is_over = 1;
}

/* Descriptors of watches are numbered from 1; an event in a folder tells the name. */
static void count_open(const struct inotify_event *event, unsigned long *counts)
{
	if (event->wd < 1 || event->wd > FILES_MAX || (event->mask & IN_ISDIR))
		return;
	if (event->len == 0 || !strncmp(event->name, LOCK_PREFIX, strlen(LOCK_PREFIX)))
		counts[event->wd - 1]++;
}

static void count_opens(int events, unsigned long *counts)
{
	char buffer[16384] __attribute__((aligned(__alignof__(struct inotify_event))));
	ssize_t length;

	while ((length = read(events, buffer, sizeof(buffer))) > 0) {
		for (const char *at = buffer; at < buffer + length;) {
			const struct inotify_event *event = (const void *)at;

			count_open(event, counts);
			at += sizeof(*event) + event->len;
		}
	}
}

int main(int argc, char **argv)
{
	const struct sigaction action = {.sa_handler = on_signal};
	unsigned long counts[FILES_MAX] = {0};
	int events = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);

	if (argc < 2 || argc > FILES_MAX) {
		fprintf(stderr, "usage: open_count FILE...\n");
		return EXIT_FAILURE;
	}
	sigaction(SIGTERM, &action, NULL);
	for (int i = 1; i < argc; i++)
		if (inotify_add_watch(events, argv[i], IN_OPEN) != i) {
			perror(argv[i]);
			return EXIT_FAILURE;
		}
	while (!is_over) {
		usleep(10000);
		count_opens(events, counts);
	}
	for (int i = 1; i < argc; i++)
		printf("%lu %s\n", counts[i - 1], argv[i]);
	return EXIT_SUCCESS;
}
