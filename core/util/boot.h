/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which run of the machine this is. */
#ifndef CORE_BOOT_H
#define CORE_BOOT_H

/*
 * What the kernel calls this run of the machine; NULL where it does not tell. With the next one
 * process ids and the clock by which their starts are told begin anew.
 */
const char *boot_id(void);

#endif
