/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading the records of a previous daemon. */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "log/log.h"
#include "records/aside.h"
#include "records/deaths.h"
#include "records/directory.h"
#include "records/reading.h"
#include "records/unusable.h"

/* Far more than any record has. */
#define RECORD_SIZE_MAX (64 * 1024)

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

/* A record under another record's name was not put there by a daemon. */
struct named_take {
	const char *name;
	bool is_old;   /* its successor could not be written */
	bool has_loss; /* see struct record */
	int (*take)(const struct record *record, void *context, struct lvmpolld_error *error);
	void *context;
};

/* Opens the record, and counts a death, which has not come about where it is read in the end. */
static int open_record(int directory, struct named_take *named, struct lvmpolld_error *error)
{
	int descriptor =
		openat(directory, named->name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct stat status;

	if (descriptor < 0)
		return error_set(error, errno, "it cannot be opened: %s", strerror(errno));
	if (fstat(descriptor, &status) < 0 || !S_ISREG(status.st_mode) ||
		status.st_size > RECORD_SIZE_MAX) {
		close(descriptor);
		return error_set(error, EBADMSG, "it is no file of a record's size");
	}
	named->is_old = !(status.st_mode & S_IWUSR);
	named->has_loss = status.st_mode & RECORD_HAS_LOSS;
	if (deaths_expect(descriptor))
		return descriptor;
	/* To put it back is to let it be tried again. */
	deaths_clear(descriptor);
	close(descriptor);
	return error_set(
		error, EBADMSG, "%d daemons in a row have died while they read it", DEATHS_MAX);
}

/* Returns the length of *TEXT, to be freed, behind which there is a NUL byte. */
static ssize_t read_text(int descriptor, char **text, struct lvmpolld_error *error)
{
	ssize_t length;

	errno = ENOMEM;
	*text = calloc(1, RECORD_SIZE_MAX + 1);
	length = *text ? read(descriptor, *text, RECORD_SIZE_MAX) : -1;
	if (length >= 0)
		return length;
	error_set(error, errno, "it cannot be read: %s", strerror(errno));
	free(*text);
	return -error->code;
}

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
	believed.has_loss = named->has_loss;
	return named->take(&believed, named->context, error);
}

/* An error that passes, and says nothing about the record. */
static bool is_shortage(int code)
{
	return code == ENOMEM || code == EMFILE || code == ENFILE;
}

static int read_and_take(
	struct record_directory *directory, struct named_take *named, struct lvmpolld_error *error)
{
	int descriptor = open_record(directory->descriptor, named, error);
	char *text = NULL;
	ssize_t length;
	int result;

	if (descriptor < 0)
		return descriptor;
	length = read_text(descriptor, &text, error);
	result = length < 0 ? (int)length
			    : record_parse(text, (size_t)length, take_named, named, error);
	if (length >= 0)
		free(text);
	deaths_clear(descriptor);
	close(descriptor);
	return result;
}

static int read_one(struct record_directory *directory, struct named_take *named, size_t *taken,
	struct lvmpolld_error *error)
{
	int result = read_and_take(directory, named, error);

	if (result == 0)
		++*taken;
	else if (result == -ENOPKG)
		postpone(directory, named->name, error);
	else if (result == -EIO || is_shortage(-result))
		log_error("%s/%s cannot be resumed now: %s; it stays for the next start",
			directory->path, named->name, error->sentence);
	else
		set_aside(directory, named->name, error);
	if (result == -EIO)
		record_note_unusable(directory, named->name);
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
	unlinkat(directory->descriptor, RECORD_TEMPORARY_NAME, 0);
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

static bool is_of_volume(const char *name, const char *lvid)
{
	char prefix[NAME_MAX];

	for (int is_abort = 0; is_abort < 2; is_abort++) {
		size_t length = record_make_prefix(lvid, is_abort, prefix, sizeof(prefix));

		if (length < sizeof(prefix) && !strncmp(name, prefix, length))
			return true;
	}
	return false;
}

/* All records of the volume in FOLDER, called PATH. Returns 0 or a negative errno. */
static int read_left(DIR *folder, char *path, const char *lvid,
	int (*take)(const struct record *record, void *context, struct lvmpolld_error *error),
	void *context)
{
	struct record_directory left = {.path = path, .descriptor = dirfd(folder)};
	struct lvmpolld_error error;
	const struct dirent *entry;
	int failure = 0;

	while ((errno = 0, entry = readdir(folder))) {
		struct named_take named = {.name = entry->d_name, .take = take, .context = context};
		int result =
			is_of_volume(named.name, lvid) ? read_and_take(&left, &named, &error) : 0;

		if (result == 0)
			continue;
		failure = result;
		log_error("%s/%s cannot be used: %s", path, named.name, error.sentence);
	}
	return errno != 0 ? -errno : failure;
}

int record_read_left(const struct record_directory *directory, const char *lvid,
	int (*take)(const struct record *record, void *context, struct lvmpolld_error *error),
	void *context)
{
	char path[PATH_MAX];
	DIR *folder;
	int result;

	/* Where there is none, neither memory nor descriptors are needed. */
	if (!directory->path ||
		(size_t)snprintf(path, sizeof(path), "%s" LEFT_SUFFIX, directory->path) >=
			sizeof(path) ||
		access(path, F_OK) < 0)
		return 0;
	folder = opendir(path);
	if (!folder)
		return errno == ENOTDIR ? 0 : -errno;
	result = read_left(folder, path, lvid, take, context);
	closedir(folder);
	return result;
}
