/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The ioctls of device-mapper, answered from the folder of the stand-in: layout, flags and errors
 * are those of the kernel's.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <linux/dm-ioctl.h>
#include <linux/ioctl.h>

#include "control.h"
#include "devices.h"
#include "state.h"

#define DEVICE_MAJOR 253

/* The first minor versions that have event numbers in the list and events to poll for, and UUIDs.
 */
#define MINOR_WITH_EVENTS 37
#define MINOR_WITH_UUIDS  45

static pthread_mutex_t devices_mutex = PTHREAD_MUTEX_INITIALIZER;

/* Where the data of an answer goes. The first thing that does not fit ends it. */
struct answer {
	struct dm_ioctl *header;
	char *data;
	size_t capacity;
	size_t used;
	bool is_full;
	unsigned interface_minor;
	struct dm_name_list *last_name;
};

static struct answer answer_start(struct dm_ioctl *header, size_t size)
{
	header->data_start = sizeof(*header);
	header->data_size = sizeof(*header);
	return (struct answer){
		.header = header,
		.data = (char *)header + sizeof(*header),
		.capacity = size - sizeof(*header),
	};
}

static size_t align(size_t offset)
{
	return (offset + 7) & ~(size_t)7;
}

/* LENGTH bytes behind what is there, zeroed and aligned; or NULL with the mark that it is full. */
static void *answer_add(struct answer *answer, size_t length)
{
	size_t start = align(answer->used);

	if (answer->is_full || start + length > answer->capacity) {
		answer->is_full = true;
		answer->header->flags |= DM_BUFFER_FULL_FLAG;
		return NULL;
	}
	answer->used = start + length;
	answer->header->data_size = (uint32_t)(sizeof(*answer->header) + answer->used);
	return memset(answer->data + start, 0, length);
}

static uint64_t encode_device(const struct device *device)
{
	return makedev(DEVICE_MAJOR, device->minor);
}

static void list_device(const struct device *device, void *data)
{
	struct answer *answer = data;
	size_t name_end = align(offsetof(struct dm_name_list, name) + strlen(device->name) + 1);
	bool with_uuid = answer->interface_minor >= MINOR_WITH_UUIDS &&
			 (answer->header->flags & DM_UUID_FLAG) && *device->uuid;
	size_t length = name_end + (answer->interface_minor >= MINOR_WITH_EVENTS ? 8 : 0) +
			(with_uuid ? strlen(device->uuid) + 1 : 0);
	struct dm_name_list *entry = answer_add(answer, length);
	uint32_t *numbers;

	if (!entry)
		return;
	if (answer->last_name)
		answer->last_name->next = (uint32_t)((char *)entry - (char *)answer->last_name);
	answer->last_name = entry;
	entry->dev = encode_device(device);
	strcpy(entry->name, device->name);
	if (answer->interface_minor < MINOR_WITH_EVENTS)
		return;
	numbers = (void *)((char *)entry + name_end);
	numbers[0] = device->event_number;
	if (answer->interface_minor >= MINOR_WITH_UUIDS && (answer->header->flags & DM_UUID_FLAG))
		numbers[1] =
			with_uuid ? DM_NAME_LIST_FLAG_HAS_UUID : DM_NAME_LIST_FLAG_DOESNT_HAVE_UUID;
	if (with_uuid)
		strcpy((char *)(numbers + 2), device->uuid);
}

static int answer_list(struct dm_ioctl *header, size_t size)
{
	struct answer answer = answer_start(header, size);
	unsigned version[3];

	state_read_version(version);
	answer.interface_minor = version[1];
	devices_visit(list_device, &answer);
	if (!answer.last_name && !answer.is_full)
		answer_add(&answer, sizeof(struct dm_name_list));
	return 0;
}

/* A device is asked for by one of its UUID, its name and its number. */
static const struct device *find_device(const struct dm_ioctl *header)
{
	if (*header->uuid)
		return *header->name || header->dev ? NULL : devices_find_by_uuid(header->uuid);
	if (*header->name)
		return header->dev ? NULL : devices_find_by_name(header->name);
	if (header->dev && major(header->dev) == DEVICE_MAJOR)
		return devices_find_by_minor(minor(header->dev));
	return NULL;
}

static int answer_info(struct dm_ioctl *header, size_t size)
{
	const struct device *device = find_device(header);

	(void)size;
	if (!device)
		return -ENXIO;
	header->flags &= ~(uint32_t)(DM_SUSPEND_FLAG | DM_READONLY_FLAG | DM_ACTIVE_PRESENT_FLAG |
				     DM_INACTIVE_PRESENT_FLAG | DM_INTERNAL_SUSPEND_FLAG |
				     DM_BUFFER_FULL_FLAG);
	if (device->is_suspended)
		header->flags |= DM_SUSPEND_FLAG;
	if (device->target_count > 0)
		header->flags |= DM_ACTIVE_PRESENT_FLAG;
	strncpy(header->name, device->name, sizeof(header->name) - 1);
	strncpy(header->uuid, device->uuid, sizeof(header->uuid) - 1);
	header->dev = encode_device(device);
	header->event_nr = device->event_number;
	header->open_count = 1;
	header->target_count = (uint32_t)device->target_count;
	header->data_size = sizeof(*header);
	header->data_start = sizeof(*header);
	return 0;
}

/* What "dmsetup table" shows in place of the status of a mirror; its legs begin where it does. */
static void format_mirror(const struct device_target *target, char *text, size_t size)
{
	char left[32], right[32];

	if (sscanf(target->parameters, "2 %31s %31s", left, right) == 2)
		snprintf(text, size, "core 1 1024 2 %s %llu %s %llu", left,
			(unsigned long long)target->start_sectors, right,
			(unsigned long long)target->start_sectors);
}

