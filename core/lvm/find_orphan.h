/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Finds an orphan: an lvpoll whose daemon died before it could record the process id. */
#ifndef CORE_LVM_FIND_ORPHAN_H
#define CORE_LVM_FIND_ORPHAN_H

#include <sys/types.h>

#include <lvmpolld/plugin.h>

/*
 * Returns the id of a process that polls REQUEST, by its command line, and whose parent is no poll
 * daemon; 0 if there is none. Waits for a process that is in the middle of its exec, but not for
 * one that never has a command line.
 */
pid_t find_orphan(const char *operation_name, const struct lvmpolld_request *request);

#endif
