/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* /dev/mapper/control, as the stand-in answers it. */
#ifndef TESTS_STANDIN_CONTROL_H
#define TESTS_STANDIN_CONTROL_H

#include <stdbool.h>

#define CONTROL_PATH "/dev/mapper/control"

/* A descriptor that is readable when an event was raised since it was opened or armed; or -errno.
 */
int control_open(int flags);

/* Whether REQUEST is one of device-mapper's. */
bool control_understands(unsigned long request);

/* Answers it as the kernel would, in ARGUMENT. Returns 0 or -errno. */
int control_answer(int descriptor, unsigned long request, void *argument);

#endif
