/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The kernel's log: read without waiting, and what is known of it. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "kernel_log/kernel_log.h"
#include "kernel_log/record.h"
#include "log/log.h"
#include "util/boot.h"

#define LOG_PATH "/dev/kmsg"

/* Its number, by the kernel's list of devices. */
#define LOG_MAJOR 1
#define LOG_MINOR 11

/* The kernel gives one record for each read, and none is longer. */
#define RECORD_MAX 16384

/* With more in one go, lines are written as fast as they are read: then not all is known. */
#define RECORDS_MAX 100000

void kernel_log_init(struct kernel_log *log,
	bool (*is_failure)(const char *text, size_t length, const void *context),
	const void *context)
{
	*log = (struct kernel_log){.descriptor = -1, .is_failure = is_failure, .context = context};
}

void kernel_log_close(struct kernel_log *log)
{
	if (log->descriptor >= 0)
		close(log->descriptor);
	log->descriptor = -1;
}

/* WRITTEN_MS is what the kernel says. */
static void note_failure(struct kernel_log *log, uint64_t number, int64_t written_ms)
{
	if (number >= log->state.failure_end) {
		log->state.failure_end = number + 1;
		log->state.failure_written_ms = written_ms;
	}
	log->state.failure_ms = running_clock_ms();
}

/*
 * Whether RECORD, which is of a failure, tells of it; or only that lines were left out, which may
 * have been any lines: "kauditd_printk_skb: 54 callbacks suppressed".
 */
static bool is_told(const struct kernel_log_record *record)
{
	static const char left_out[] = " suppressed";
	size_t length = sizeof(left_out) - 1;

	return record->text_length < length ||
	       memcmp(record->text + record->text_length - length, left_out, length) != 0;
}

/* The kernel's line, for people. */
static void copy_text(const struct kernel_log_record *record, char text[KERNEL_LOG_TEXT_SIZE])
{
	size_t length = record->text_length < KERNEL_LOG_TEXT_SIZE - 1 ? record->text_length
								       : KERNEL_LOG_TEXT_SIZE - 1;

	for (size_t i = 0; i < length; i++)
		text[i] = record->text[i] < ' ' || record->text[i] > '~' ? '?' : record->text[i];
	text[length] = '\0';
}

static void note_told(struct kernel_log *log, const struct kernel_log_record *record)
{
	/* After a gap its numbers may begin anew, where it is no log of ours. */
	if (record->number < log->state.told_end)
		return;
	log->state.told_end = record->number + 1;
	log->state.told_written_ms = (int64_t)(record->time_us / 1000);
	copy_text(record, log->state.told_text);
}

/* What could not be read may have told of one, just now. */
static void note_unread(struct kernel_log *log)
{
	note_failure(log, log->state.next, running_clock_ms());
}

/*
 * RECORD is the first one behind a gap. What is missing may have told of failures, after which the
 * kernel leaves lines out; it was older than RECORD.
 */
static void note_gap(struct kernel_log *log, const struct kernel_log_record *record)
{
	int64_t at_ms = (int64_t)(record->time_us / 1000), now_ms = running_clock_ms();

	log->state.whole_from = record->number;
	if (record->number == 0)
		return;
	if (at_ms > now_ms)
		at_ms = now_ms;
	if (at_ms > log->state.failure_ms)
		log->state.failure_ms = at_ms;
}

/* What cannot be understood may have told of a failure. */
static void take_record(struct kernel_log *log, const char *data, size_t length)
{
	struct kernel_log_state *state = &log->state;
	struct kernel_log_record record;

	if (kernel_log_record_parse(data, length, &record) < 0) {
		note_unread(log);
		return;
	}
	/* The kernel overwrites the oldest. Another order than by number is no log of ours. */
	if (!log->has_begun || record.number != state->next)
		note_gap(log, &record);
	log->has_begun = true;
	state->next = record.number + 1;
	if (!record.is_kernels || !log->is_failure(record.text, record.text_length, log->context))
		return;
	note_failure(log, record.number, (int64_t)(record.time_us / 1000));
	if (is_told(&record))
		note_told(log, &record);
	/* One of those that were read at a time says enough. */
	if (!log->has_told)
		log_info("the kernel's log tells of a failure: %.*s", (int)record.text_length,
			record.text);
	log->has_told = true;
}

static void say(struct kernel_log *log, int code)
{
	if (code != log->failure_said && code != 0)
		log_info(LOG_PATH " cannot be read (%s): where copies can be compared, they are "
				  "before each step",
			strerror(code));
	log->failure_said = code;
}

/* Returns 0 where it was read to its end, or a negative errno. */
static int read_all(struct kernel_log *log)
{
	char data[RECORD_MAX];

	for (unsigned count = 0; count < RECORDS_MAX; count++) {
		ssize_t length = read(log->descriptor, data, sizeof(data));

		if (length > 0) {
			take_record(log, data, (size_t)length);
		} else if (length == 0 || errno == EAGAIN) {
			return 0;
		} else if (errno == EINVAL) {
			/* A record that is too long for us: the next has another number. */
			note_unread(log);
		} else if (errno != EPIPE && errno != EINTR) {
			return -errno;
		}
		/* EPIPE: records were overwritten. The number of the next tells how many. */
	}
	return -EBUSY;
}

/*
 * Opens it. In a container /dev/null, a FIFO or a terminal may stand there, which tell of no
 * failure ever. Returns 0 or a negative errno.
 */
static int open_log(struct kernel_log *log)
{
	int descriptor = open(LOG_PATH, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
	struct stat status;

	if (descriptor < 0)
		return -errno;
	if (fstat(descriptor, &status) < 0 || !S_ISCHR(status.st_mode) ||
		status.st_rdev != makedev(LOG_MAJOR, LOG_MINOR)) {
		close(descriptor);
		return -ENODEV;
	}
	log->descriptor = descriptor;
	return 0;
}

struct kernel_log_state kernel_log_read(struct kernel_log *log)
{
	int result = 0;

	log->has_told = false;
	if (log->descriptor < 0)
		result = open_log(log);
	if (result == 0)
		result = read_all(log);
	log->state.is_read = result == 0;
	if (result < 0 && result != -EBUSY)
		kernel_log_close(log);
	say(log, -result);
	return log->state;
}
