/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The log's target to the systemd journal, with fields that say which operation a line is about.
 * It writes the journal's documented datagrams by itself: sd_journal_sendv waits as long as the
 * journal does, which may hang on the very volume whose operation is to be finished.
 */
#include "config.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <syslog.h>

#include "log/journal.h"
#include "log/socket.h"
#include "log/targets.h"
#include "util/escape.h"

/* Room for the fields around the text: names are short, and escaping makes them four times longer.
 */
#define FIELDS_MAX 4096

const char *log_journal_path = "/run/systemd/journal/socket";

static struct log_socket journal_socket = {.descriptor = -1};

struct datagram {
	char data[LOG_TEXT_MAX + FIELDS_MAX];
	size_t length;
};

/* Adds whole fields only; one that does not fit is left out. */
static void __attribute__((format(printf, 2, 3)))
add_fields(struct datagram *datagram, const char *format, ...)
{
	size_t room = sizeof(datagram->data) - datagram->length;
	va_list values;
	int length;

	va_start(values, format);
	length = vsnprintf(datagram->data + datagram->length, room, format, values);
	va_end(values);
	if (length > 0 && (size_t)length < room)
		datagram->length += (size_t)length;
}

static void add_subject_field(struct datagram *datagram, const char *name, const char *value)
{
	char escaped[512];

	if (!value)
		return;
	escape_text(escaped, sizeof(escaped), &value);
	add_fields(datagram, "%s=%s\n", name, escaped);
}

int log_journal_write(const struct log_line *line)
{
	struct datagram datagram = {.length = 0};
	struct iovec part;

	add_fields(&datagram, "MESSAGE=%s\nPRIORITY=%d\nSYSLOG_IDENTIFIER=%s\nSYSLOG_FACILITY=%d\n",
		line->text, line->priority, LOG_IDENTIFIER, LOG_FAC(LOG_DAEMON));
	if (line->subject) {
		add_subject_field(&datagram, "LVM_VG", line->subject->vg_name);
		add_subject_field(&datagram, "LVM_LV", line->subject->lv_name);
		add_subject_field(&datagram, "LVM_LVID", line->subject->lvid);
		add_subject_field(&datagram, "LVM_OPERATION", line->subject->operation);
		add_subject_field(&datagram, "LVM_RESULT", line->subject->result);
		add_subject_field(&datagram, "MESSAGE_ID", log_message_id(line->subject->message));
	}
	part = (struct iovec){.iov_base = datagram.data, .iov_len = datagram.length};
	return log_socket_send(&journal_socket, log_journal_path, &part, 1);
}

void log_journal_close(void)
{
	log_socket_close(&journal_socket);
}

bool log_journal_is_there(void)
{
	return log_socket_is_there(log_journal_path);
}
