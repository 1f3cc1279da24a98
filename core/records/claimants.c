/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Plugins that are asked which devices are theirs, and that daemons die of. */
#include "config.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "records/claimants.h"
#include "records/deaths.h"

#define CLAIMS_SUFFIX ".claims"

/* Of the plugin NAME, or of the folder where that is "". Returns false where there is no room. */
static bool make_path(
	const struct record_directory *directory, const char *name, char *path, size_t size)
{
	return directory->descriptor >= 0 &&
	       (size_t)snprintf(path, size, "%s" CLAIMS_SUFFIX "%s%s", directory->path,
		       name[0] ? "/" : "", name) < size;
}

bool record_claimant_is_deadly(
	const struct record_directory *directory, const char *name, char *path, size_t size)
{
	int note = make_path(directory, name, path, size)
			   ? open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
			   : -1;
	bool is_deadly = note >= 0 && deaths_are_many(note);

	if (note >= 0)
		close(note);
	return is_deadly;
}

int record_claimant_begin(const struct record_directory *directory, const char *name)
{
	char folder[PATH_MAX], path[PATH_MAX];
	int note;

	if (!make_path(directory, "", folder, sizeof(folder)) ||
		!make_path(directory, name, path, sizeof(path)))
		return -1;
	/* If the folder cannot be made, neither can the file. */
	(void)!mkdir(folder, 0700);
	note = open(path, O_RDONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);
	if (note >= 0)
		deaths_expect(note);
	return note;
}

void record_claimant_end(const struct record_directory *directory, const char *name, int note)
{
	char path[PATH_MAX];

	if (note < 0)
		return;
	/* It stays where it cannot be removed. */
	deaths_clear(note);
	close(note);
	if (make_path(directory, name, path, sizeof(path)))
		unlink(path);
	/* Others may be in it, of plugins that are not asked any more. */
	if (make_path(directory, "", path, sizeof(path)))
		rmdir(path);
}
