/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Asks the daemon. */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "ask.h"
#include "protocol/wire.h"

#define TIMEOUT_MS 30000

/* A daemon that has just been started reads its history first. A disk that hangs is not waited for.
 */
#define HISTORY_PAUSE_MS 50
#define HISTORY_PAUSES   200

int ctl_complain(const struct lvmpolld_error *error, int status)
{
	fflush(stdout);
	fprintf(stderr, "lvmpollctl: %s\n", error->sentence);
	return status;
}

int ctl_finish(int status)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return status;
	fprintf(stderr, "lvmpollctl: cannot write to standard output: %s\n", strerror(errno));
	return CTL_FAILED;
}

static bool is_ok(const struct wire_message *reply)
{
	const char *response = wire_string(reply, "response");

	return response && !strcmp(response, "OK");
}

/* Stock's daemon knows none of our requests. */
static int explain_refusal(const struct wire_message *reply, struct lvmpolld_error *error)
{
	const char *response = wire_string(reply, "response");
	const char *reason = wire_string(reply, "reason");

	if (response && !strcmp(response, "not_found")) {
		error_set(error, ENOENT, "the daemon knows no such operation, or not any more");
		return CTL_NO_OPERATION;
	}
	if (reason && !strcmp(reason, "request not implemented"))
		error_set(error, ENOSYS,
			"the daemon does not know this request: it is stock's, or older than this "
			"program");
	else
		/* It would not take the request at another time either. */
		error_set(error, response && !strcmp(response, "invalid") ? EPERM : EAGAIN,
			"the daemon refuses: %s", reason ? reason : "no reason");
	return CTL_REFUSED;
}

static int explain_connection(const struct ctl *ctl, struct lvmpolld_error *error)
{
	if (error->code == EACCES) {
		error_set(error, EACCES,
			"%s: permission denied: be root, or see \"access\" in lvmpolld.yaml(5)",
			ctl->socket_path);
		return CTL_REFUSED;
	}
	if (error->code == ENOENT || error->code == ECONNREFUSED)
		error_append(error, " (systemctl start lvm2-lvmpolld.socket, or name it with "
				    "--socket)");
	return CTL_NO_DAEMON;
}

int ask_begin(const struct ctl *ctl, const char *request, struct message_stream *stream,
	struct wire_message **reply, struct lvmpolld_error *error)
{
	struct wire_message *message = NULL;
	int status = CTL_GOOD;

	if (message_stream_open(stream, ctl->socket_path, error) < 0)
		return explain_connection(ctl, error);
	if (message_stream_send(stream, request, error) < 0 ||
		message_stream_receive(stream, TIMEOUT_MS, &message, error) < 0)
		status = CTL_NO_DAEMON;
	else if (!is_ok(message))
		status = explain_refusal(message, error);
	if (status == CTL_GOOD && reply)
		*reply = message;
	else
		wire_free(message);
	if (status != CTL_GOOD)
		message_stream_close(stream);
	return status;
}

int ask_items(struct message_stream *stream,
	int (*take)(const struct wire_message *message, void *context), void *context,
	struct lvmpolld_error *error)
{
	int status = CTL_GOOD;
	bool is_last = false;

	while (status == CTL_GOOD && !is_last) {
		struct wire_message *message;
		const char *item;

		if (message_stream_receive(stream, TIMEOUT_MS, &message, error) < 0) {
			status = CTL_NO_DAEMON;
			break;
		}
		item = wire_string(message, "item");
		is_last = item && !strcmp(item, "end");
		if (!is_last && take(message, context) < 0) {
			error_set(error, ENOMEM, "out of memory");
			status = CTL_FAILED;
		}
		wire_free(message);
	}
	message_stream_close(stream);
	return status;
}

struct taking {
	struct entries *entries;
	unsigned what;
};

static int take_entry(const struct wire_message *message, void *context)
{
	const struct taking *taking = context;
	struct entry *entry = entry_read(message);

	if (entry && entry->is_unattended && !(taking->what & ASK_UNATTENDED)) {
		entry_free(entry);
		return 0;
	}
	return entry ? entries_add(taking->entries, entry) : -ENOMEM;
}

/* *IS_WHOLE tells whether the daemon has read its history. */
static int ask_once(const struct ctl *ctl, const char *request, unsigned what,
	struct entries *entries, bool *is_whole, struct lvmpolld_error *error)
{
	struct message_stream stream;
	struct wire_message *reply = NULL;
	struct taking taking = {entries, what};
	int status = ask_begin(ctl, request, &stream, &reply, error);

	*entries = (struct entries){0};
	if (status == CTL_GOOD) {
		*is_whole = !wire_string(reply, "history");
		status = ask_items(&stream, take_entry, &taking, error);
	}
	wire_free(reply);
	if (status != CTL_GOOD)
		entries_free(entries);
	return status;
}

static int ask_whole(const struct ctl *ctl, const char *request, unsigned what,
	struct entries *entries, struct lvmpolld_error *error)
{
	static const struct timespec pause = {.tv_nsec = HISTORY_PAUSE_MS * 1000000};
	bool is_whole = true;
	int status = ask_once(ctl, request, what, entries, &is_whole, error);

	/* The request may have started the daemon, which reads its history first. */
	for (unsigned i = 0; status == CTL_GOOD && !is_whole && i < HISTORY_PAUSES; i++) {
		entries_free(entries);
		nanosleep(&pause, NULL);
		status = ask_once(ctl, request, what, entries, &is_whole, error);
	}
	if (status == CTL_GOOD && !is_whole)
		fputs("lvmpollctl: the history takes its time: what ended earlier is missing\n",
			stderr);
	return status;
}

int ask_list(
	const struct ctl *ctl, unsigned what, struct entries *entries, struct lvmpolld_error *error)
{
	return ask_whole(ctl, what & ASK_ENDED ? "request=\"list\"\nended=1" : "request=\"list\"",
		what, entries, error);
}

int ask_events(const struct ctl *ctl, struct entries *entries, struct lvmpolld_error *error)
{
	return ask_whole(ctl, "request=\"list\"\nended=1\nevents=1", ASK_ENDED | ASK_UNATTENDED,
		entries, error);
}
