/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The monitor without its probers: looks are made when they are due, by the virtual clock. */
#ifndef KIT_MONITOR_H
#define KIT_MONITOR_H

struct monitor;
struct operations;

/* Its timers are freed by monitor_destroy. Returns NULL when out of memory. */
struct monitor *monitor_create(struct operations *operations);
void monitor_destroy(struct monitor *monitor);

/* Lets the monitor look, as after an event of the kernel. */
void monitor_note_event(void);

#endif
