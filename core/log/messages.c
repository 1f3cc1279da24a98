/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Lines of the log that the journal knows by a number. */
#include "config.h"

#include "log/messages.h"

const char *log_message_id(enum log_message message)
{
#define LOG_MESSAGE_ID(word, id) [LOG_MESSAGE_##word] = (id),
	static const char *const ids[] = {LOG_MESSAGES(LOG_MESSAGE_ID)};

	return ids[message];
}
