/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the daemon does not know yet is waited for. */
#include "config.h"

#include <errno.h>
#include <time.h>

#include "look.h"
#include "protocol/wire.h"

/* The daemon is asked soon, then not so often. */
#define PAUSE_MS     50
#define PAUSE_MAX_MS 500

bool look_pause_next(struct look_pause *pause)
{
	struct timespec duration;

	if (pause->passed_ms >= pause->patience_ms)
		return false;
	pause->ms = pause->ms == 0 ? PAUSE_MS : pause->ms * 2;
	if (pause->ms > PAUSE_MAX_MS)
		pause->ms = PAUSE_MAX_MS;
	duration = (struct timespec){.tv_nsec = (long)pause->ms * 1000000};
	nanosleep(&duration, NULL);
	pause->passed_ms += pause->ms;
	return true;
}

/* Asks REQUEST, and takes the number KEY of the reply; *IS_NEVER: by the configuration of adopt. */
static int ask_number(const struct ctl *ctl, const char *request, const char *key, int64_t *number,
	bool *is_never, struct lvmpolld_error *error)
{
	struct wire_message *reply = NULL;
	struct message_stream stream;
	int status = ask_begin(ctl, request, &stream, &reply, error);

	if (status != CTL_GOOD)
		return status;
	*number = wire_number(reply, key);
	*is_never |= wire_number(reply, "never") != 0;
	wire_free(reply);
	message_stream_close(&stream);
	return CTL_GOOD;
}

int look_for_unattended(const struct ctl *ctl, int64_t patience_ms, struct lvmpolld_error *error)
{
	struct look_pause pause = {.patience_ms = patience_ms};
	int64_t wanted = 0, done = 0;
	bool is_never = false;
	int status = ask_number(ctl, "request=\"adopt\"", "look", &wanted, &is_never, error);

	while (status == CTL_GOOD) {
		status = ask_number(ctl, "request=\"status\"", "looks", &done, &is_never, error);
		if (status != CTL_GOOD || done >= wanted)
			break;
		if (!look_pause_next(&pause)) {
			error_set(error, ETIMEDOUT,
				"the daemon has not looked through all devices and processes yet");
			status = CTL_TIMEOUT;
		}
	}
	if (status == CTL_GOOD && is_never) {
		error_set(error, EPERM,
			"the daemon refuses: the configuration says \"unattended: adopt: never\"");
		status = CTL_REFUSED;
	}
	return status;
}

static bool is_any_without_disks(const struct entries *entries)
{
	for (size_t i = 0; i < entries->count; i++)
		if (entries->list[i]->disks_unknown > 0 && entries->list[i]->ended < 0)
			return true;
	return false;
}

int look_list(const struct ctl *ctl, unsigned what, int64_t patience_ms, struct entries *entries,
	struct lvmpolld_error *error)
{
	struct look_pause pause = {.patience_ms = patience_ms};
	int status = ask_list(ctl, what, entries, error);

	while (status == CTL_GOOD && is_any_without_disks(entries) && look_pause_next(&pause)) {
		entries_free(entries);
		status = ask_list(ctl, what, entries, error);
	}
	return status;
}
