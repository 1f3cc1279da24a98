/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Waits, at the start, for a file that another daemon has. */
#include "config.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <time.h>

#include "log/log.h"
#include "service/notify.h"
#include "service/startup.h"
#include "util/checksum.h"

#define PAUSE_FIRST_MS 500
#define PAUSE_MAX_MS   60000

/* Time for the attempt after the pause, which may itself wait for some seconds. */
#define GRACE_S 60

static const int signals[] = {SIGTERM, SIGINT, SIGQUIT, SIGHUP};

void startup_init(struct startup *startup, bool foreground)
{
	*startup = (struct startup){.may_wait = foreground && notify_is_heard()};
}

unsigned startup_pause_ms(unsigned count)
{
	unsigned pause_ms = PAUSE_FIRST_MS;

	while (count-- > 0 && pause_ms < PAUSE_MAX_MS)
		pause_ms *= 2;
	return pause_ms < PAUSE_MAX_MS ? pause_ms : PAUSE_MAX_MS;
}

/* From the first pause on signals stay pending until the next pause, or until the loop takes them
 * (signals.h). */
static sigset_t block_signals(void)
{
	sigset_t ours;

	sigemptyset(&ours);
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		sigaddset(&ours, signals[i]);
	sigprocmask(SIG_BLOCK, &ours, NULL);
	return ours;
}

/* Whether an error may pass. An error in the configuration does not. */
static bool does_pass(int code)
{
	return code != EINVAL && code != ENAMETOOLONG && code != ENOMEM;
}

static void say(struct startup *startup, const char *sentence)
{
	uint64_t said = checksum_add(CHECKSUM_START, sentence, strlen(sentence));

	if (said != startup->said)
		log_error("%s; the daemon cannot begin, and tries again with growing pauses",
			sentence);
	startup->said = said;
}

int startup_wait(struct startup *startup, const struct lvmpolld_error *error)
{
	unsigned pause_ms = startup_pause_ms(startup->count);
	const struct timespec delay = {
		.tv_sec = pause_ms / 1000, .tv_nsec = pause_ms % 1000 * 1000000L};
	sigset_t ours;
	int number;

	if (!startup->may_wait || !does_pass(error->code))
		return -error->code;
	ours = block_signals();
	startup->count++;
	say(startup, error->sentence);
	notify_waiting(pause_ms / 1000 + GRACE_S, "Cannot begin, tries again: %s", error->sentence);
	number = sigtimedwait(&ours, NULL, &delay);
	if (number <= 0 || number == SIGHUP)
		return 0;
	log_info("ending: %s", strsignal(number));
	return -ECANCELED;
}

void startup_done(const struct startup *startup)
{
	if (startup->count > 0)
		log_notice("the daemon can begin now");
}
