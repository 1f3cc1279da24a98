/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What core/records/directory.c, reading.c, lock.c, number.c, aside.c and unusable.c have, with the
 * files of records.c. */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lvm.h"
#include "records.h"
#include "records/aside.h"
#include "records/directory.h"
#include "records/lock.h"
#include "records/number.h"
#include "records/reading.h"
#include "records/record.h"
#include "records/unusable.h"
#include "util/error.h"

/*
 * What lies there is for the next daemon: this one knows of it only that it is there, by its name.
 */
static void leave_all(void)
{
	struct file *file;

	TAILQ_FOREACH (file, &files, link)
		file->is_left |= operations.is_taking_over;
	for (size_t i = 0; i < world.volume_count; i++)
		world.volumes[i].is_forgotten |=
			operations.is_taking_over && records_has(&world.volumes[i]);
}

int record_directory_open(
	struct record_directory *directory, const char *path, struct lvmpolld_error *error)
{
	*directory = (struct record_directory){.path = strdup(path), .descriptor = -1};
	if (world.no_directory > 0) {
		leave_all();
		return error_set(error, EACCES, "%s: it cannot be opened", path);
	}
	if (!directory_is_there && world.disk_full > 0) {
		leave_all();
		return error_set(error, ENOSPC, "%s: no room", path);
	}
	directory_is_there = true;
	directory->descriptor = 1;
	return 0;
}

void record_directory_close(struct record_directory *directory)
{
	free(directory->path);
	*directory = (struct record_directory){.descriptor = -1};
}

int record_directory_lock(struct record_directory *directory, struct lvmpolld_error *error)
{
	(void)directory;
	(void)error;
	return 0;
}

int record_directory_try_lock(struct record_directory *directory)
{
	(void)directory;
	return 0;
}

bool record_directory_is_there(const struct record_directory *directory)
{
	return directory->descriptor >= 0 && directory_is_there;
}

int record_directory_adopt(struct record_directory *directory, const char *path, int descriptor)
{
	*directory = (struct record_directory){.path = strdup(path), .descriptor = descriptor};
	return directory_is_there ? 0 : -ENOENT;
}

static void put(const char *name, char *text, size_t length)
{
	struct file *file = file_find(FOLDER_STATE, name);

	if (!file)
		file = file_add(FOLDER_STATE, name);
	free(file->text);
	file->text = text;
	file->length = length;
	file->is_old = file->is_left = false;
}

int record_write(struct record_directory *directory, const struct record *record,
	struct lvmpolld_error *error)
{
	char name[160], *text;
	struct file *file;
	size_t length;

	seam();
	if (directory->descriptor < 0)
		return error_set(error, ENOENT, "there is no state directory");
	record_make_name(&record->request, name, sizeof(name));
	if (!directory_is_there || world.disk_full > 0) {
		file = file_find(FOLDER_STATE, name);
		if (file) {
			file->is_old = true;
			file->has_loss = record->has_loss;
		}
		world.were_records_faulty = true;
		return error_set(error, ENOSPC, "%s: cannot write the record", name);
	}
	text = record_format(record, &length);
	seam();
	put(name, text, length);
	file_find(FOLDER_STATE, name)->has_loss = record->has_loss;
	seam();
	return 0;
}

void record_mark_loss(struct record_directory *directory, const struct lvmpolld_request *request)
{
	char name[160];
	struct file *file;

	if (directory->descriptor < 0)
		return;
	seam();
	record_make_name(request, name, sizeof(name));
	file = file_find(FOLDER_STATE, name);
	if (file)
		file->has_loss = true;
	seam();
}

void record_remove(struct record_directory *directory, const struct lvmpolld_request *request)
{
	char name[160];
	struct file *file;

	if (directory->descriptor < 0)
		return;
	seam();
	record_make_name(request, name, sizeof(name));
	file = file_find(FOLDER_STATE, name);
	if (file)
		file_drop(file);
	seam();
}

void record_set_dormant(
	struct record_directory *directory, const struct lvmpolld_request *request, bool is_dormant)
{
	char name[160];

