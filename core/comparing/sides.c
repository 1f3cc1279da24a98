/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Two block devices, read at the same time and past the page cache. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "comparing/sides.h"

struct reading {
	int descriptor;
	uint64_t offset;
	size_t length;
	char *memory;
	int result;
};

struct sides {
	struct place places[2];
	struct reading readings[2];
	pthread_t thread; /* reads the second side */
	sem_t begin, done;
	bool is_ending;
};

static int read_whole(struct reading *reading)
{
	size_t done = 0;

	while (done < reading->length) {
		ssize_t length = pread(reading->descriptor, reading->memory + done,
			reading->length - done, (off_t)(reading->offset + done));

		if (length < 0 && errno == EINTR)
			continue;
		if (length <= 0)
			return length < 0 ? -errno : -ENXIO;
		done += (size_t)length;
	}
	return 0;
}

static void wait_for(sem_t *semaphore)
{
	while (sem_wait(semaphore) < 0 && errno == EINTR)
		;
}

static void *read_second(void *context)
{
	struct sides *sides = context;

	for (;;) {
		wait_for(&sides->begin);
		if (sides->is_ending)
			return NULL;
		sides->readings[1].result = read_whole(&sides->readings[1]);
		sem_post(&sides->done);
	}
}

/* Opens PATH where it is the device of PLACE. */
static int open_node(const char *path, const struct place *place)
{
	int descriptor = open(path, O_RDONLY | O_DIRECT | O_CLOEXEC | O_NOCTTY);
	struct stat status;

	if (descriptor < 0)
		return -errno;
	if (fstat(descriptor, &status) == 0 && S_ISBLK(status.st_mode) &&
		status.st_rdev == makedev(place->major, place->minor))
		return descriptor;
	close(descriptor);
	return -ENODEV;
}

/* Puts the rest of the line of FILE that begins with KEY into VALUE. */
static bool read_value(const char *file, const char *key, char *value, size_t size)
{
	FILE *stream = fopen(file, "re");
	char line[PATH_MAX];
	bool is_found = false;

	while (stream && !is_found && fgets(line, sizeof(line), stream)) {
		line[strcspn(line, "\n")] = '\0';
		is_found = strncmp(line, key, strlen(key)) == 0 && line[strlen(key)] != '\0';
		if (is_found)
			snprintf(value, size, "%s", line + strlen(key));
	}
	if (stream)
		fclose(stream);
	return is_found;
}

/* By udev's link; by the kernel's name of the node; by that of device-mapper. */
static int open_place(const struct place *place)
{
	char path[PATH_MAX + 16], file[64], name[PATH_MAX];
	int descriptor;

	snprintf(path, sizeof(path), "/dev/block/%u:%u", place->major, place->minor);
	descriptor = open_node(path, place);
	if (descriptor >= 0)
		return descriptor;
	snprintf(file, sizeof(file), "/sys/dev/block/%u:%u/uevent", place->major, place->minor);
	if (read_value(file, "DEVNAME=", name, sizeof(name))) {
		snprintf(path, sizeof(path), "/dev/%s", name);
		descriptor = open_node(path, place);
	}
	if (descriptor >= 0)
		return descriptor;
	snprintf(file, sizeof(file), "/sys/dev/block/%u:%u/dm/name", place->major, place->minor);
	if (read_value(file, "", name, sizeof(name))) {
		snprintf(path, sizeof(path), "/dev/mapper/%s", name);
		descriptor = open_node(path, place);
	}
	return descriptor;
}

static int open_all(struct sides *sides, struct lvmpolld_error *error)
{
	int result;

	for (int i = 0; i < 2; i++) {
		const struct place *place = &sides->places[i];

		sides->readings[i].descriptor = open_place(place);
		if (sides->readings[i].descriptor < 0)
			return error_set(error, -sides->readings[i].descriptor,
				"device %u:%u cannot be opened: %s", place->major, place->minor,
				strerror(-sides->readings[i].descriptor));
	}
	result = pthread_create(&sides->thread, NULL, read_second, sides);
	return result == 0 ? 0
			   : error_set(error, result, "a thread cannot be started: %s",
				     strerror(result));
}

static void free_sides(struct sides *sides)
{
	for (int i = 0; i < 2; i++)
		if (sides->readings[i].descriptor >= 0)
			close(sides->readings[i].descriptor);
	sem_destroy(&sides->begin);
	sem_destroy(&sides->done);
	free(sides);
}

struct sides *sides_open(const struct place places[2], struct lvmpolld_error *error)
{
	struct sides *sides = calloc(1, sizeof(*sides));

	if (!sides) {
		error_set(error, ENOMEM, "out of memory");
		return NULL;
	}
	memcpy(sides->places, places, sizeof(sides->places));
	sides->readings[0].descriptor = sides->readings[1].descriptor = -1;
	sem_init(&sides->begin, 0, 0);
	sem_init(&sides->done, 0, 0);
	if (open_all(sides, error) == 0)
		return sides;
	free_sides(sides);
	return NULL;
}

void sides_close(struct sides *sides)
{
	sides->is_ending = true;
	sem_post(&sides->begin);
	pthread_join(sides->thread, NULL);
	free_sides(sides);
}

int sides_read(struct sides *sides, uint64_t offset, size_t length, void *left, void *right,
	struct lvmpolld_error *error)
{
	char *const memory[2] = {left, right};

	for (int i = 0; i < 2; i++) {
		sides->readings[i].offset = sides->places[i].start_bytes + offset;
		sides->readings[i].length = length;
		sides->readings[i].memory = memory[i];
	}
	sem_post(&sides->begin);
	sides->readings[0].result = read_whole(&sides->readings[0]);
	wait_for(&sides->done);
	for (int i = 0; i < 2; i++)
		if (sides->readings[i].result < 0)
			return error_set(error, -sides->readings[i].result,
				"device %u:%u cannot be read at byte %llu: %s",
				sides->places[i].major, sides->places[i].minor,
				(unsigned long long)sides->readings[i].offset,
				strerror(-sides->readings[i].result));
	return 0;
}
