/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The state directory, and the folders beside it, in memory: they outlive the daemon. */
#include "config.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "log/log.h"
#include "records/aside.h"
#include "records/directory.h"
#include "records/lock.h"
#include "records/record.h"
#include "world.h"

enum folder { FOLDER_STATE, FOLDER_DORMANT, FOLDER_GIVEN_UP, FOLDER_NO_PLUGIN, FOLDER_DAMAGED };

struct file {
	enum folder folder;
	char name[160];
	char *text;
	size_t length;
	bool is_old; /* its successor could not be written */
	TAILQ_ENTRY(file) link;
};

/* By name. */
static TAILQ_HEAD(file_list, file) files = TAILQ_HEAD_INITIALIZER(files);
static bool is_there; /* the directory */

static struct file *find(enum folder folder, const char *name)
{
	struct file *file;

	TAILQ_FOREACH (file, &files, link)
		if (file->folder == folder && !strcmp(file->name, name))
			return file;
	return NULL;
}

static struct file *add(enum folder folder, const char *name)
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

static void drop(struct file *file)
{
	TAILQ_REMOVE(&files, file, link);
	free(file->text);
	free(file);
}

static int move(const char *name, enum folder from, enum folder to, bool may_replace)
{
	struct file *file = find(from, name), *present = find(to, name);

	seam();
	if (!file)
		return -ENOENT;
	if (present && !may_replace) {
		drop(file);
		return -EEXIST;
	}
	if (present)
		drop(present);
	file->folder = to;
	seam();
	return 0;
}

static void drop_all(enum folder folder)
{
	struct file *file, *next;

	for (file = TAILQ_FIRST(&files); file; file = next) {
		next = TAILQ_NEXT(file, link);
		if (file->folder == folder)
			drop(file);
	}
}

void records_reset(void)
{
	struct file *file;

	while ((file = TAILQ_FIRST(&files)))
		drop(file);
	is_there = true;
}

void records_remove_directory(void)
{
	world.were_records_faulty = true;
	is_there = false;
	drop_all(FOLDER_STATE);
	if (!world.is_alive)
		lvm_daemon_died();
	for (size_t i = 0; i < world.volume_count && !world.is_alive; i++)
		world.volumes[i].is_forgotten = !records_has(&world.volumes[i]);
}

size_t records_count(void)
{
	struct file *file;
	size_t count = 0;

	TAILQ_FOREACH (file, &files, link)
		count += file->folder == FOLDER_STATE || file->folder == FOLDER_DORMANT;
	return count;
}

static bool has(const struct volume *volume, bool is_given_up)
{
	struct file *file;

	TAILQ_FOREACH (file, &files, link)
		if (strstr(file->name, volume->lvid) && !strncmp(file->name, "poll", 4) &&
			(file->folder == FOLDER_GIVEN_UP) == is_given_up &&
			file->folder != FOLDER_DAMAGED)
			return true;
	return false;
}

bool records_has(const struct volume *volume)
{
	return has(volume, false);
}

bool records_is_refused(const struct volume *volume)
{
	return has(volume, true);
}

bool records_is_any_postponed(void)
{
	struct file *file;

	TAILQ_FOREACH (file, &files, link)
		if (file->folder == FOLDER_NO_PLUGIN)
			return true;
	return false;
}

/* --- what core/records/directory.c, lock.c and aside.c have --- */

int record_directory_open(
	struct record_directory *directory, const char *path, struct lvmpolld_error *error)
{
	*directory = (struct record_directory){strdup(path), -1};
	if (!is_there && world.disk_full > 0)
		return error_set(error, ENOSPC, "%s: no room", path);
	is_there = true;
	directory->descriptor = 1;
	return 0;
}

void record_directory_close(struct record_directory *directory)
{
	free(directory->path);
	*directory = (struct record_directory){NULL, -1};
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
	return directory->descriptor >= 0 && is_there;
}

int record_directory_adopt(struct record_directory *directory, const char *path, int descriptor)
{
	*directory = (struct record_directory){strdup(path), descriptor};
	return is_there ? 0 : -ENOENT;
}