	if (directory->descriptor < 0)
		return;
	record_make_name(request, name, sizeof(name));
	file_move(name, is_dormant ? FOLDER_STATE : FOLDER_DORMANT,
		is_dormant ? FOLDER_DORMANT : FOLDER_STATE, is_dormant);
}

static void bring_back(enum folder folder)
{
	struct file *file, *next;

	for (file = TAILQ_FIRST(&files); file; file = next) {
		next = TAILQ_NEXT(file, link);
		if (file->folder == folder)
			file_move(file->name, folder, FOLDER_STATE, false);
	}
}

void record_wake_all(struct record_directory *directory)
{
	if (directory->descriptor >= 0)
		bring_back(FOLDER_DORMANT);
}

struct taken {
	const struct file *file;
	int (*take)(const struct record *record, void *context, struct lvmpolld_error *error);
	void *context;
};

static int take_one(const struct record *record, void *context, struct lvmpolld_error *error)
{
	const struct taken *taken = context;
	struct record believed = *record;

	believed.has_loss = taken->file->has_loss;
	if (taken->file->is_old)
		believed.command = RECORD_STARTING;
	return taken->take(&believed, taken->context, error);
}

/* What it told of is not known any more, nor is a command that it told of. */
static void set_aside(struct file *file, const struct lvmpolld_error *error)
{
	bool is_abort = !strncmp(file->name, "abort", 5);
	struct lvm *lvm;

	if (!world.had_record_faults)
		violate("a record cannot be read: %s", error->sentence);
	story("%s is set aside: %s", file->name, error->sentence);
	for (size_t i = 0; i < world.volume_count && !is_abort; i++)
		if (strstr(file->name, world.volumes[i].lvid))
			world.volumes[i].is_forgotten = true;
	TAILQ_FOREACH (lvm, &lvms, link)
		if (strstr(file->name, lvm->lvid) && lvm->is_abort == is_abort)
			lvm->is_unknown = true;
	file_move(file->name, FOLDER_STATE, FOLDER_DAMAGED, true);
}

int record_read_all(struct record_directory *directory,
	int (*take)(const struct record *record, void *context, struct lvmpolld_error *error),
	void *context, size_t *count, struct lvmpolld_error *error)
{
	struct file *file, *next;

	*count = 0;
	for (file = directory->descriptor < 0 ? NULL : TAILQ_FIRST(&files); file; file = next) {
		struct taken taken = {file, take, context};
		int result;

		file->is_left = false;
		next = TAILQ_NEXT(file, link);
		if (file->folder != FOLDER_STATE)
			continue;
		result = record_parse(file->text, file->length, take_one, &taken, error);
		*count += result == 0;
		if (result == -ENOPKG)
			file_move(file->name, FOLDER_STATE, FOLDER_NO_PLUGIN, true);
		else if (result < 0)
			set_aside(file, error);
	}
	return 0;
}

size_t record_bring_back(struct record_directory *directory,
	int (*take)(const struct record *record, void *context, struct lvmpolld_error *error),
	void *context)
{
	struct file *file, *next;
	struct lvmpolld_error error;
	size_t count = 0;

	for (file = directory->descriptor < 0 ? NULL : TAILQ_FIRST(&files); file; file = next) {
		struct taken taken = {file, take, context};
		char name[sizeof(file->name)];

		next = TAILQ_NEXT(file, link);
		if (file->folder != FOLDER_NO_PLUGIN)
			continue;
		snprintf(name, sizeof(name), "%s", file->name);
		if (file_move(name, FOLDER_NO_PLUGIN, FOLDER_STATE, false) < 0 || !take)
			continue;
		if (record_parse(file->text, file->length, take_one, &taken, &error) == 0)
			count++;
		else
			file_move(name, FOLDER_STATE, FOLDER_NO_PLUGIN, true);
	}
	return count;
}

void record_leave(struct record_directory *directory, const struct lvmpolld_request *request)
{
	char name[160];

	(void)directory;
	record_make_name(request, name, sizeof(name));
	file_move(name, FOLDER_STATE, FOLDER_LEFT, true);
}

