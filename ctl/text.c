/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Numbers as people read them. */
#include "config.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "text.h"

#define MINUTE 60
#define HOUR   (60 * MINUTE)
#define DAY    (24 * HOUR)

void text_of_size(int64_t bytes, char text[TEXT_SIZE])
{
	static const char units[] = "BKMGTPE";
	double value = (double)bytes;
	size_t unit = 0;

	while (value >= 1023.95 && units[unit + 1]) {
		value /= 1024;
		unit++;
	}
	if (unit == 0 || value == (double)(int64_t)value)
		snprintf(text, TEXT_SIZE, "%.0f%c", value, units[unit]);
	else
		snprintf(text, TEXT_SIZE, "%.1f%c", value, units[unit]);
}

void text_of_duration(int64_t seconds, char text[TEXT_SIZE])
{
	long long s = seconds;

	if (s < MINUTE)
		snprintf(text, TEXT_SIZE, "%llds", s);
	else if (s < HOUR)
		snprintf(text, TEXT_SIZE, "%lldm%02llds", s / MINUTE, s % MINUTE);
	else if (s < DAY)
		snprintf(text, TEXT_SIZE, "%lldh%02lldm", s / HOUR, s % HOUR / MINUTE);
	else
		snprintf(text, TEXT_SIZE, "%lldd%02lldh", s / DAY, s % DAY / HOUR);
}

void text_of_time(int64_t seconds, bool for_people, char text[TEXT_SIZE])
{
	time_t moment = (time_t)seconds;
	struct tm parts;
	const struct tm *told =
		for_people ? localtime_r(&moment, &parts) : gmtime_r(&moment, &parts);

	if (!told || strftime(text, TEXT_SIZE,
			     for_people ? "%Y-%m-%d %H:%M:%S" : "%Y-%m-%dT%H:%M:%SZ", &parts) == 0)
		snprintf(text, TEXT_SIZE, "%lld", (long long)seconds);
}

int64_t text_parse_duration(const char *text)
{
	char *end;
	long long value = isdigit((unsigned char)text[0]) ? strtoll(text, &end, 10) : -1;

	/* Ten years are more than anybody waits. */
	if (value < 0 || value > 10LL * 366 * DAY || (end[0] && end[1]))
		return -1;
	switch (end[0]) {
	case '\0':
	case 's':
		return value;
	case 'm':
		return value * MINUTE;
	case 'h':
		return value * HOUR;
	case 'd':
		return value * DAY;
	default:
		return -1;
	}
}
