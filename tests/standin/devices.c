/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The devices of the stand-in, in memory. inotify tells which of their files must be read again, so
 * that thousands of unchanged devices cost nothing.
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <dirent.h>
#include <limits.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "devices.h"
#include "state.h"

#define FOLDER "devices"

static int changes = -1; /* the inotify descriptor of the folder */
static pid_t owner;      /* whose it is: what a child reads of it, its parent would miss */
static void *by_name, *by_uuid, *by_minor;

static int compare_names(const void *left, const void *right)
{
	return strcmp(((const struct device *)left)->name, ((const struct device *)right)->name);
}

static int compare_uuids(const void *left, const void *right)
{
	return strcmp(((const struct device *)left)->uuid, ((const struct device *)right)->uuid);
}

static int compare_minors(const void *left, const void *right)
{
	const struct device *a = left, *b = right;

	return a->minor < b->minor ? -1 : a->minor > b->minor;
}

static struct device *find(
	const struct device *key, void **root, int (*compare)(const void *, const void *))
{
	struct device **found = tfind(key, root, compare);

	return found ? *found : NULL;
}

/* The device that was last given a name or UUID has it. */
static void insert(struct device *device, void **root, int (*compare)(const void *, const void *))
{
	struct device **place = tsearch(device, root, compare);

	if (place)
		*place = device;
}

static void take_out(struct device *device, void **root, int (*compare)(const void *, const void *))
{
	if (find(device, root, compare) == device)
		tdelete(device, root, compare);
}

static void forget(unsigned minor)
{
	const struct device key = {.minor = minor};
	struct device *device = find(&key, &by_minor, compare_minors);

	if (!device)
		return;
	take_out(device, &by_minor, compare_minors);
	take_out(device, &by_name, compare_names);
	take_out(device, &by_uuid, compare_uuids);
	free(device->targets);
	free(device->text);
	free(device);
}

/* A target line: START LENGTH TYPE [PARAMETERS]. */
static void parse_target(struct device *device, char *line)
{
	struct device_target *targets =
		reallocarray(device->targets, device->target_count + 1, sizeof(*device->targets));
	struct device_target *target;
	char *rest = line;

	if (!targets)
		return;
	device->targets = targets;
	target = &targets[device->target_count++];
	target->start_sectors = strtoull(rest, &rest, 10);
	target->length_sectors = strtoull(rest, &rest, 10);
	rest += strspn(rest, " ");
	target->type = rest;
	rest += strcspn(rest, " ");
	if (*rest)
		*rest++ = '\0';
	target->parameters = rest;
}

static void parse_line(struct device *device, char *line)
{
	char *value = strchr(line, ' ');

	if (value)
		*value++ = '\0';
	else
		value = line + strlen(line);
	if (strcmp(line, "name") == 0)
		device->name = value;
	else if (strcmp(line, "uuid") == 0)
		device->uuid = value;
	else if (strcmp(line, "events") == 0)
		device->event_number = (uint32_t)strtoul(value, NULL, 10);
	else if (strcmp(line, "revision") == 0)
		device->revision = (unsigned)strtoul(value, NULL, 10);
	else if (strcmp(line, "suspended") == 0)
		device->is_suspended = true;
	else if (strcmp(line, "target") == 0)
		parse_target(device, value);
	else
		fprintf(stderr,
			"stand-in: device %u: \"%s\" should be name, uuid, events, "
			"revision, suspended or target\n",
			device->minor, line);
}

static void read_device(unsigned minor)
{
	char file[32], path[PATH_MAX], *position, *line;
	struct device *device = calloc(1, sizeof(*device));

	forget(minor);
	if (!device)
		return;
	snprintf(file, sizeof(file), FOLDER "/%u", minor);
	state_path(path, sizeof(path), file);
	*device = (struct device){.minor = minor, .name = "", .uuid = ""};
	device->text = position = state_read_file(path);
	if (!device->text) {
		free(device);
		return;
	}
	while ((line = strsep(&position, "\n")))
		if (*line)
			parse_line(device, line);
	insert(device, &by_minor, compare_minors);
	insert(device, &by_name, compare_names);
	if (*device->uuid)
		insert(device, &by_uuid, compare_uuids);
}

static void read_if_device(const char *file)
{
	if (isdigit((unsigned char)file[0]))
		read_device((unsigned)strtoul(file, NULL, 10));
}

static void read_all(void)
{
	char path[PATH_MAX];
	const struct dirent *entry;
	DIR *folder;

	while (by_minor)
		forget((*(struct device **)by_minor)->minor);
	state_path(path, sizeof(path), FOLDER);
	folder = opendir(path);
	if (!folder) {
		perror(path);
		return;
	}
	while ((entry = readdir(folder)))
		read_if_device(entry->d_name);
	closedir(folder);
}

static void start_watching(void)
{
	char path[PATH_MAX];

	state_path(path, sizeof(path), FOLDER);
	owner = getpid();
	changes = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	/* Files are renamed into the folder when they are complete; one that is written is not. */
	if (changes < 0 || inotify_add_watch(changes, path, IN_MOVED_TO | IN_DELETE) < 0)
		perror(path);
}

void devices_refresh(void)
{
	char buffer[16384] __attribute__((aligned(__alignof__(struct inotify_event))));
	const struct inotify_event *event;
	ssize_t length;

	/* A child may have closed it, too. */
	if (changes < 0 || owner != getpid()) {
		start_watching();
		read_all();
		return;
	}
	while ((length = read(changes, buffer, sizeof(buffer))) > 0)
		for (const char *at = buffer; at < buffer + length;
			at += sizeof(*event) + event->len) {
			event = (const void *)at;
			if (event->mask & IN_Q_OVERFLOW)
				read_all();
			else if (event->len > 0)
				read_if_device(event->name);
		}
}

const struct device *devices_find_by_name(const char *name)
{
	const struct device key = {.name = name};

	return find(&key, &by_name, compare_names);
}

const struct device *devices_find_by_uuid(const char *uuid)
{
	const struct device key = {.uuid = uuid};

	return find(&key, &by_uuid, compare_uuids);
}

const struct device *devices_find_by_minor(unsigned minor)
{
	const struct device key = {.minor = minor};

	return find(&key, &by_minor, compare_minors);
}

struct visitor {
	void (*visit)(const struct device *device, void *data);
	void *data;
};

/* Under devices_mutex: not every C library hands something on to the visit. */
static const struct visitor *visitor;

static void visit_node(const void *node, VISIT order, int depth)
{
	(void)depth;
	if (order == postorder || order == leaf)
		visitor->visit(*(struct device *const *)node, visitor->data);
}

void devices_visit(void (*visit)(const struct device *device, void *data), void *data)
{
	const struct visitor given = {.visit = visit, .data = data};

	visitor = &given;
	twalk(by_name, visit_node);
	visitor = NULL;
}
