/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The files of the records. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "log/log.h"
#include "records/aside.h"
#include "records/directory.h"
#include "records/record.h"
#include "util/checksum.h"

/*
 * This mode marks a record whose successor could not be written: changing it needs no room on disk.
 */
#define RECORD_MODE     0600
#define RECORD_MODE_OLD 0400

static mode_t mode_of(const struct record *record, mode_t mode)
{
	return record->has_loss ? mode | RECORD_HAS_LOSS : mode;
}

static int check_directory(const char *path, int descriptor, struct lvmpolld_error *error)
{
	struct stat status;

	if (fstat(descriptor, &status) < 0)
		return error_set(error, errno, "%s: %s", path, strerror(errno));
	if (status.st_uid != geteuid() || (status.st_mode & (S_IWGRP | S_IWOTH)))
		return error_set(error, EPERM,
			"%s: the state directory must belong to user %u and be writable by "
			"nobody else",
			path, (unsigned)geteuid());
	return 0;
}

int record_directory_open(
	struct record_directory *directory, const char *path, struct lvmpolld_error *error)
{
	int result;

	directory->descriptor = -1;
	directory->path = strdup(path);
	if (!directory->path)
		return error_set(error, ENOMEM, "out of memory");
	if (mkdir(path, 0700) < 0 && errno != EEXIST)
		return error_set(error, errno, "%s: cannot make the state directory: %s", path,
			strerror(errno));
	directory->descriptor = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (directory->descriptor < 0)
		return error_set(error, errno, "%s: cannot open the state directory: %s", path,
			strerror(errno));
	result = check_directory(path, directory->descriptor, error);
	if (result < 0) {
		close(directory->descriptor);
		directory->descriptor = -1;
	}
	return result;
}

void record_directory_close(struct record_directory *directory)
{
	if (directory->descriptor >= 0)
		close(directory->descriptor);
	directory->descriptor = -1;
	free(directory->path);
	directory->path = NULL;
}

static int write_file(int directory, const char *text, size_t length, mode_t mode)
{
	int descriptor = openat(directory, RECORD_TEMPORARY_NAME,
		O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, RECORD_MODE);
	int result = 0;

	if (descriptor < 0)
		return -errno;
	/* Whatever the mask for new files is. */
	if (mode != RECORD_MODE && fchmod(descriptor, mode) < 0)
		result = -errno;
	while (length > 0 && result == 0) {
		ssize_t written = write(descriptor, text, length);

		if (written < 0) {
			result = errno == EINTR ? 0 : -errno;
		} else {
			text += written;
			length -= (size_t)written;
		}
	}
	if (close(descriptor) < 0 && result == 0)
		result = -errno;
	return result;
}

int record_write(struct record_directory *directory, const struct record *record,
	struct lvmpolld_error *error)
{
	char name[NAME_MAX];
	size_t length;
	char *text;
	int result;

	if (directory->descriptor < 0)
		return error_set(error, ENOENT, "%s: there is no state directory",
			directory->path ? directory->path : "");
	record_make_name(&record->request, name, sizeof(name));
	text = record_format(record, &length);
	if (!text)
		return error_set(error, ENOMEM, "%s/%s: out of memory", directory->path, name);
	result = write_file(directory->descriptor, text, length, mode_of(record, RECORD_MODE));
	free(text);
	if (result == 0 && renameat(directory->descriptor, RECORD_TEMPORARY_NAME,
				   directory->descriptor, name) < 0)
		result = -errno;
	if (result < 0) {
		unlinkat(directory->descriptor, RECORD_TEMPORARY_NAME, 0);
		/* The caller tells of the failed write, not of this. */
		(void)!fchmodat(directory->descriptor, name, mode_of(record, RECORD_MODE_OLD), 0);
		return error_set(error, -result, "%s/%s: cannot write the record: %s",
			directory->path, name, strerror(-result));
	}
	return 0;
}

void record_mark_loss(struct record_directory *directory, const struct lvmpolld_request *request)
{
	char name[NAME_MAX];
	struct stat status;

	if (directory->descriptor < 0)
		return;
	record_make_name(request, name, sizeof(name));
	if (fstatat(directory->descriptor, name, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
		fchmodat(directory->descriptor, name, (status.st_mode & 07777) | RECORD_HAS_LOSS,
			0) == 0)
		return;
	log_error("%s/%s: cannot be marked: %s", directory->path, name, strerror(errno));
}

void record_remove(struct record_directory *directory, const struct lvmpolld_request *request)
{
	char name[NAME_MAX];

	if (directory->descriptor < 0)
		return;
	record_make_name(request, name, sizeof(name));
	if (unlinkat(directory->descriptor, name, 0) < 0 && errno != ENOENT)
		log_error("%s/%s: cannot remove the record: %s", directory->path, name,
			strerror(errno));
}

void record_set_dormant(
	struct record_directory *directory, const struct lvmpolld_request *request, bool is_dormant)
{
	char name[NAME_MAX];
	int result;

	if (directory->descriptor < 0)
		return;
	record_make_name(request, name, sizeof(name));
	result = is_dormant ? record_move_aside(directory, DORMANT_SUFFIX, name)
			    : record_move_back(directory, DORMANT_SUFFIX, name);
	if (result < 0 && result != -ENOENT && is_dormant)
		log_error(
			"%s/%s: cannot be set aside: %s", directory->path, name, strerror(-result));
}
