/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads the kernel's table of a volume whose data is copied by the target "mirror". */
#include <common/mirror_targets.h>

#include <libdevmapper.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Memory for the parsed status of one mirror; the pool grows if it does not suffice. */
#define STATUS_POOL_HINT 512

/*
 * libdevmapper reads one letter of health for each device, and does not check for the end of the
 * line: so there are NUL bytes behind it, for as many devices as it accepts.
 */
#define STATUS_PADDING 16

/*
 * Memory that libdevmapper needs besides for the status of one mirror, with all devices that it
 * accepts.
 */
#define STATUS_ROOM 4096

/* dm-mirror has at least two. */
#define DEVICES_MIN 2

/* The sectors of 2^64 bytes: no device is as long. */
#define LENGTH_MAX_SECTORS (UINT64_MAX / 512)

/* The sum of the lines read so far. */
struct mirror_sum {
	size_t mirrors;
	bool copying; /* a mirror is not yet in sync */
	bool foreign; /* a line that does not belong beside a mirror */
	bool unread;  /* out of memory for a line, which may have said anything */
	enum mirror_lack lack;
	uint32_t failed_devices;
	uint64_t done_sectors;
	uint64_t total_sectors;
	uint64_t step_sectors; /* until the first of the mirrors is in sync; 0: all are */
};

/*
 * The part of LENGTH that corresponds to IN_SYNC of TOTAL regions; LENGTH itself only for all of
 * them.
 */
static uint64_t share_sectors(uint64_t length, uint64_t in_sync, uint64_t total)
{
	uint64_t share;

	if (in_sync == total)
		return length;
	share = (uint64_t)((double)length * ((double)in_sync / (double)total));
	return share < length ? share : length - 1;
}

/*
 * Counts the legs that are not alive. Only a failed write leaves data lacking: what cannot be read
 * from one leg is read from another.
 */
static void count_failed_devices(const struct dm_status_mirror *status, struct mirror_sum *sum)
{
	for (uint32_t i = 0; i < status->dev_count; i++)
		switch (status->devs[i].health) {
		case DM_STATUS_MIRROR_ALIVE:
			break;
		case DM_STATUS_MIRROR_FLUSH_FAILED:
		case DM_STATUS_MIRROR_WRITE_FAILED:
		case DM_STATUS_MIRROR_SYNC_FAILED:
			if (sum->lack != MIRROR_LACKS_AT_FIRST)
				sum->lack = i == 0 ? MIRROR_LACKS_AT_FIRST : MIRROR_LACKS_AT_OTHERS;
			sum->failed_devices++;
			break;
		case DM_STATUS_MIRROR_READ_FAILED:
		case DM_STATUS_MIRROR_UNCLASSIFIED:
			sum->failed_devices++;
			break;
		}
}

/*
 * Checks that there is one letter of health for each of COUNT legs, all of them dm-mirror's.
 * Versions of libdevmapper differ on other letters: 1.02.205 takes them for a failure that lvm2
 * should see.
 */
static bool has_letters(const char *parameters, uint32_t count)
{
	/*
	 * The words before the letters: the number of legs, the legs, the regions, and a count of
	 * words.
	 */
	for (uint64_t word = 0; word < (uint64_t)count + 3; word++) {
		parameters += strcspn(parameters, " ");
		parameters += strspn(parameters, " ");
	}
	return strspn(parameters, "ADFRSU") == count && strcspn(parameters, " ") == count;
}

/*
 * Parses the status in PARAMETERS into POOL; NULL if it is no status. POOL must have room for it,
 * since "wrong" and "out of memory" are different answers.
 */
static const struct dm_status_mirror *parse_status(const char *parameters, struct dm_pool *pool)
{
	size_t length = strlen(parameters);
	struct dm_status_mirror *status;
	char *padded = dm_pool_zalloc(pool, length + STATUS_PADDING);

	if (!padded)
		return NULL;
	memcpy(padded, parameters, length);
	if (!dm_get_status_mirror(pool, padded, &status) || status->dev_count < DEVICES_MIN ||
		!has_letters(parameters, status->dev_count) || status->total_regions == 0 ||
		status->insync_regions > status->total_regions)
		return NULL;
	return status;
}

/* Makes a pool with memory for the status in PARAMETERS; NULL when out of memory. */
static struct dm_pool *create_pool(const char *parameters)
{
	struct dm_pool *pool = dm_pool_create("mirror status", STATUS_POOL_HINT);
	void *room = pool ? dm_pool_alloc(pool, strlen(parameters) + STATUS_ROOM) : NULL;

