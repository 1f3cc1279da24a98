/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Folders beside the state directory, for records that are not resumed now. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/fs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "log/log.h"
#include "records/aside.h"
#include "records/record.h"

#define GIVEN_UP_SUFFIX ".given_up"

char *record_path_aside(
	const struct record_directory *directory, const char *suffix, const char *name)
{
	char *path;

	if (asprintf(&path, "%s%s%s%s", directory->path, suffix, name ? "/" : "",
		    name ? name : "") < 0)
		return NULL;
	return path;
}

static int move_aside_as(const struct record_directory *directory, const char *suffix,
	const char *name, const char *new_name)
{
	char *folder = record_path_aside(directory, suffix, NULL);
	char *path = record_path_aside(directory, suffix, new_name);
	int result = -ENOMEM;

	if (folder && path)
		result = (mkdir(folder, 0700) < 0 && errno != EEXIST) ||
					 renameat(directory->descriptor, name, AT_FDCWD, path) < 0
				 ? -errno
				 : 0;
	free(folder);
	free(path);
	return result;
}

int record_move_aside(
	const struct record_directory *directory, const char *suffix, const char *name)
{
	return move_aside_as(directory, suffix, name, name);
}

/* As renameat2, which not every C library has: EEXIST where there is one of that name. */
static int move_to_new_name(const char *path, int folder, const char *name)
{
	return (int)syscall(
		SYS_renameat2, AT_FDCWD, path, folder, name, (unsigned)RENAME_NOREPLACE);
}

int record_move_back(const struct record_directory *directory, const char *suffix, const char *name)
{
	char *path = record_path_aside(directory, suffix, name);
	int result = path ? 0 : -ENOMEM;

	if (path && move_to_new_name(path, directory->descriptor, name) < 0)
		result = -errno;
	/* A newer record of the same operation counts. */
	if (result == -EEXIST)
		unlink(path);
	else if (result < 0)
		log_error("%s%s/%s: cannot be moved back into %s: %s", directory->path, suffix,
			name, directory->path, strerror(-result));
	free(path);
	return result;
}

int record_note_aside(
	const struct record_directory *directory, const char *suffix, const char *name)
{
	char *folder = record_path_aside(directory, suffix, NULL);
	char *path = record_path_aside(directory, suffix, name);
	int descriptor = -1, result = -ENOMEM;

	if (folder && path) {
		/* If the folder cannot be made, neither can the file. */
		(void)!mkdir(folder, 0700);
		descriptor = open(path, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
		result = descriptor < 0 ? -errno : 0;
	}
	if (descriptor >= 0)
		close(descriptor);
	free(folder);
	free(path);
	return result;
}

/* The note is about the volume: it is the same for every client. */
static void make_note_name(const struct lvmpolld_request *request, char *name, size_t size)
{
	struct lvmpolld_request noted = *request;

	noted.abort = false;
	noted.system_dir = NULL;
	record_make_name(&noted, name, size);
}

int record_note_loss(struct record_directory *directory, const struct lvmpolld_request *request)
{
	char name[NAME_MAX], note[NAME_MAX];
	int result;

	if (!directory->path)
		return -ENOENT;
	record_make_name(request, name, sizeof(name));
	make_note_name(request, note, sizeof(note));
	/* The name is enough. If there is no room for it, the record takes its place. */
	result = record_note_aside(directory, GIVEN_UP_SUFFIX, note);
	if (result < 0 && move_aside_as(directory, GIVEN_UP_SUFFIX, name, note) == 0)
		result = 0;
	return result;
}

int record_has_loss(
	const struct record_directory *directory, const struct lvmpolld_request *request)
{
	/* Nothing is allocated: a start that is out of memory would give up every operation. */
	char note[NAME_MAX], path[PATH_MAX];
	int result;

	if (!directory->path)
		return 0;
	make_note_name(request, note, sizeof(note));
	result = snprintf(path, sizeof(path), "%s" GIVEN_UP_SUFFIX "/%s", directory->path, note);
	if ((size_t)result >= sizeof(path))
		return -ENAMETOOLONG;
	result = faccessat(AT_FDCWD, path, F_OK, AT_SYMLINK_NOFOLLOW) == 0 ? 1 : -errno;
	return result == -ENOENT || result == -ENOTDIR ? 0 : result;
}

void record_clear_loss(struct record_directory *directory, const struct lvmpolld_request *request)
{
	char note[NAME_MAX], *path;

	make_note_name(request, note, sizeof(note));
	path = record_path_aside(directory, GIVEN_UP_SUFFIX, note);
	if (path && unlink(path) < 0 && errno != ENOENT && errno != ENOTDIR)
		log_error("%s: cannot be removed: %s", path, strerror(errno));
	free(path);
}
