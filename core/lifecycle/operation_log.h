/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The lines of the log that tell when an operation begins, and when it ends: level notice. */
#ifndef CORE_OPERATION_LOG_H
#define CORE_OPERATION_LOG_H

struct volume;

/* A client has asked for VOLUME's operation; with its command, where it has told that. */
void operation_log_begin(const struct volume *volume);

/* VOLUME's operation, which was said to begin, was not. */
void operation_log_refused(const struct volume *volume);

/* VOLUME's operation is over: how, how long it took, and how much data there was. */
void operation_log_end(struct volume *volume);

#endif