	if (!room && pool) {
		dm_pool_destroy(pool);
		return NULL;
	}
	/* The pool keeps this memory for the status. */
	if (room)
		dm_pool_free(pool, room);
	return pool;
}

static bool add_status(struct mirror_sum *sum, const struct lvmpolld_target *target,
	const struct dm_status_mirror *status)
{
	uint64_t done, left;

	if (!status)
		return false;
	count_failed_devices(status, sum);
	if (target->length_sectors > LENGTH_MAX_SECTORS)
		return false;
	sum->mirrors++;
	sum->copying |= status->insync_regions != status->total_regions;
	done = share_sectors(target->length_sectors, status->insync_regions, status->total_regions);
	left = target->length_sectors - done;
	sum->done_sectors += done;
	if (left > 0 && (sum->step_sectors == 0 || left < sum->step_sectors))
		sum->step_sectors = left;
	return true;
}

static bool add_mirror(struct mirror_sum *sum, const struct lvmpolld_target *target)
{
	struct dm_pool *pool = create_pool(target->parameters);
	bool understood;

	if (!pool) {
		sum->unread = true;
		return false;
	}
	understood = add_status(sum, target, parse_status(target->parameters, pool));
	dm_pool_destroy(pool);
	return understood;
}

/*
 * A type of line that lvm2 has beside the mirrors: plain segments, and "error" for one that is
 * going away.
 */
static bool is_plain(const char *type)
{
	return strcmp(type, "linear") == 0 || strcmp(type, "striped") == 0 ||
	       strcmp(type, "error") == 0;
}

static bool add_target(struct mirror_sum *sum, const struct lvmpolld_target *target)
{
	bool has_length = target->length_sectors > 0 &&
			  target->length_sectors <= LENGTH_MAX_SECTORS - sum->total_sectors;

	if (has_length)
		sum->total_sectors += target->length_sectors;
	if (strcmp(target->type, "mirror") == 0)
		return add_mirror(sum, target) && has_length;
	if (!has_length)
		return false;

	/*
	 * lvm2 works through the segments in their order, one mirror at a time: a plain segment
	 * before the mirror is at its new place, one behind it is at its old place.
	 */
	if (!is_plain(target->type))
		sum->foreign = true;
	else if (sum->mirrors == 0)
		sum->done_sectors += target->length_sectors;
	return true;
}

/* Reads all lines: lacking data counts whatever else the table has. */
static bool add_targets(struct mirror_sum *sum, const struct lvmpolld_target *targets, size_t count)
{
	bool understood = true;

	for (size_t i = 0; i < count; i++)
		understood = add_target(sum, lvmpolld_target_at(targets, i)) && understood;
	return understood;
}

enum lvmpolld_verdict mirror_targets_read(const struct lvmpolld_target *targets, size_t count,
	struct lvmpolld_progress *progress, enum mirror_lack *lack)
{
	struct mirror_sum sum = {0};
	bool understood = add_targets(&sum, targets, count);

	*lack = sum.lack;
	if (sum.unread) {
		/*
		 * No step now: neither a step nor an lvpoll that polls by itself would see that
		 * data is lacking.
		 */
		lvmpolld_log(LVMPOLLD_LOG_WARN, "the table of a mirror could not be read: out of "
						"memory; it is looked at again");
		return LVMPOLLD_WATCH_TIMED;
	}
	if (!understood || sum.foreign)
		return LVMPOLLD_POLL;

	/*
	 * Without a mirror the kernel copies nothing. Only the metadata tells whether the operation
	 * is over, or was interrupted between two segments.
	 */
	progress->step_sectors = sum.step_sectors;
	if (sum.mirrors == 0)
		return LVMPOLLD_STEP;

	progress->done_sectors = sum.done_sectors;
	progress->total_sectors = sum.total_sectors;
	progress->percent = 100.0 * ((double)sum.done_sectors / (double)sum.total_sectors);
	progress->failed_devices = sum.failed_devices;

	/* A mirror with a failed leg never gets in sync. lvm2 decides what follows. */
	if (sum.failed_devices > 0)
		return LVMPOLLD_STEP;
	return sum.copying ? LVMPOLLD_WATCH : LVMPOLLD_STEP;
}

