/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Files of the state directory: what there are is in records.c, what a daemon does in directory.c.
 */
#ifndef TESTS_SIMULATION_RECORDS_H
#define TESTS_SIMULATION_RECORDS_H

#include "world.h"

enum folder {
	FOLDER_STATE,
	FOLDER_DORMANT,
	FOLDER_GIVEN_UP,
	FOLDER_NO_PLUGIN,
	FOLDER_DAMAGED,
	FOLDER_LEFT
};

struct file {
	enum folder folder;
	char name[160];
	char *text;
	size_t length;
	bool has_loss;
	bool is_old;  /* its successor could not be written */
	bool is_left; /* the daemon could not read it at its start: it is for the next */
	TAILQ_ENTRY(file) link;
};

TAILQ_HEAD(file_list, file);
extern struct file_list files; /* by name */
extern bool directory_is_there;
extern uint64_t last_number; /* of an operation: it lies beside the directory */

/* NULL where it is not there. */
struct file *file_find(enum folder folder, const char *name);
struct file *file_add(enum folder folder, const char *name);
void file_drop(struct file *file);
/* As renameat2 does it: -EEXIST, and the file is gone, where there is one that may not be replaced.
 */
int file_move(const char *name, enum folder from, enum folder to, bool may_replace);
void files_drop_all(enum folder folder);

#endif
