/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The line that the service manager shows. */
#include "config.h"

#include <errno.h>
#include <string.h>

#include <event2/event.h>

#include "daemon/status_line.h"
#include "lifecycle/context.h"
#include "service/notify.h"
#include "status/summary.h"
#include "util/timer.h"

/* At a start thousands of operations may change their states at once. */
#define PAUSE_MS 100

static void on_timer(evutil_socket_t descriptor, short what, void *context)
{
	struct status_line *line = context;
	char text[STATUS_LINE_SIZE];

	(void)descriptor;
	(void)what;
	summary_write(&line->operations->list, line->operations->in_flight, text, sizeof(text));
	if (!strcmp(text, line->told))
		return;
	memcpy(line->told, text, sizeof(text));
	notify_status("%s", text);
}

int status_line_init(struct status_line *line, struct event_base *base,
	const struct operations *operations, struct lvmpolld_error *error)
{
	*line = (struct status_line){.operations = operations};
	line->timer = event_new(base, -1, 0, on_timer, line);
	return line->timer ? 0 : error_set(error, ENOMEM, "out of memory");
}

void status_line_destroy(struct status_line *line)
{
	if (line->timer)
		event_free(line->timer);
	line->timer = NULL;
}

void status_line_update(struct status_line *line)
{
	if (line->timer && notify_is_heard() && !event_pending(line->timer, EV_TIMEOUT, NULL))
		timer_start_ms(line->timer, PAUSE_MS);
}