/* More than any mirror of lvm2's has: a line with more is not understood. */
#define LEGS_MAX 8

/* What a line of "dmsetup table" may have before its legs. */
#define WORDS_MAX 16

static const char *skip_word(const char *text)
{
	text += strcspn(text, " ");
	return text + strspn(text, " ");
}

/* Steps over the type of the log, and its words, the number of which comes first. */
static const char *skip_log(const char *text)
{
	unsigned words;

	text = skip_word(text);
	if (sscanf(text, "%u", &words) != 1 || words > WORDS_MAX)
		return NULL;
	for (unsigned word = 0; word <= words; word++)
		text = skip_word(text);
	return text;
}

/* "MAJOR:MINOR START" */
static const char *read_leg(const char *text, struct lvmpolld_copy *copy, unsigned side)
{
	int end = 0;

	if (sscanf(text, "%" SCNu32 ":%" SCNu32 " %" SCNu64 "%n", &copy->major[side],
		    &copy->minor[side], &copy->start_sectors[side], &end) != 3 ||
		(text[end] != '\0' && text[end] != ' '))
		return NULL;
	return text + end + strspn(text + end, " ");
}

/* "LOG_TYPE WORDS ... LEGS LEG LEG ..." */
static bool read_copies(const struct lvmpolld_target *target, struct lvmpolld_copies *copies)
{
	struct lvmpolld_copy copy = {
		.struct_size = sizeof(copy), .length_sectors = target->length_sectors};
	const char *text = skip_log(target->parameters);
	unsigned legs;

	if (!text || sscanf(text, "%u", &legs) != 1 || legs < DEVICES_MIN || legs > LEGS_MAX)
		return false;
	text = read_leg(skip_word(text), &copy, 0);
	for (unsigned leg = 1; leg < legs && text; leg++) {
		text = read_leg(text, &copy, 1);
		if (text)
			lvmpolld_copies_add(copies, &copy);
	}
	return text;
}

bool mirror_targets_read_copies(
	const struct lvmpolld_target *table, size_t count, struct lvmpolld_copies *copies)
{
	for (size_t i = 0; i < count; i++) {
		const struct lvmpolld_target *target = lvmpolld_target_at(table, i);

		if (strcmp(target->type, "mirror") == 0 && !read_copies(target, copies))
			return false;
	}
	return true;
}

/* The status of a mirror begins with the number of its legs, then their devices: "2 8:1 8:17 ...".
 */
static void read_legs(const char *parameters, struct lvmpolld_disks *disks)
{
	unsigned long count = strtoul(parameters, NULL, 10);

	for (unsigned long leg = 0; leg < count; leg++) {
		char device[32];
		size_t length;

		parameters += strcspn(parameters, " ");
		parameters += strspn(parameters, " ");
		length = strcspn(parameters, " ");
		if (length == 0 || length >= sizeof(device))
			return;
		memcpy(device, parameters, length);
		device[length] = '\0';
		lvmpolld_disks_add(disks, device, leg > 0);
	}
}

void mirror_targets_read_disks(
	const struct lvmpolld_target *targets, size_t count, struct lvmpolld_disks *disks)
{
	for (size_t i = 0; i < count; i++) {
		const struct lvmpolld_target *target = lvmpolld_target_at(targets, i);

		if (strcmp(target->type, "mirror") == 0)
			read_legs(target->parameters, disks);
	}
}

/* "core" or "disk"; that of a cluster is "clustered-..." or "userspace". */
static bool has_local_log(const char *parameters)
{
	return strncmp(parameters, "core ", 5) == 0 || strncmp(parameters, "disk ", 5) == 0;
}

bool mirror_targets_are_local(const struct lvmpolld_target *table, size_t count)
{
	size_t mirrors = 0;

	for (size_t i = 0; i < count; i++) {
		const struct lvmpolld_target *target = lvmpolld_target_at(table, i);
		bool is_mirror = strcmp(target->type, "mirror") == 0;

		if (is_mirror ? !has_local_log(target->parameters) : !is_plain(target->type))
			return false;
		mirrors += is_mirror;
	}
	return mirrors > 0;
}

bool mirror_targets_is_numbered(const char *text, const char *prefix)
{
	size_t length = strlen(prefix);

	return strncmp(text, prefix, length) == 0 && text[length] != '\0' &&
	       text[length + strspn(text + length, "0123456789")] == '\0';
}
