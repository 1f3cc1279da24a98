/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Ranges of descriptors, also with C libraries that have no function for them. */
#ifndef CORE_UTIL_DESCRIPTORS_H
#define CORE_UTIL_DESCRIPTORS_H

/* Closes all that are open from FIRST to LAST. */
void descriptors_close(unsigned first, unsigned last);

/* What is executed from here on inherits none but the standard ones. Does nothing before
 * Linux 5.11. */
void descriptors_mark(void);

#endif
