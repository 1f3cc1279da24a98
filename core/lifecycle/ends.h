/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What an lvpoll says, and what its end means for its operation. */
#ifndef CORE_ENDS_H
#define CORE_ENDS_H

#include <stdbool.h>

#include "lvm/lvpoll.h"
#include "operation/volume.h"

/* Of every lvpoll. */
extern const struct lvpoll_callbacks ends_callbacks;

/*
 * lvpoll exits with 0 also where it could not find the volume, as after a renaming: before that is
 * taken for the end, the kernel is asked, and here is what it SIGHTED.
 */
void ends_confirm(struct operations *operations, struct volume *volume,
	const struct volume_sighting *sighted);

/*
 * An abort is a change of metadata that the kernel knows nothing of; and whoever configures
 * "monitor: lvpoll" wants device-mapper left alone.
 */
bool ends_may_ask_kernel(const struct operations *operations, const struct volume *volume);

#endif
