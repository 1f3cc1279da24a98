/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A checksum that finds accidental damage (torn writes) and changes. It is no protection against an
 * attacker.
 */
#ifndef CORE_UTIL_CHECKSUM_H
#define CORE_UTIL_CHECKSUM_H

#include <stddef.h>
#include <stdint.h>

/* The value before the first byte. */
#define CHECKSUM_START UINT64_C(14695981039346656037)

/* The value after LENGTH more bytes at DATA (FNV-1a with 64 bits). */
uint64_t checksum_add(uint64_t value, const void *data, size_t length);

#endif