static void put(const char *name, char *text, size_t length)
{
	struct file *file = find(FOLDER_STATE, name);

	if (!file)
		file = add(FOLDER_STATE, name);
	free(file->text);
	file->text = text;
	file->length = length;
	file->is_old = false;
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
	if (!is_there || world.disk_full > 0) {
		file = find(FOLDER_STATE, name);
		if (file)
			file->is_old = true;
		world.were_records_faulty = true;
		return error_set(error, ENOSPC, "%s: cannot write the record", name);
	}
	text = record_format(record, &length);
	seam();
	put(name, text, length);
	seam();
	return 0;
}

void record_remove(struct record_directory *directory, const struct lvmpolld_request *request)
{
	char name[160];
	struct file *file;

	if (directory->descriptor < 0)
		return;
	seam();
	record_make_name(request, name, sizeof(name));
	file = find(FOLDER_STATE, name);
	if (file)
		drop(file);
	seam();
}

void record_set_dormant(struct record_directory *directory,
	const struct lvmpolld_request *operation, bool is_dormant)
{
	char name[160];

	if (directory->descriptor < 0)
		return;
	record_make_name(operation, name, sizeof(name));
	move(name, is_dormant ? FOLDER_STATE : FOLDER_DORMANT,
		is_dormant ? FOLDER_DORMANT : FOLDER_STATE, is_dormant);
}

static void bring_back(enum folder folder)
{
	struct file *file, *next;

	for (file = TAILQ_FIRST(&files); file; file = next) {
		next = TAILQ_NEXT(file, link);
		if (file->folder == folder)
			move(file->name, folder, FOLDER_STATE, false);
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

	if (taken->file->is_old)
		believed.command = RECORD_STARTING;
	return taken->take(&believed, taken->context, error);
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

		next = TAILQ_NEXT(file, link);
		if (file->folder != FOLDER_STATE)
			continue;
		result = record_parse(file->text, file->length, take_one, &taken, error);
		*count += result == 0;
		if (result == -ENOPKG)
			move(file->name, FOLDER_STATE, FOLDER_NO_PLUGIN, true);
		else if (result < 0)
			violate("a record cannot be read: %s", error->sentence);
	}
	return 0;
}

size_t record_bring_back(struct record_directory *directory,
	int (*take)(const struct record *record, void *context, struct lvmpolld_error *error),
	void *context)
{
	(void)take;
	(void)context;
	if (directory->descriptor >= 0)
		bring_back(FOLDER_NO_PLUGIN);
	return 0;
}

size_t record_remove_all(struct record_directory *directory)
{
	size_t count = records_count();

	(void)directory;
	drop_all(FOLDER_STATE);
	drop_all(FOLDER_DORMANT);
	drop_all(FOLDER_NO_PLUGIN);
	return count;
}

/* By the volume, whoever has asked for it. */
static void make_note_name(const struct lvmpolld_request *request, char *name, size_t size)
{
	struct lvmpolld_request noted = *request;

	noted.abort = false;
	noted.system_dir = NULL;
	record_make_name(&noted, name, size);
}

void record_refuse(struct record_directory *directory, const struct lvmpolld_request *request)
{
	char name[160], note[160];
	struct file *file;

	if (!directory->path)
		return;
	seam();
	record_make_name(request, name, sizeof(name));
	make_note_name(request, note, sizeof(note));
	file = find(FOLDER_STATE, name);
	if (find(FOLDER_GIVEN_UP, note))
		return;
	if (!file && world.disk_full > 0) {
		world.were_records_faulty = true;
		metadata_forget_evidence(volume_find(request->lvid));
		volume_find(request->lvid)->is_promised = false;
		return;
	}
	add(FOLDER_GIVEN_UP, note);
	/* Without room for a note the record takes its place. */
	if (world.disk_full > 0) {
		world.were_records_faulty = true;
		drop(file);
	}
	seam();
}

bool record_is_refused(
	const struct record_directory *directory, const struct lvmpolld_request *request)
{
	char note[160];

	make_note_name(request, note, sizeof(note));
	return directory->path && find(FOLDER_GIVEN_UP, note);
}

void record_forget_refused(
	struct record_directory *directory, const struct lvmpolld_request *request)
{
	struct file *file;
	char note[160];

	(void)directory;
	make_note_name(request, note, sizeof(note));
	file = find(FOLDER_GIVEN_UP, note);
	if (file)
		drop(file);
}
