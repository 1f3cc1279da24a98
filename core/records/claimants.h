/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Plugins that are asked which devices are theirs: a file for each in "PATH.claims/" while it is
 * asked, so that daemons that die of it are counted. A plugin is asked without any operation in
 * flight: one that crashes would end each daemon that starts.
 */
#ifndef CORE_RECORDS_CLAIMANTS_H
#define CORE_RECORDS_CLAIMANTS_H

#include <stdbool.h>
#include <stddef.h>

#include "records/directory.h"

/*
 * Whether so many daemons in a row have died while the plugin NAME was asked that it is not to be
 * asked again. PATH, of SIZE bytes, becomes the file that says so, until somebody removes it.
 */
bool record_claimant_is_deadly(
	const struct record_directory *directory, const char *name, char *path, size_t size);

/*
 * The plugin NAME is asked now, until record_claimant_end is called with what is returned. Where it
 * cannot be noted nothing is counted.
 */
int record_claimant_begin(const struct record_directory *directory, const char *name);
void record_claimant_end(const struct record_directory *directory, const char *name, int note);

#endif
