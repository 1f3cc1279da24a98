/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading the configuration again while the daemon runs. */
#ifndef CORE_DAEMON_RELOAD_H
#define CORE_DAEMON_RELOAD_H

struct daemon;

/*
 * Reads files, environment and command line again, and puts them in force. Returns 0, or a negative
 * errno if anything is wrong: then the old configuration stays in force as a whole, and the log
 * says why. What cannot change while the daemon runs (paths, the plugins that are loaded) keeps its
 * value, and the log says so.
 */
int reload_configuration(struct daemon *daemon);

#endif
