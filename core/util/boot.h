/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which run of the machine this is. */
#ifndef CORE_BOOT_H
#define CORE_BOOT_H

#include <stdint.h>

/*
 * What the kernel calls this run of the machine; NULL where it does not tell. With the next one
 * process ids and the clock by which their starts are told begin anew.
 */
const char *boot_id(void);

/* Milliseconds since this run of the machine has begun, those that it slept included. */
int64_t boot_clock_ms(void);

#endif
