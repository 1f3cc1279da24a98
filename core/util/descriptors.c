/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Ranges of descriptors. */
#include "config.h"

#include <linux/close_range.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "util/descriptors.h"

static int close_range_with(unsigned first, unsigned last, unsigned flags)
{
	return (int)syscall(SYS_close_range, first, last, flags);
}

void descriptors_close(unsigned first, unsigned last)
{
	if (first > last || close_range_with(first, last, 0) == 0)
		return;
	/* Before Linux 5.9. */
	for (unsigned i = first; i <= last && i < (unsigned)getdtablesize(); i++)
		close((int)i);
}

void descriptors_mark(void)
{
	close_range_with(STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC);
}
