/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The daemon in a scenario: its plugins, and one operation with those who wait for it. */
#ifndef KIT_WORLD_H
#define KIT_WORLD_H

#include <stdbool.h>

#include "lifecycle/operations_collect.h"
#include "loader/plugins.h"
#include "scenario.h"
#include "util/error.h"

/* The volume that requests are for. */
#define WORLD_LVID "KitVolumeGroup000000000000000001KitLogicalVolume0000000000000001"

/*
 * Loads MODULE: a path of a module, or its name where it lies in the plugin directory. The section
 * of lvmpolld.yaml is that of SCENARIO, which may be NULL. Returns 0 or a negative errno with the
 * reason; world_end is to be called in both cases.
 */
int world_begin(const char *module, const struct scenario *scenario, struct lvmpolld_error *error);
void world_end(void);

/* The plugin that is played at, and all that are loaded; valid until world_end. */
const struct plugin_entry *world_plugin(void);
const struct plugins *world_plugins(void);

/* The names that clients ask for. */
const char *world_vg_name(void);
const char *world_lv_name(void);

/* A client asks for the operation, or for its abort. Returns 0 or a negative errno. */
int world_ask(bool is_abort, struct lvmpolld_error *error);

/* Lets the time go on. Returns 0 or -ELOOP with a sentence. */
int world_go_on(double seconds, struct lvmpolld_error *error);

/* The name of the state of the operation, or of its abort where that is all there is. */
const char *world_state(void);

/* What the waiter hears, in static memory: "in_progress", "0", "status 5", "signal 15", "failed",
 * "not_found". */
const char *world_result(bool is_abort);

#endif
