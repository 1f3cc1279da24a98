/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The environment of an lvm command: what of the daemon's own it gets, and what is added. */
#ifndef CORE_LVM_ENVIRONMENT_H
#define CORE_LVM_ENVIRONMENT_H

#include <stdbool.h>

#include "operation/terms.h"

struct lvmpolld_arguments;

/*
 * Builds what TERMS ask for into ENVIRONMENT, which is empty; IS_FOR_VOLUME: with COMMAND_LVID.
 * Returns 0 or -ENOMEM; the caller clears it in both cases.
 */
int environment_build(
	const struct terms *terms, bool is_for_volume, struct lvmpolld_arguments *environment);

#endif
