/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The new program takes over: it reads what the old one handed over. */
#ifndef CORE_UPGRADE_READ_H
#define CORE_UPGRADE_READ_H

#include "util/error.h"

struct configuration;
struct handover;
struct operations;
struct plugins;
struct server;

/*
 * Checks that every operation in HANDOVER can be resumed: its plugin is loaded. Returns 0 or a
 * negative errno.
 */
int handover_check_operations(const struct handover *handover, const struct plugins *plugins,
	struct lvmpolld_error *error);

/*
 * Gives CONFIGURATION the old program's paths: an upgrade is no restart, so the daemon's files stay
 * where they are. Returns 0 or -ENOMEM with the error.
 */
int handover_keep_paths(const struct handover *handover, struct configuration *configuration,
	struct lvmpolld_error *error);

/* The descriptor of the pid file, or a negative errno. */
int handover_pidfile(const struct handover *handover, struct lvmpolld_error *error);
/* The descriptor of the state directory, which is locked; -1 if there is none. */
int handover_state_directory(const struct handover *handover);

/* Takes the listening socket for SERVER. Returns 0 or a negative errno with the error. */
int handover_take_listener(
	const struct handover *handover, struct server *server, struct lvmpolld_error *error);
/*
 * Resumes every operation in HANDOVER; their plugins must be loaded. Returns 0 or a negative errno.
 */
int handover_take_operations(const struct handover *handover, struct operations *operations,
	struct lvmpolld_error *error);
/* Takes the clients for SERVER, which must be started. */
void handover_take_clients(const struct handover *handover, struct server *server);

#endif
