/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The status line that a service manager shows. */
#ifndef CORE_STATUS_H
#define CORE_STATUS_H

struct daemon;

/* To be called when the number of operations in flight has changed. */
void status_update(const struct daemon *daemon);

#endif
