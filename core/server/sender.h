/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who has sent a request. */
#ifndef CORE_SERVER_SENDER_H
#define CORE_SERVER_SENDER_H

#include <stdbool.h>

struct subscription;
struct waiter;

/* The client that sends a message. */
struct sender {
	struct waiter *waiter; /* waits for the operations that it asks for; NULL: does not */
	struct subscription *subscription; /* begins with the request "watch"; NULL: cannot */
	int connection;                    /* its descriptor, which tells who it is; or -1 */
	bool is_privileged;                /* may begin and change all, and take results */
};

/* lvm2 prints this to its user, so the wording is stock's. */
#define REASON_NO_MEMORY "not enough memory"

#endif
