/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The current boot: its identifier and its clock. */
#ifndef CORE_UTIL_BOOT_H
#define CORE_UTIL_BOOT_H

#include <stdint.h>

/*
 * The kernel's identifier of the current boot; NULL where it cannot be read. After a reboot it is
 * another: process ids and their start times begin anew then. The string is static.
 */
const char *boot_id(void);

/* Milliseconds since the machine was booted, including those that it was suspended
 * (CLOCK_BOOTTIME). */
int64_t boot_clock_ms(void);
/* Without those: what the kernel's limits and the times in its log go by (CLOCK_MONOTONIC). */
int64_t running_clock_ms(void);

#endif
