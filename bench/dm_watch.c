/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Looks at device-mapper in the lab:
 *
 *   dm_watch events         prints MONOTONIC_NS DEVICE EVENT_NUMBER for each event of each device
 *   dm_watch gone DEVICE    waits until there is no such device; prints MONOTONIC_NS
 *   dm_watch synced DEVICE  waits until its mirror is in sync, or it is gone; prints MONOTONIC_NS
 *   dm_watch exists DEVICE  prints 1 if there is such a device, else 0
 *   dm_watch now            prints MONOTONIC_NS
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include <linux/dm-ioctl.h>

#define CONTROL   "/dev/mapper/control"
#define KNOWN_MAX 256
#define LOOK_NS   2000000

static struct known {
	uint64_t device;
	uint32_t event_number;
} known[KNOWN_MAX];
static size_t known_count;

static int control;
static union {
	struct dm_ioctl header;
	char room[65536];
} call;

static void fail(const char *what)
{
	fprintf(stderr, "dm_watch: %s: %s\n", what, strerror(errno));
	exit(EXIT_FAILURE);
}

static unsigned long long now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (unsigned long long)now.tv_sec * 1000000000 + (unsigned long long)now.tv_nsec;
}

/* Makes one call; 0 or -1 with errno. */
static int device_mapper(unsigned long request, const char *device, uint32_t flags)
{
	memset(&call.header, 0, sizeof(call.header));
	call.header.version[0] = 4;
	call.header.version[1] = 37;
	call.header.data_size = sizeof(call);
	call.header.data_start = sizeof(call.header);
	call.header.flags = flags;
	if (device)
		strncpy(call.header.name, device, sizeof(call.header.name) - 1);
	return ioctl(control, request, &call);
}

static void arm(void)
{
	if (device_mapper(DM_DEV_ARM_POLL, NULL, 0) < 0)
		fail("DM_DEV_ARM_POLL");
}

/* Remembers the event number of DEVICE; whether it is another than before. */
static bool has_new_event(uint64_t device, uint32_t event_number)
{
	for (size_t i = 0; i < known_count; i++)
		if (known[i].device == device) {
			bool is_new = known[i].event_number != event_number;

			known[i].event_number = event_number;
			return is_new;
		}
	if (known_count == KNOWN_MAX) {
		errno = ENOSPC;
		fail("too many devices");
	}
	known[known_count++] = (struct known){device, event_number};
	return event_number > 0;
}

static void print_new_events(unsigned long long when)
{
	const struct dm_name_list *name = (const void *)(call.room + sizeof(call.header));

	if (device_mapper(DM_LIST_DEVICES, NULL, 0) < 0)
		fail("DM_LIST_DEVICES");
	for (; name->dev; name = (const void *)((const char *)name + name->next)) {
		uintptr_t end = (uintptr_t)name->name + strlen(name->name) + 1;
		uint32_t event_number = *(const uint32_t *)((end + 7) & ~(uintptr_t)7);

		if (has_new_event(name->dev, event_number))
			printf("%llu %s %u\n", when, name->name, event_number);
		if (!name->next)
			break;
	}
	fflush(stdout);
}

/* Runs before everybody else, so that the time is that of the event. */
static void watch_events(void)
{
	const struct sched_param first = {.sched_priority = 50};
	struct pollfd polled = {.fd = control, .events = POLLIN};

	if (sched_setscheduler(0, SCHED_FIFO, &first) < 0)
		fail("sched_setscheduler");
	arm();
	print_new_events(now_ns());
	while (poll(&polled, 1, -1) > 0) {
		unsigned long long when = now_ns();

		arm();
		print_new_events(when);
	}
}

/* The status of a mirror has its regions in one word, IN_SYNC/ALL. */
static bool mirror_is_synced(const char *status)
{
	unsigned long long in_sync, all;

	for (const char *word = status; word; word = strchr(word + 1, ' '))
		if (sscanf(word, "%llu/%llu", &in_sync, &all) == 2)
			return in_sync == all;
	return false;
}

static bool is_synced(const char *device)
{
	const struct dm_target_spec *target = (const void *)(call.room + sizeof(call.header));

	if (device_mapper(DM_TABLE_STATUS, device, DM_NOFLUSH_FLAG) < 0)
		return true;
	for (uint32_t i = 0; i < call.header.target_count; i++) {
		if (!strcmp(target->target_type, "mirror"))
			return mirror_is_synced((const char *)(target + 1));
		target = (const void *)(call.room + sizeof(call.header) + target->next);
	}
	return false;
}

static bool is_gone(const char *device)
{
	return device_mapper(DM_DEV_STATUS, device, 0) < 0;
}

static void wait_until(bool (*condition)(const char *device), const char *device)
{
	const struct timespec delay = {.tv_nsec = LOOK_NS};

	while (!condition(device))
		nanosleep(&delay, NULL);
	printf("%llu\n", now_ns());
}

static int usage(void)
{
	fprintf(stderr, "usage: dm_watch events|now|gone DEVICE|synced DEVICE|exists DEVICE\n");
	return EXIT_FAILURE;
}

static void look_at(const char *verb, const char *device)
{
	if (!strcmp(verb, "gone"))
		wait_until(is_gone, device);
	else if (!strcmp(verb, "synced"))
		wait_until(is_synced, device);
	else if (!strcmp(verb, "exists"))
		printf("%d\n", !is_gone(device));
	else
		exit(usage());
}

int main(int argc, char **argv)
{
	control = open(CONTROL, O_RDWR | O_CLOEXEC);
	if (control < 0)
		fail(CONTROL);
	if (argc == 2 && !strcmp(argv[1], "events"))
		watch_events();
	else if (argc == 2 && !strcmp(argv[1], "now"))
		printf("%llu\n", now_ns());
	else if (argc == 3)
		look_at(argv[1], argv[2]);
	else
		return usage();
	return EXIT_SUCCESS;
}
