/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading the configuration again while the daemon runs. */
#ifndef CORE_RELOAD_H
#define CORE_RELOAD_H

struct daemon;

/*
 * Reads files, environment and command line again and puts them in force. Where anything is wrong
 * the old configuration stays in force as a whole, and the log says why. What is fixed at the start
 * (paths, the plugins that are loaded) keeps its value, and the log says so.
 */
void reload_configuration(struct daemon *daemon);

#endif
