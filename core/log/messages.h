/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Lines of the log that the journal knows by a number: etc/lvmpolld.catalog explains them. */
#ifndef CORE_LOG_MESSAGES_H
#define CORE_LOG_MESSAGES_H

#define LOG_MESSAGES(X)                                                                            \
	X(STARTED, "d79dd6415b6744b3bbac30ac82f09938")  /* An operation begins. */                 \
	X(FINISHED, "7cec215d84044b50bad264d1890f8c20") /* It has ended well. */                   \
	X(FAILED, "01a3f9bd8fbf484599637a24b9dd589f")   /* It has ended otherwise: it failed, was  \
							   aborted or forgotten. */                \
	X(AT_RISK, "8fdd41a14b2543828b08b208dbfa679b")  /* Going on would lose data. */            \
	X(LET_GO, "7e6f1f19499a4da68288471f415585f9")   /* Others may have lost data. */           \
	X(STALLED, "9abd2ba73ec54e11a51238fbc0cbb9f1")  /* Nothing was copied for long. */         \
	X(WAITS_FOR_LVM, "911d1f85609745e38656df0e2ec6fc1f") /* lvm cannot be executed. */         \
	X(UNATTENDED, "96df139efb944f29a8e6a639c042542e")    /* Nobody sees to it. */

#define LOG_MESSAGE_WORD(word, id) LOG_MESSAGE_##word,
enum log_message { LOG_MESSAGE_NONE, LOG_MESSAGES(LOG_MESSAGE_WORD) };
#undef LOG_MESSAGE_WORD

/* The journal's MESSAGE_ID; NULL for LOG_MESSAGE_NONE. */
const char *log_message_id(enum log_message message);

#endif
