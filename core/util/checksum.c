/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A checksum against accidents. */
#include "config.h"

#include "util/checksum.h"

#define FNV_PRIME UINT64_C(1099511628211)

uint64_t checksum_add(uint64_t value, const void *data, size_t length)
{
	const unsigned char *byte = data;

	for (size_t i = 0; i < length; i++)
		value = (value ^ byte[i]) * FNV_PRIME;
	return value;
}
