/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a message of the handover says of an operation. A key that a former program has not written
 * reads as 0, or as missing.
 */
#ifndef CORE_UPGRADE_FIELDS_H
#define CORE_UPGRADE_FIELDS_H

struct record;
struct wire_message;

#include "lifecycle/resume.h"

/* The descriptor under KEY, which the next exec closes again; -1 if there is none. */
int fields_descriptor(const struct wire_message *message, const char *key);

/* Of an operation in flight, whose record is RECORD. The strings are MESSAGE's. */
struct resume_info fields_operation(
	const struct wire_message *message, const struct record *record);

/* Of a request, how it stands. */
struct resume_request_info fields_request(const struct wire_message *message);

#endif
