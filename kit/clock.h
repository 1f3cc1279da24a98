/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The virtual clock: it goes on only where a scenario lets it. */
#ifndef KIT_CLOCK_H
#define KIT_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

struct event_base;

/* Stands for libevent's event base; there is only one. */
extern struct event_base clock_base;

/* Begins a scenario: the time is 0. There must be no timer. */
void clock_restart(void);

/* Microseconds since then. */
int64_t clock_now_us(void);

/*
 * Lets the time go on to UNTIL_US, and calls back each timer when it is due. Returns false where
 * that does not come to an end: a timer starts itself again and again in the same moment.
 */
bool clock_go_on(int64_t until_us);

#endif
