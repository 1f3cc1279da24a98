/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The lines of the log that tell how far an operation has come. */
#include "config.h"

#include <stdio.h>

#include "operation/progress_log.h"
#include "util/figures.h"

#define SECTOR_SIZE     512
#define QUARTER_PERCENT 25

/* What is 30 % in sectors may be some less as a number with a fraction. */
#define PERCENT_ERROR 0.005

static unsigned whole_percent(const struct lvmpolld_progress *progress)
{
	return progress->percent < 0 ? 0 : (unsigned)(progress->percent + PERCENT_ERROR);
}

static unsigned quarter_of(const struct lvmpolld_progress *progress)
{
	return whole_percent(progress) / QUARTER_PERCENT;
}

/* ": 100.0 MiB of 400.0 MiB", or nothing where that is not known. */
static void write_data(const struct lvmpolld_progress *progress, char *text, size_t size)
{
	char done[FIGURE_SIZE], total[FIGURE_SIZE];

	text[0] = '\0';
	if (progress->total_sectors == 0)
		return;
	figure_of_amount(progress->done_sectors * SECTOR_SIZE, done);
	figure_of_amount(progress->total_sectors * SECTOR_SIZE, total);
	snprintf(text, size, ": %s of %s", done, total);
}

/* ", 12.5 MiB a second, 3 min 05 s left", or the time alone; or nothing. */
static void write_rate(const struct device *device, int64_t now_ms, char *text, size_t size)
	REQUIRES(device_role)
{
	const struct extent extent = extent_of(&device->progress);
	int64_t rate = rate_bytes_per_s(&device->rate, now_ms);
	int64_t left_s = rate_time_left_s(&device->rate, now_ms, extent);
	char amount[FIGURE_SIZE], left[FIGURE_SIZE];

	text[0] = '\0';
	if (extent.total == 0 || left_s < 0)
		return;
	figure_of_duration((double)left_s, left);
	if (rate < 0) {
		snprintf(text, size, ", %s left", left);
		return;
	}
	figure_of_amount((uint64_t)rate, amount);
	snprintf(text, size, ", %s a second, %s left", amount, left);
}

static void tell_quarter(const struct device *device, int64_t now_ms) REQUIRES(device_role)
{
	char data[3 * FIGURE_SIZE], rate[3 * FIGURE_SIZE];

	write_data(&device->progress, data, sizeof(data));
	write_rate(device, now_ms, rate, sizeof(rate));
	log_terms(LOG_LEVEL_NOTICE, device->terms, "%u %% done%s%s",
		whole_percent(&device->progress), data, rate);
}

void progress_log_quarter(
	struct device *device, const struct lvmpolld_progress *former, int64_t now_ms)
{
	unsigned quarter = quarter_of(&device->progress), known = quarter_of(former);

	/* What was told before this daemon was there, or is there at its first look, is no news. */
	if (device->quarter < known)
		device->quarter = known;
	if (quarter <= device->quarter)
		return;
	device->quarter = quarter;
	/* That it ends has a line of its own. */
	if (former->percent >= 0 && whole_percent(&device->progress) < 100)
		tell_quarter(device, now_ms);
}

void progress_log_stall(struct device *device, int64_t now_ms)
{
	int64_t stalled_s = rate_stalled_s(&device->rate, now_ms);
	char text[FIGURE_SIZE];

	if (stalled_s >= PROGRESS_STALL_S && device->stalled_since_ms == 0) {
		device->stalled_since_ms = device->rate.moved_ms;
		figure_of_duration((double)stalled_s, text);
		log_terms_message(LOG_LEVEL_WARN, device->terms, LOG_MESSAGE_STALLED, NULL,
			"stands still: no progress for %s", text);
	} else if (stalled_s < 0 && device->stalled_since_ms > 0) {
		figure_of_duration((double)(now_ms - device->stalled_since_ms) / 1000, text);
		device->stalled_since_ms = 0;
		log_terms(LOG_LEVEL_NOTICE, device->terms, "moves again, after %s", text);
	}
}
