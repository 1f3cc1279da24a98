/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The request to forget an operation for good. */
#ifndef CORE_SERVER_FORGET_H
#define CORE_SERVER_FORGET_H

struct buffer;
struct operations;
struct wire_message;

/* Answers MESSAGE, a request to forget, into REPLY. The caller has checked the privilege. */
void forget_answer(
	struct operations *operations, const struct wire_message *message, struct buffer *reply);

#endif
