/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The operations of a daemon: what the files of this folder share. */
#include "config.h"

#include "lifecycle/context.h"

struct store *operations_store(struct operations *operations, bool is_abort)
{
	return is_abort ? &operations->aborts : &operations->polling;
}

void operations_changed(const struct operations *operations)
{
	if (operations->changed)
		operations->changed(operations->context);
}
