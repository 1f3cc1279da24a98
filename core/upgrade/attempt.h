/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is handed over of the latest run of an lvm command. */
#ifndef CORE_UPGRADE_ATTEMPT_H
#define CORE_UPGRADE_ATTEMPT_H

#include "operation/operation.h"
#include "records/record.h"

struct buffer;

/* Sets in RECORD what the next program reads of the command of ATTEMPT, as it is now. */
void attempt_describe(const struct attempt *attempt, struct record *record);
/* Writes the rest, which no record has: fields.h reads it. */
void attempt_write(const struct operation *operation, struct buffer *text);

#endif
