/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Finds modules: those that are linked in, and those in the plugin directory. */
#ifndef CORE_LOADER_FIND_H
#define CORE_LOADER_FIND_H

#include <stdbool.h>
#include <stddef.h>

#include "util/error.h"

struct plugin_candidate {
	char *name; /* of the module */
	char *file; /* for libltdl to open; NULL where there is none */
	bool linked;
};

/* Sorted by name, each name once. */
struct plugin_candidates {
	size_t count;
	struct plugin_candidate *list;
};

/*
 * Finds NAME.so, NAME.la and, as in a build tree, NAME/NAME.la in DIRECTORY; a linked-in module
 * comes before a file of the same name. Returns 0, -ENOMEM, or another negative errno where
 * DIRECTORY cannot be read; *CANDIDATES then has what is linked in.
 */
int plugin_candidates_find(
	struct plugin_candidates *candidates, const char *directory, struct lvmpolld_error *error);

/* Adds NAME without a file, where there is no candidate of that name. Returns 0 or -ENOMEM. */
int plugin_candidates_require(struct plugin_candidates *candidates, const char *name);

void plugin_candidates_clear(struct plugin_candidates *candidates);

/* Makes the linked-in plugins known to libltdl. To be called before lt_dlinit. */
void plugin_linked_register(void);

/* The file name, "NAME.a" or the like, of linked-in plugin I; NULL behind the last. */
const char *plugin_linked_file(size_t i);

#endif
