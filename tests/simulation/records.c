/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The state directory and the folders beside it, in memory. They outlive the daemon. */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "records.h"

struct file_list files = TAILQ_HEAD_INITIALIZER(files);
bool directory_is_there;

struct file *file_find(enum folder folder, const char *name)
{
	struct file *file;

	TAILQ_FOREACH (file, &files, link)
		if (file->folder == folder && !strcmp(file->name, name))
			return file;
	return NULL;
}

struct file *file_add(enum folder folder, const char *name)
{
	struct file *file = calloc(1, sizeof(*file)), *later;

	if (!file)
		abort();
	file->folder = folder;
	snprintf(file->name, sizeof(file->name), "%s", name);
	TAILQ_FOREACH (later, &files, link)
		if (strcmp(later->name, name) > 0)
			break;
	if (later)
		TAILQ_INSERT_BEFORE(later, file, link);
	else
		TAILQ_INSERT_TAIL(&files, file, link);
	return file;
}

void file_drop(struct file *file)
{
	TAILQ_REMOVE(&files, file, link);
	free(file->text);
	free(file);
}

int file_move(const char *name, enum folder from, enum folder to, bool may_replace)
{
	struct file *file = file_find(from, name), *present = file_find(to, name);

	seam();
	if (!file)
		return -ENOENT;
	if (present && !may_replace) {
		file_drop(file);
		return -EEXIST;
	}
	if (present)
		file_drop(present);
	file->folder = to;
	seam();
	return 0;
}

void files_drop_all(enum folder folder)
{
	struct file *file, *next;

	for (file = TAILQ_FIRST(&files); file; file = next) {
		next = TAILQ_NEXT(file, link);
		if (file->folder == folder)
			file_drop(file);
	}
}

uint64_t last_number;

void records_reset(void)
{
	struct file *file;

	while ((file = TAILQ_FIRST(&files)))
		file_drop(file);
	directory_is_there = true;
	last_number = 0;
}

void records_remove_directory(void)
{
	world.were_records_faulty = true;
	directory_is_there = false;
	files_drop_all(FOLDER_STATE);
	if (!world.is_alive)
		lvm_daemon_died();
	for (size_t i = 0; i < world.volume_count && !world.is_alive; i++)
		world.volumes[i].is_forgotten = !records_has(&world.volumes[i]);
}

void records_damage(struct volume *volume)
{
	struct file *file;

	TAILQ_FOREACH (file, &files, link)
		if (file->text && strstr(file->name, volume->lvid))
			file->text[file->length / 2] ^= 1;
}

bool records_is_in_doubt(const struct volume *volume)
{
	const struct file *file;

	TAILQ_FOREACH (file, &files, link)
		if (file->folder == FOLDER_DAMAGED && strstr(file->name, volume->lvid) &&
			!strncmp(file->name, "poll", 4))
			return true;
	return false;
}

size_t records_count(void)
{
	struct file *file;
	size_t count = 0;

	TAILQ_FOREACH (file, &files, link)
		count += (file->folder == FOLDER_STATE || file->folder == FOLDER_DORMANT) &&
			 !file->is_left;
	return count;
}

static bool has(const struct volume *volume, bool is_abort, bool is_given_up)
{
	const char *prefix = is_abort ? "abort-" : "poll-";
	struct file *file;

	TAILQ_FOREACH (file, &files, link)
		if (strstr(file->name, volume->lvid) &&
			!strncmp(file->name, prefix, strlen(prefix)) &&
			(file->folder == FOLDER_GIVEN_UP) == is_given_up &&
			file->folder != FOLDER_DAMAGED)
			return true;
	return false;
}

bool records_has(const struct volume *volume)
{
	return has(volume, false, false);
}

bool records_has_of(const struct volume *volume, bool is_abort)
{
	return has(volume, is_abort, false);
}

bool records_is_refused(const struct volume *volume)
{
	return has(volume, false, true);
}

bool records_is_any_for_the_next(void)
{
	struct file *file;

	TAILQ_FOREACH (file, &files, link)
		if (file->folder == FOLDER_NO_PLUGIN || file->is_left)
			return true;
	return false;
}
