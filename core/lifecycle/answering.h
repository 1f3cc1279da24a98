/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a report of lvm2 comes to for an operation, by what the kernel showed last. */
#ifndef CORE_LIFECYCLE_ANSWERING_H
#define CORE_LIFECYCLE_ANSWERING_H

#include "lifecycle/table.h"

struct operation;
struct report;

/*
 * The event that REPORT is for OPERATION, which takes the names that lvm2 tells where they are
 * others. REPORT is NULL if lvm2 could not be asked.
 */
enum operation_event answering_read(struct operation *operation, const struct report *report);

#endif
