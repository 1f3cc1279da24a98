/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Calls a plugin, or does it the standard way where the plugin has no callback. An impossible
 * answer is logged, and the standard one is used.
 */
#ifndef CORE_LOADER_CALLS_H
#define CORE_LOADER_CALLS_H

#include <stdbool.h>

#include <lvmpolld/plugin.h>

#include "loader/plugins.h"

/* Whether NAME is lvpoll, or one of the lvm commands that the plugin may run beside it. */
bool plugin_has_command(const struct plugin_entry *entry, const char *name);
/* What the plugin keeps of the operation that REQUEST has begun; NULL: nothing. */
void *plugin_open(const struct plugin_entry *entry, const struct lvmpolld_request *request);
/* HANDLE may be NULL. */
void plugin_close(const struct plugin_entry *entry, void *handle);
/* Adds to ARGUMENTS what lvm is called with. Returns 0 or a negative errno with the error. */
int plugin_build_arguments(const struct plugin_entry *entry, const struct lvmpolld_request *request,
	struct lvmpolld_arguments *arguments, struct lvmpolld_error *error);
/* Whether LINE, of lvpoll's output, tells a progress, which is in PROGRESS then. */
bool plugin_read_line(
	const struct plugin_entry *entry, const char *line, struct lvmpolld_progress *progress);
/* What is to be done, by the COUNT lines TARGETS of "dmsetup status"; PROGRESS is brought up to
 * date. */
enum lvmpolld_verdict plugin_read_targets(const struct plugin_entry *entry,
	const struct lvmpolld_request *request, const struct lvmpolld_target *targets, size_t count,
	struct lvmpolld_progress *progress);
/* What the end of an lvpoll means. PROGRESS is what it told last. */
enum lvmpolld_outcome plugin_read_exit(const struct plugin_entry *entry,
	const struct lvmpolld_request *request, const struct lvmpolld_exit *ended,
	const struct lvmpolld_progress *progress);
/* VOLUME is NULL where its group is seen, with all its disks, and has no such volume. */
enum lvmpolld_standing plugin_read_report(const struct plugin_entry *entry,
	const struct lvmpolld_request *request, const struct lvmpolld_row *volume);
/* Adds to DISKS the disks that data is copied from and to, where the plugin tells. */
void plugin_read_disks(const struct plugin_entry *entry, const struct lvmpolld_request *request,
	const struct lvmpolld_target *targets, size_t count, struct lvmpolld_disks *disks);

/* Replaces FINDINGS by what the plugin tells; where it tells nothing they stay. */
void plugin_read_findings(const struct plugin_entry *entry, const struct lvmpolld_request *request,
	const struct lvmpolld_target *targets, size_t count, struct lvmpolld_findings *findings);

/*
 * Whether DEVICE is of an operation of the plugin's, by the COUNT lines of "dmsetup table". Main
 * thread.
 */
bool plugin_claims(const struct plugin_entry *entry, const struct lvmpolld_device *device,
	const struct lvmpolld_target *table, size_t count);

/* Whether what REQUEST asks for, with its options, can be begun. Returns 0, or -EINVAL with the
 * error.
 */
int plugin_check_start(const struct plugin_entry *entry, const struct lvmpolld_request *request,
	struct lvmpolld_error *error);

struct lvmpolld_copies;

/* Fills COPIES with what must be equal before a step, by the COUNT lines of "dmsetup table". */
void plugin_read_copies(const struct plugin_entry *entry, const struct lvmpolld_request *request,
	const struct lvmpolld_target *table, size_t count, struct lvmpolld_copies *copies);

/* Whether the plugin can find its operations, which lvm2 asks nobody for, in the kernel. */
bool plugin_can_discover(const struct lvmpolld_plugin *plugin);

/*
 * Whether an operation of PLUGIN goes before one of OTHER on the same volume: what lvm2 asks for
 * before what root has started, and both before what the kernel does alone.
 */
bool plugin_goes_before(const struct lvmpolld_plugin *plugin, const struct lvmpolld_plugin *other);

/* Whether copies are to be compared before a step at all. */
bool plugin_verifies(const struct plugin_entry *entry);

/* Whether what the plugin knows of the kernel's log was tried on the kernel that runs. */
bool plugin_knows_kernel(const struct plugin_entry *entry);

#endif