static void add_target(struct answer *answer, const struct device_target *target)
{
	char text[256];
	struct dm_target_spec *line;

	snprintf(text, sizeof(text), "%s", target->parameters);
	if ((answer->header->flags & DM_STATUS_TABLE_FLAG) && strcmp(target->type, "mirror") == 0)
		format_mirror(target, text, sizeof(text));
	line = answer_add(answer, sizeof(*line) + strlen(text) + 1);
	if (!line)
		return;
	line->sector_start = target->start_sectors;
	line->length = target->length_sectors;
	strncpy(line->target_type, target->type, sizeof(line->target_type) - 1);
	strcpy((char *)(line + 1), text);
	line->next = (uint32_t)align(answer->used);
}

static int answer_status(struct dm_ioctl *header, size_t size)
{
	const struct device *device = find_device(header);
	struct answer answer;
	int result = answer_info(header, size);

	if (result < 0)
		return result;
	answer = answer_start(header, size);
	for (size_t i = 0; i < device->target_count; i++)
		add_target(&answer, &device->targets[i]);
	return 0;
}

/* Armed: what was raised so far no longer counts. */
static int arm(int descriptor)
{
	char buffer[4096];
	unsigned version[3];

	state_read_version(version);
	if (version[1] < MINOR_WITH_EVENTS)
		return -ENOTTY;
	while (read(descriptor, buffer, sizeof(buffer)) > 0)
		;
	return 0;
}

static const struct call {
	unsigned long request;
	const char *kind;
	bool is_about_device;
	int (*answer)(struct dm_ioctl *header, size_t size);
} calls[] = {
	{DM_VERSION, "version", false, NULL},
	{DM_LIST_DEVICES, "list", false, answer_list},
	{DM_DEV_STATUS, "info", true, answer_info},
	{DM_TABLE_STATUS, "status", true, answer_status},
	{DM_DEV_ARM_POLL, "arm", false, NULL},
};

static const struct call *find_call(unsigned long request)
{
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		if (calls[i].request == request)
			return &calls[i];
	return NULL;
}

/* The kernel tells its version in any case, and refuses one that it does not know. */
static int check_version(struct dm_ioctl *header)
{
	unsigned version[3];
	bool is_known;

	state_read_version(version);
	is_known = header->version[0] == version[0] && header->version[1] <= version[1];
	memcpy(header->version, version, sizeof(header->version));
	return is_known ? 0 : -EINVAL;
}

/*
 * The name of the device that the call is about, empty where it is not there, into NAME. Returns
 * which of its revisions the answer will show, or an earlier one; 0 where they are not counted.
 */
static unsigned name_device(const struct dm_ioctl *header, char name[DM_NAME_LEN])
{
	const struct device *device;
	unsigned revision = 0;

	pthread_mutex_lock(&devices_mutex);
	devices_refresh();
	device = find_device(header);
	if (device) {
		strncpy(name, device->name, DM_NAME_LEN - 1);
		revision = device->revision;
	}
	pthread_mutex_unlock(&devices_mutex);
	return revision;
}

/* Fails as the folder's faults say, or answers. */
static int play(const struct call *call, int descriptor, struct dm_ioctl *header, const char *kind,
	const char *name, bool flushes)
{
	size_t size = header->data_size;
	int result = -state_play_fault(kind, name);

	if (result == 0 && flushes)
		result = -state_play_fault("flush", name);
	if (result < 0)
		return result;
	if (call->request == DM_DEV_ARM_POLL)
		return arm(descriptor);
	if (!call->answer)
		return 0;
	pthread_mutex_lock(&devices_mutex);
	devices_refresh();
	result = call->answer(header, size);
	pthread_mutex_unlock(&devices_mutex);
	return result;
}

bool control_understands(unsigned long request)
{
	return _IOC_TYPE(request) == DM_IOCTL;
}

/*
 * A call is noted when it has its answer: whoever has seen the note and then changes a device knows
 * that the caller has yet to see the change.
 */
int control_answer(int descriptor, unsigned long request, void *argument)
{
	const struct call *call = find_call(request);
	struct dm_ioctl *header = argument;
	char name[DM_NAME_LEN] = "", revision[32] = "";
	bool flushes, is_table;
	const char *kind;
	int result;

	if (fcntl(descriptor, F_GETFD) < 0)
		return -errno;
	if (!call)
		return -ENOTTY;
	if (header->data_size < offsetof(struct dm_ioctl, data))
		return -EINVAL;
	result = check_version(header);
	if (result < 0)
		return result;
	flushes = request == DM_TABLE_STATUS && !(header->flags & DM_NOFLUSH_FLAG);
	is_table = request == DM_TABLE_STATUS && (header->flags & DM_STATUS_TABLE_FLAG);
	kind = is_table ? "table" : call->kind;
	if (call->is_about_device)
		snprintf(revision, sizeof(revision), " revision %u", name_device(header, name));
	result = play(call, descriptor, header, kind, name, flushes);
	state_note_call(
		"%s%s%s%s%s", kind, *name ? " " : "", name, flushes ? " flush" : "", revision);
	return result;
}

int control_open(int flags)
{
	char path[PATH_MAX];
	int error = state_play_fault("open", NULL);
	int descriptor;

	if (error)
		return -error;
	state_path(path, sizeof(path), "events");
	/* libdevmapper opens it without O_CLOEXEC: what it leaves to children is to be seen. */
	descriptor = inotify_init1(IN_NONBLOCK | (flags & O_CLOEXEC ? IN_CLOEXEC : 0));
	if (descriptor >= 0 && inotify_add_watch(descriptor, path, IN_CLOSE_WRITE) < 0) {
		error = errno;
		close(descriptor);
		return -error;
	}
	return descriptor < 0 ? -errno : descriptor;
}
