/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Finding an lvpoll whose daemon died between starting it and writing down its process id. */
#ifndef CORE_LEFTOVER_H
#define CORE_LEFTOVER_H

#include <sys/types.h>

#include <lvmpolld/plugin.h>

/*
 * The id of a process that polls REQUEST, by its command line, and whose parent is not a poll
 * daemon; 0 where there is none. One that is in the middle of its exec is waited for; a process
 * that has no command line for good is not.
 */
pid_t leftover_find(const char *operation_name, const struct lvmpolld_request *request);

#endif
