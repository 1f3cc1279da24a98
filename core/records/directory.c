/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The files of the records. */
#include "config.h"

#include <dirent.h>
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

/* The name of a record while it is written. No reader takes it for a record. */
#define TEMPORARY_NAME   ".new"
#define DAMAGED_SUFFIX   ".damaged"
#define POSTPONED_SUFFIX ".no_plugin"
#define DORMANT_SUFFIX   ".dormant"

/*
 * This mode marks a record whose successor could not be written: changing it needs no room on disk.
 */
#define RECORD_MODE     0600
#define RECORD_MODE_OLD 0400

/* Far more than any record has. */
#define RECORD_SIZE_MAX (64 * 1024)

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

static int write_file(int directory, const char *text, size_t length)
{
	int descriptor = openat(directory, TEMPORARY_NAME,
		O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, RECORD_MODE);
	int result = 0;

	if (descriptor < 0)
		return -errno;
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
	result = write_file(directory->descriptor, text, length);
	free(text);
	if (result == 0 &&
		renameat(directory->descriptor, TEMPORARY_NAME, directory->descriptor, name) < 0)
		result = -errno;
	if (result < 0) {
		unlinkat(directory->descriptor, TEMPORARY_NAME, 0);
		/* The caller tells of the failed write, not of this. */
		(void)!fchmodat(directory->descriptor, name, RECORD_MODE_OLD, 0);
		return error_set(error, -result, "%s/%s: cannot write the record: %s",
			directory->path, name, strerror(-result));
	}
	return 0;
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

static void set_aside(
	struct record_directory *directory, const char *name, const struct lvmpolld_error *error)
{
	int result = record_move_aside(directory, DAMAGED_SUFFIX, name);

	if (result < 0)
		log_error("%s/%s is no record that can be used: %s; and it cannot be set aside: %s",
			directory->path, name, error->sentence, strerror(-result));
	else
		log_error("%s/%s is no record that can be used: %s; it is set aside "
			  "in %s" DAMAGED_SUFFIX,
			directory->path, name, error->sentence, directory->path);
}

/*
 * The record is right, but its plugin is missing. It is set aside, since systemd's path unit looks
 * at the state directory.
 */
static void postpone(
	struct record_directory *directory, const char *name, const struct lvmpolld_error *error)
{
	int result = record_move_aside(directory, POSTPONED_SUFFIX, name);

	if (result < 0)
		log_error("%s; its record stays in %s and cannot be set aside: %s", error->sentence,
			directory->path, strerror(-result));
	else
		log_error("%s; its record is kept in %s" POSTPONED_SUFFIX
			  " until a daemon starts that has the plugin",
			error->sentence, directory->path);
}

static int read_file(int directory, const char *name, char **text, size_t *length, bool *is_old,
	struct lvmpolld_error *error)
{
	int descriptor = openat(directory, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct stat status;
	ssize_t got;

	if (descriptor < 0)
		return error_set(error, errno, "it cannot be opened: %s", strerror(errno));
	if (fstat(descriptor, &status) < 0 || !S_ISREG(status.st_mode) ||
		status.st_size > RECORD_SIZE_MAX) {
		close(descriptor);
		return error_set(error, EBADMSG, "it is no file of a record's size");
	}
	*is_old = !(status.st_mode & S_IWUSR);
	errno = ENOMEM;
	*text = calloc(1, RECORD_SIZE_MAX + 1);
	got = *text ? read(descriptor, *text, RECORD_SIZE_MAX) : -1;
	if (got < 0)
		error_set(error, errno, "it cannot be read: %s", strerror(errno));
	close(descriptor);
	if (got < 0) {
		free(*text);
		return -error->code;
	}
	*length = (size_t)got;
	return 0;
}

/* A record under another record's name was not put there by a daemon. */
struct named_take {
	const char *name;
	bool is_old;
	int (*take)(const struct record *record, void *context, struct lvmpolld_error *error);
	void *context;
};

static int take_named(const struct record *record, void *context, struct lvmpolld_error *error)
{
	const struct named_take *named = context;
	struct record believed = *record;
	char name[NAME_MAX];

	record_make_name(&record->request, name, sizeof(name));
	if (strcmp(name, named->name) != 0)
		return error_set(error, EBADMSG, "by what is in it, it should be called %s", name);
	/* A later lvpoll may run, whose process id is not known. */
	if (named->is_old)
		believed.command = RECORD_STARTING;
	return named->take(&believed, named->context, error);
}

/* An error that passes, and says nothing about the record. */
static bool is_shortage(int code)
{
	return code == ENOMEM || code == EMFILE || code == ENFILE;
}

static int read_one(struct record_directory *directory, struct named_take *named, size_t *taken,
	struct lvmpolld_error *error)
{
	char *text = NULL;
	size_t length = 0;
	int result = read_file(
		directory->descriptor, named->name, &text, &length, &named->is_old, error);

	if (result == 0) {
		result = record_parse(text, length, take_named, named, error);
		free(text);
	}
	if (result == 0)
		++*taken;
	else if (result == -ENOPKG)
		postpone(directory, named->name, error);
	else if (result == -EIO || is_shortage(-result))
		log_error("%s/%s cannot be resumed now: %s; it stays for the next start",
			directory->path, named->name, error->sentence);
	else
		set_aside(directory, named->name, error);
	return is_shortage(-result) ? result : 0;
}

int record_read_all(struct record_directory *directory,
	int (*take)(const struct record *record, void *context, struct lvmpolld_error *error),
	void *context, size_t *taken, struct lvmpolld_error *error)
{
	struct dirent **entries = NULL;
	int result = 0;
	int count;

	*taken = 0;
	if (directory->descriptor < 0)
		return 0;
	unlinkat(directory->descriptor, TEMPORARY_NAME, 0);
	count = scandir(directory->path, &entries, NULL, alphasort);
	if (count < 0)
		return error_set(error, errno, "%s: cannot read the state directory: %s",
			directory->path, strerror(errno));
	for (int i = 0; i < count; i++) {
		struct named_take named = {
			.name = entries[i]->d_name, .take = take, .context = context};

		if (result == 0 && strcmp(named.name, ".") != 0 && strcmp(named.name, "..") != 0)
			result = read_one(directory, &named, taken, error);
		free(entries[i]);
	}
	free(entries);
	return result;
}

static size_t bring_back(struct record_directory *directory, const char *suffix,
	int (*take)(const struct record *record, void *context, struct lvmpolld_error *error),
	void *context)
{
	char *folder = record_path_aside(directory, suffix, NULL);
	struct dirent **entries = NULL;
	int count = folder && directory->descriptor >= 0
			    ? scandir(folder, &entries, NULL, alphasort)
			    : 0;
	struct lvmpolld_error error;
	size_t taken = 0;

	for (int i = 0; i < count; i++) {
		struct named_take named = {
			.name = entries[i]->d_name, .take = take, .context = context};

		if (strcmp(named.name, ".") != 0 && strcmp(named.name, "..") != 0 &&
			record_move_back(directory, suffix, named.name) == 0 && take)
			read_one(directory, &named, &taken, &error);
		free(entries[i]);
	}
	free(entries);
	/* The folder stays if a file is left in it. */
	if (count > 0)
		rmdir(folder);
	free(folder);
	return taken;
}

size_t record_bring_back(struct record_directory *directory,
	int (*take)(const struct record *record, void *context, struct lvmpolld_error *error),
	void *context)
{
	return bring_back(directory, POSTPONED_SUFFIX, take, context);
}

void record_wake_all(struct record_directory *directory)
{
	bring_back(directory, DORMANT_SUFFIX, NULL, NULL);
}

void record_set_dormant(struct record_directory *directory,
	const struct lvmpolld_request *operation, bool is_dormant)
{
	char name[NAME_MAX];
	int result;

	if (directory->descriptor < 0)
		return;
	record_make_name(operation, name, sizeof(name));
	result = is_dormant ? record_move_aside(directory, DORMANT_SUFFIX, name)
			    : record_move_back(directory, DORMANT_SUFFIX, name);
	if (result < 0 && result != -ENOENT && is_dormant)
		log_error(
			"%s/%s: cannot be set aside: %s", directory->path, name, strerror(-result));
}

static size_t empty_folder(const char *folder)
{
	struct dirent **entries = NULL;
	int count = scandir(folder, &entries, NULL, alphasort);
	int descriptor = count < 0 ? -1 : open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	size_t removed = 0;

	for (int i = 0; i < count; i++) {
		const char *name = entries[i]->d_name;
		bool is_entry = strcmp(name, ".") != 0 && strcmp(name, "..") != 0;

		if (is_entry && unlinkat(descriptor, name, 0) == 0)
			removed++;
		else if (is_entry)
			log_error("%s/%s: cannot remove the record: %s", folder, name,
				strerror(errno));
		free(entries[i]);
	}
	free(entries);
	if (descriptor >= 0)
		close(descriptor);
	return removed;
}

static size_t empty_folder_aside(const struct record_directory *directory, const char *suffix)
{
	char *folder = record_path_aside(directory, suffix, NULL);
	size_t removed = 0;

	if (folder) {
		removed = empty_folder(folder);
		rmdir(folder);
	}
	free(folder);
	return removed;
}

size_t record_remove_all(struct record_directory *directory)
{
	if (directory->descriptor < 0)
		return 0;
	return empty_folder(directory->path) + empty_folder_aside(directory, POSTPONED_SUFFIX) +
	       empty_folder_aside(directory, DORMANT_SUFFIX);
}