/* By the volume, whoever has asked for it. */
static void make_note_name(const struct lvmpolld_request *request, char *name, size_t size)
{
	struct lvmpolld_request noted = *request;

	noted.abort = false;
	noted.system_dir = NULL;
	record_make_name(&noted, name, size);
}

int record_note_loss(struct record_directory *directory, const struct lvmpolld_request *request)
{
	char name[160], note[160];
	struct file *file;

	if (!directory->path)
		return -ENOENT;
	seam();
	record_make_name(request, name, sizeof(name));
	make_note_name(request, note, sizeof(note));
	file = file_find(FOLDER_STATE, name);
	if (file_find(FOLDER_GIVEN_UP, note))
		return 0;
	if (!file && world.disk_full > 0) {
		world.were_records_faulty = true;
		return -ENOSPC;
	}
	file_add(FOLDER_GIVEN_UP, note);
	/* Without room for a note the record takes its place. */
	if (world.disk_full > 0) {
		world.were_records_faulty = true;
		file_drop(file);
	}
	seam();
	return 0;
}

int record_has_loss(
	const struct record_directory *directory, const struct lvmpolld_request *request)
{
	char note[160];

	make_note_name(request, note, sizeof(note));
	return directory->path && file_find(FOLDER_GIVEN_UP, note);
}

void record_clear_loss(struct record_directory *directory, const struct lvmpolld_request *request)
{
	struct file *file;
	char note[160];

	(void)directory;
	make_note_name(request, note, sizeof(note));
	file = file_find(FOLDER_GIVEN_UP, note);
	if (file)
		file_drop(file);
}

/* Of any system directory; the next file in FOLDER, or NULL. */
static struct file *find_doubt(enum folder folder, const char *lvid, bool is_abort)
{
	struct file *file;
	char prefix[160];
	size_t length = record_make_prefix(lvid, is_abort, prefix, sizeof(prefix));

	TAILQ_FOREACH (file, &files, link)
		if (file->folder == folder && !strncmp(file->name, prefix, length))
			return file;
	return NULL;
}

bool record_is_unusable(const struct record_directory *directory, const char *lvid, bool is_abort)
{
	if (!directory->path)
		return false;
	if (directory->descriptor < 0 &&
		(world.no_directory > 0 || find_doubt(FOLDER_STATE, lvid, is_abort)))
		return true;
	return find_doubt(FOLDER_DAMAGED, lvid, is_abort);
}

void record_forget_unusable(
	const struct record_directory *directory, const char *lvid, bool is_abort)
{
	struct file *file;

	while (directory->path && (file = find_doubt(FOLDER_DAMAGED, lvid, is_abort))) {
		seam();
		file_drop(file);
	}
}

int record_read_left(const struct record_directory *directory, const char *lvid,
	int (*take)(const struct record *record, void *context, struct lvmpolld_error *error),
	void *context)
{
	struct lvmpolld_error error;
	int result = 0;

	for (int is_abort = 0; directory->path && is_abort < 2; is_abort++) {
		struct file *file = find_doubt(FOLDER_LEFT, lvid, is_abort);
		struct taken taken = {file, take, context};

		if (file && record_parse(file->text, file->length, take_one, &taken, &error) < 0)
			result = -EBADMSG;
	}
	return result;
}

void record_forget_left(const struct record_directory *directory, const char *lvid)
{
	struct file *file;

	(void)directory;
	while ((file = find_doubt(FOLDER_LEFT, lvid, false)) ||
		(file = find_doubt(FOLDER_LEFT, lvid, true)))
		file_drop(file);
}

void record_forget_polls(const struct record_directory *directory, const char *lvid)
{
	struct file *file;

	(void)directory;
	while ((file = find_doubt(FOLDER_STATE, lvid, false)))
		file_drop(file);
}

uint64_t record_number_read(const struct record_directory *directory)
{
	(void)directory;
	return last_number;
}

int record_number_write(const struct record_directory *directory, uint64_t number)
{
	seam();
	if (directory->descriptor < 0 || world.disk_full > 0)
		return -ENOSPC;
	last_number = number;
	return 0;
}
