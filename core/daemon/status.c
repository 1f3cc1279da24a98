/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The status line that a service manager shows. */
#include "config.h"

#include "daemon/daemon.h"
#include "service/notify.h"
#include "daemon/status.h"

void status_update(const struct daemon *daemon)
{
	if (daemon->in_flight == 0)
		notify_status("No operation in flight");
	else
		notify_status("%zu operation%s in flight", daemon->in_flight,
			daemon->in_flight == 1 ? "" : "s");
}
