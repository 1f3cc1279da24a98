/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What all operations do, in one line: how many are in which state, and why they back off. */
#ifndef CORE_STATUS_SUMMARY_H
#define CORE_STATUS_SUMMARY_H

#include <stddef.h>

struct operation_list;

/* Writes that of LIST, of which IN_FLIGHT are not dormant. */
void summary_write(const struct operation_list *list, size_t in_flight, char *text, size_t size);

#endif
