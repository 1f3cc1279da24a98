/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Volumes whose records were set aside, or could not be read. */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "log/log.h"
#include "records/aside.h"
#include "records/record.h"
#include "records/unusable.h"

void record_note_unusable(const struct record_directory *directory, const char *name)
{
	int result = record_note_aside(directory, DAMAGED_SUFFIX, name);

	if (result < 0)
		log_error("%s" DAMAGED_SUFFIX "/%s: cannot be noted: %s", directory->path, name,
			strerror(-result));
}

/*
 * Looks in the folder for a record of the volume, or removes them all. Returns 1 where there is
 * one, 0, or a negative errno where that cannot be told.
 */
static int search(const char *folder, const char *lvid, bool is_abort, bool removes)
{
	char prefix[NAME_MAX];
	size_t length = record_make_prefix(lvid, is_abort, prefix, sizeof(prefix));
	DIR *directory = opendir(folder);
	const struct dirent *entry;
	int found = 0;

	if (!directory)
		return errno == ENOENT || errno == ENOTDIR ? 0 : -errno;
	while ((!found || removes) && (errno = 0, entry = readdir(directory)))
		if (length < sizeof(prefix) && !strncmp(entry->d_name, prefix, length)) {
			found = 1;
			if (removes && unlinkat(dirfd(directory), entry->d_name, 0) < 0)
				log_error("%s/%s: cannot be removed: %s", folder, entry->d_name,
					strerror(errno));
		}
	if (!found && errno != 0)
		found = -errno;
	closedir(directory);
	return found;
}

/* The same, in the folder of DIRECTORY with SUFFIX. Where there is none no memory is needed. */
static int search_aside(const struct record_directory *directory, const char *suffix,
	const char *lvid, bool is_abort, bool removes)
{
	char folder[PATH_MAX];
	int result = snprintf(folder, sizeof(folder), "%s%s", directory->path, suffix);

	if ((size_t)result >= sizeof(folder))
		return -ENAMETOOLONG;
	if (access(folder, F_OK) < 0)
		return errno == ENOENT || errno == ENOTDIR ? 0 : -errno;
	result = search(folder, lvid, is_abort, removes);
	/* The folder stays while a file is left in it. */
	if (removes && result > 0)
		rmdir(folder);
	return result;
}

bool record_is_unusable(const struct record_directory *directory, const char *lvid, bool is_abort)
{
	if (!directory->path)
		return false;
	/* What lies in a directory that cannot be used is for a later daemon. */
	if (directory->descriptor < 0 && search_aside(directory, "", lvid, is_abort, false) != 0)
		return true;
	return search_aside(directory, DAMAGED_SUFFIX, lvid, is_abort, false) != 0 ||
	       search_aside(directory, POSTPONED_SUFFIX, lvid, is_abort, false) != 0;
}

void record_forget_unusable(
	const struct record_directory *directory, const char *lvid, bool is_abort)
{
	if (directory->path)
		search_aside(directory, DAMAGED_SUFFIX, lvid, is_abort, true);
}

void record_leave(struct record_directory *directory, const struct lvmpolld_request *request)
{
	char name[NAME_MAX];
	int result;

	record_make_name(request, name, sizeof(name));
	result = record_move_aside(directory, LEFT_SUFFIX, name);
	if (result < 0)
		log_error(
			"%s/%s: cannot be set aside: %s", directory->path, name, strerror(-result));
}

bool record_is_left(const struct record_directory *directory, const char *lvid)
{
	return directory->path &&
	       (search_aside(directory, LEFT_SUFFIX, lvid, false, false) != 0 ||
		       search_aside(directory, LEFT_SUFFIX, lvid, true, false) != 0);
}

void record_forget_left(const struct record_directory *directory, const char *lvid)
{
	if (!directory->path)
		return;
	search_aside(directory, LEFT_SUFFIX, lvid, false, true);
	search_aside(directory, LEFT_SUFFIX, lvid, true, true);
}

void record_forget_polls(const struct record_directory *directory, const char *lvid)
{
	if (directory->descriptor >= 0)
		search(directory->path, lvid, false, true);
}
