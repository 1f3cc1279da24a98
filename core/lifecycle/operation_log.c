/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The lines of the log that tell when an operation begins, and when it ends: level notice. */
#include "config.h"

#include <stdint.h>
#include <stdio.h>

#include "lifecycle/operation_log.h"
#include "log/log.h"
#include "operation/volume.h"
#include "util/boot.h"

#define SECTORS_PER_MIB 2048
#define MIB_PER_GIB     1024

/* The operation is in the prefix of each line; that it is about an abort is not. */
static const char *subject_of(const struct volume *volume)
{
	return volume->request->parameters.abort ? "its abort " : "";
}

void operation_log_begin(const struct volume *volume)
{
	const char *command_line = volume->request->command_line;

	log_volume(LOG_LEVEL_NOTICE, volume, "%sbegins%s%s", subject_of(volume),
		command_line ? ", asked for by: " : "", command_line ? command_line : "");
}

void operation_log_refused(const struct volume *volume)
{
	log_volume(LOG_LEVEL_NOTICE, volume, "%sis refused: nothing was begun", subject_of(volume));
}

/* "ends well", or how else. */
static void write_end(const struct volume *volume, char *text, size_t size) REQUIRES(volume_role)
{
	if (volume->is_displaced)
		snprintf(text, size, "ends, since it is aborted,");
	else if (volume->state == VOLUME_FAILED)
		snprintf(text, size, "is given up");
	else if (volume->result.by_signal)
		snprintf(text, size, "ends with its lvpoll, by signal %d,", volume->result.value);
	else if (volume->result.value != 0)
		snprintf(text, size, "ends with status %d of lvpoll", volume->result.value);
	else
		snprintf(text, size, "ends well");
}

/* "12.3 s", "4 min 05 s", "3 h 02 min". */
static void write_duration(double seconds, char *text, size_t size)
{
	unsigned long whole = (unsigned long)seconds;

	if (whole < 60)
		snprintf(text, size, "%.1f s", seconds);
	else if (whole < 3600)
		snprintf(text, size, "%lu min %02lu s", whole / 60, whole % 60);
	else
		snprintf(text, size, "%lu h %02lu min", whole / 3600, whole / 60 % 60);
}

static void write_amount(uint64_t sectors, char *text, size_t size)
{
	double mib = (double)sectors / SECTORS_PER_MIB;

	if (mib < 10 * MIB_PER_GIB)
		snprintf(text, size, "%.1f MiB", mib);
	else
		snprintf(text, size, "%.1f GiB", mib / MIB_PER_GIB);
}

/* ": all of 400.0 MiB", ": 100.0 MiB of 400.0 MiB", or nothing where that is not known. */
static void write_data(
	const struct lvmpolld_progress *progress, bool is_good, char *text, size_t size)
{
	char done[32] = "all", total[32];

	text[0] = '\0';
	if (progress->total_sectors == 0)
		return;
	if (!is_good)
		write_amount(progress->done_sectors, done, sizeof(done));
	write_amount(progress->total_sectors, total, sizeof(total));
	snprintf(text, size, ": %s of %s", done, total);
}

void operation_log_end(struct volume *volume)
{
	struct lvmpolld_progress progress;
	char end[64], duration[32], data[80];
	bool is_good;

	volume_lock(volume);
	progress = volume->progress;
	is_good = volume->state == VOLUME_FINISHED && !volume->result.by_signal &&
		  volume->result.value == 0;
	write_end(volume, end, sizeof(end));
	volume_unlock(volume);
	write_duration(
		(double)(boot_clock_ms() - volume->begun_ms) / 1000, duration, sizeof(duration));
	write_data(&progress, is_good, data, sizeof(data));
	log_volume(LOG_LEVEL_NOTICE, volume, "%s%s after %s%s", subject_of(volume), end, duration,
		data);
}
