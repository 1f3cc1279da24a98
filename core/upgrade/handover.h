/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Handing everything over to a new program in the same process: the listening socket, the pid file,
 * the clients with what they have sent and not yet read, the children with their pipes, operations
 * and results. How it is written is in handover_file.h.
 */
#ifndef CORE_HANDOVER_H
#define CORE_HANDOVER_H

#include <stdbool.h>

#include "util/error.h"

struct configuration;
struct daemon;
struct handover;
struct plugins;

/*
 * Writes the state of DAEMON into a memory file; for a rehearsal, without the bytes of the clients,
 * which may be many. Returns its descriptor (close-on-exec), or a negative errno. The descriptors
 * that it names are only useful in this process.
 */
int handover_write(struct daemon *daemon, bool is_rehearsal, struct lvmpolld_error *error);

/* Lets the descriptors that are handed over, and FILE, survive an exec; or no longer. */
void handover_keep_descriptors(struct daemon *daemon, int file, bool keep);

/*
 * Reads what was written into the file DESCRIPTOR, which is closed, and checks it all, so that
 * nothing can be wrong with it later. NULL where it is no such file.
 */
struct handover *handover_read(int descriptor, struct lvmpolld_error *error);
void handover_free(struct handover *handover);

/* Every operation in it can be taken up, and has its plugin. Returns 0 or a negative errno. */
int handover_check_operations(const struct handover *handover, const struct plugins *plugins,
	struct lvmpolld_error *error);

/*
 * Where the files of the daemon are does not change while it runs, and a reload or an upgrade is no
 * end: CONFIGURATION gets the former paths. Returns 0 or -ENOMEM with the error.
 */
int handover_keep_paths(const struct handover *handover, struct configuration *configuration,
	struct lvmpolld_error *error);

/* The descriptor of the pid file, or a negative errno. */
int handover_pidfile(const struct handover *handover, struct lvmpolld_error *error);
/* That of the state directory, which is locked; -1 where there is none. */
int handover_state_directory(const struct handover *handover);

/* Makes DAEMON, whose plugins are loaded, what the old program was: listener, operations. */
int handover_take(struct handover *handover, struct daemon *daemon, struct lvmpolld_error *error);
/* And its clients, once it can serve. */
void handover_take_clients(struct handover *handover, struct daemon *daemon);

#endif
